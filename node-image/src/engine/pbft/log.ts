import type { Retention } from '../seam/protocol.ts';
import { violated } from '../shared/invariant.ts';
import { payloadBytes } from './block.ts';
import type { Block, StableCertificate } from './messages.ts';

/** Limits of one answer. A single larger block is still sent. */
export const logLimits = { blocksMax: 64, bytesMax: 1024 * 1024, idsMax: 4_096 };

/** Bytes reckoned per block beside its payload, and per signature of a certificate. */
const blockOverheadBytes = 512;

interface Entry {
  readonly block: Block;
  readonly sizeBytes: number;
}

/** The log as it stood at a checkpoint: what a replica needs that starts from there. */
export interface Snapshot {
  readonly slot: number;
  readonly logDigest: string;
  readonly windows: Uint8Array;
  readonly windowsDigest: string;
}

/** An answer to someone who is behind. */
export interface LogPart {
  readonly certificate: StableCertificate;
  readonly ids: readonly string[];
  readonly blocks: readonly Block[];
}

/**
 * The executed log: as much of its end as `retention` allows, with the stable certificates that
 * prove it to others, and snapshots of the checkpoints from the last stable one on.
 */
export class ExecutedLog {
  readonly #retention: Retention;
  readonly #entries = new Map<number, Entry>();
  /** By slot, ascending. */
  #certificates: StableCertificate[] = [];
  readonly #snapshots = new Map<number, Snapshot>();
  #bytes = 0;
  #droppedSlot = 0;
  #executedSlot = 0;

  constructor(retention: Retention) {
    this.#retention = retention;
  }

  get executedSlot(): number {
    return this.#executedSlot;
  }

  /** Newest slot whose block is not held any more, or never was. */
  get droppedSlot(): number {
    return this.#droppedSlot;
  }

  blockAt(slot: number): Block | undefined {
    return this.#entries.get(slot)?.block;
  }

  append(block: Block): void {
    if (block.slot !== this.#executedSlot + 1) violated(`slot ${block.slot} executed out of turn`);
    this.#executedSlot = block.slot;
    const sizeBytes = blockSizeBytes(block);
    this.#entries.set(block.slot, { block, sizeBytes });
    this.#bytes += sizeBytes;
    this.#trim();
  }

  /** Goes on from a verified snapshot: nothing below it is held. */
  restart(snapshot: Snapshot): void {
    this.#entries.clear();
    this.#bytes = 0;
    this.#certificates = [];
    this.#executedSlot = snapshot.slot;
    this.#droppedSlot = snapshot.slot;
    this.#snapshots.clear();
    this.#snapshots.set(snapshot.slot, snapshot);
  }

  noteSnapshot(snapshot: Snapshot): void {
    this.#snapshots.set(snapshot.slot, snapshot);
  }

  snapshotAt(slot: number): Snapshot | undefined {
    return this.#snapshots.get(slot);
  }

  /** Takes note of a proof for others; whoever catches up learns the newest one first. */
  noteCertificate(certificate: StableCertificate): void {
    if (certificate.slot <= this.#droppedSlot) return;
    const at = this.#indexAbove(certificate.slot - 1);
    if (this.#certificates[at]?.slot === certificate.slot) return;
    this.#certificates.splice(at, 0, certificate);
  }

  /** Only snapshots from the last stable checkpoint on are of use to anyone. */
  dropSnapshotsBelow(slot: number): void {
    for (const held of this.#snapshots.keys()) if (held < slot) this.#snapshots.delete(held);
  }

  /**
   * The oldest provable part above a slot; null if nothing there is held, or proven yet.
   * @param limits at least one block comes whatever its size
   */
  partAbove(
    slot: number,
    limits: { readonly blocksMax: number; readonly bytesMax: number; readonly idsMax: number },
  ): LogPart | null {
    if (slot < this.#droppedSlot) return null;
    const certificate = this.#certificateAbove(slot);
    if (certificate === null || certificate.slot - slot > limits.idsMax) return null;
    const ids: string[] = [];
    const blocks: Block[] = [];
    let bytes = 0;
    for (let at = slot + 1; at <= certificate.slot; at++) {
      const entry = this.#entries.get(at);
      if (entry === undefined) return null;
      ids.push(entry.block.id);
      bytes += entry.sizeBytes;
      const fits = blocks.length < limits.blocksMax && bytes <= limits.bytesMax;
      if (blocks.length === 0 || (fits && blocks.length === ids.length - 1)) {
        blocks.push(entry.block);
      }
    }
    return { certificate, ids, blocks };
  }

  #certificateAbove(slot: number): StableCertificate | null {
    const found = this.#certificates[this.#indexAbove(slot)];
    return found !== undefined && found.slot <= this.#executedSlot ? found : null;
  }

  /** Index of the first certificate above the slot, by bisection. */
  #indexAbove(slot: number): number {
    let low = 0;
    let high = this.#certificates.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#certificates[middle]?.slot ?? 0) > slot) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #trim(): void {
    const { blocksMax, bytesMax } = this.#retention;
    while (this.#entries.size > 1) {
      if (this.#entries.size <= blocksMax && this.#bytes <= bytesMax) break;
      const oldest = this.#entries.keys().next().value;
      if (oldest === undefined) break;
      this.#bytes -= this.#entries.get(oldest)?.sizeBytes ?? 0;
      this.#entries.delete(oldest);
      this.#droppedSlot = oldest;
    }
    // Given back in bulk: constant work per block.
    const useless = this.#certificates.findIndex(({ slot }) => slot > this.#droppedSlot);
    if (useless > 256) this.#certificates = this.#certificates.slice(useless);
  }
}

export function blockSizeBytes(block: Block): number {
  return blockOverheadBytes + payloadBytes(block.transactions);
}
