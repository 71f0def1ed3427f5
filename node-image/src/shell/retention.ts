/** How much committed history a node keeps to help others that are behind. */
export interface Retention {
  readonly blocksMax: number;
  /** Of transactions. */
  readonly bytesMax: number;
}

export interface Memory {
  /** Of this node's container, Infinity without a limit. */
  readonly limitBytes: number;
  /** Shared, at worst, by the whole committee. */
  readonly machineBytes: number;
}

const MIB = 1024 * 1024;
/** Measured: its 64 bytes, 114 of heap for the view of them, and an entry for the signer. */
const BYTES_PER_SIGNATURE = 200;
const BLOCKS_MIN = 1_024;
const BLOCKS_MAX = 16_384;

/**
 * A sixteenth of the memory for transactions (which, small, take about twice their bytes) and one
 * for the certificates of the blocks around them; the rest is for living.
 */
export function retentionFor(memory: Memory, committeeSize: number): Retention {
  const share = Math.min(memory.limitBytes, memory.machineBytes / committeeSize) / 16;
  const blocks = clamp(share, 4 * MIB, 64 * MIB) / (committeeSize * BYTES_PER_SIGNATURE);
  return {
    blocksMax: clamp(blocks, BLOCKS_MIN, BLOCKS_MAX),
    bytesMax: clamp(share, 4 * MIB, 128 * MIB),
  };
}

function clamp(value: number, min: number, max: number): number {
  return Math.floor(Math.min(max, Math.max(min, value)));
}
