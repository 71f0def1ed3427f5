import { writeUint64 } from '../shared/bytes.ts';
import { extendedBy, type StatementDomain, signedPrefix } from '../shared/signed-statement.ts';
import type { BlockId } from './messages.ts';

/**
 * The exact bytes that chained protocols sign and hash; what they start with is told in
 * shared/signed-statement.ts. Integers are big-endian.
 */
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

export function createSigning(domain: StatementDomain): Signing {
  const prefix = (kind: string): Uint8Array => signedPrefix(domain, kind);
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
      const bytes = extendedBy(timeoutPrefix, 16);
      writeUint64(bytes, timeoutPrefix.length, round);
      writeUint64(bytes, timeoutPrefix.length + 8, highQcRound);
      return bytes;
    },
    blockPrefix: prefix('B'),
  };
}

/** The 32 bytes behind an id. */
export function blockIdBytes(blockId: BlockId): Uint8Array {
  return Buffer.from(blockId, 'hex');
}

function withBlock(prefix: Uint8Array, round: number, blockId: BlockId): Uint8Array {
  const bytes = extendedBy(prefix, 40);
  writeUint64(bytes, prefix.length, round);
  bytes.set(blockIdBytes(blockId), prefix.length + 8);
  return bytes;
}
