import type { BlockId } from './messages.ts';

/**
 * The exact bytes that are signed and hashed. Every string starts with
 * domain | kind (1 byte) | length of chain id (u16) | chain id (UTF-8) | epoch (u64, 0 here),
 * so that a signature given for one purpose or chain means nothing for another. Integers are
 * big-endian.
 */
const domain = 'prsm-testbed/jolteon/1';

export interface Signing {
  /** 'P' | round | block id */
  proposal(round: number, blockId: BlockId): Uint8Array;
  /** 'V' | round | block id */
  vote(round: number, blockId: BlockId): Uint8Array;
  /** 'T' | round | round of the signer's highest certificate */
  timeout(round: number, highQcRound: number): Uint8Array;
  /** What a block's hashed header starts with ('B'). */
  readonly blockPrefix: Uint8Array;
}

/** @param chainId at most 65,535 bytes in UTF-8 */
export function createSigning(chainId: string): Signing {
  const prefix = (kind: string): Uint8Array => signedPrefix(chainId, kind);
  const proposalPrefix = prefix('P');
  const votePrefix = prefix('V');
  const timeoutPrefix = prefix('T');
  // A leader checks a quorum of votes over the same bytes: they are built once.
  let lastVote = { round: -1, blockId: '', bytes: votePrefix };
  return {
    proposal: (round, blockId) => withBlock(proposalPrefix, round, blockId),
    vote: (round, blockId) => {
      if (lastVote.round !== round || lastVote.blockId !== blockId) {
        lastVote = { round, blockId, bytes: withBlock(votePrefix, round, blockId) };
      }
      return lastVote.bytes;
    },
    timeout: (round, highQcRound) => {
      const bytes = extended(timeoutPrefix, 16);
      writeUint64(bytes, timeoutPrefix.length, round);
      writeUint64(bytes, timeoutPrefix.length + 8, highQcRound);
      return bytes;
    },
    blockPrefix: prefix('B'),
  };
}

/** Writes a non-negative integer below 2^53 as 8 bytes, big-endian. */
export function writeUint64(target: Uint8Array, at: number, value: number): void {
  writeUint32(target, at, Math.floor(value / 2 ** 32));
  writeUint32(target, at + 4, value % 2 ** 32);
}

/** Writes an integer in [0, 2^32) as 4 bytes, big-endian. */
export function writeUint32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}

/** The 32 bytes behind an id. */
export function blockIdBytes(blockId: BlockId): Uint8Array {
  return Buffer.from(blockId, 'hex');
}

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function signedPrefix(chainId: string, kind: string): Uint8Array {
  const chain = new TextEncoder().encode(chainId);
  if (chain.length > 0xffff) throw new Error(`Chain id of ${chain.length} bytes is too long`);
  const head = new TextEncoder().encode(domain + kind);
  const bytes = new Uint8Array(head.length + 2 + chain.length + 8);
  bytes.set(head);
  bytes[head.length] = chain.length >>> 8;
  bytes[head.length + 1] = chain.length;
  bytes.set(chain, head.length + 2);
  return bytes;
}

function extended(prefix: Uint8Array, extra: number): Uint8Array {
  const bytes = new Uint8Array(prefix.length + extra);
  bytes.set(prefix);
  return bytes;
}

function withBlock(prefix: Uint8Array, round: number, blockId: BlockId): Uint8Array {
  const bytes = extended(prefix, 40);
  writeUint64(bytes, prefix.length, round);
  bytes.set(blockIdBytes(blockId), prefix.length + 8);
  return bytes;
}
