import type { Block, BlockId, QuorumCertificate } from './messages.ts';

/** The one place where a string becomes a BlockId unchecked: 64 zeros. */
export const genesisId = '0'.repeat(64) as BlockId;

/** Certifies genesis; needs no signatures because every member starts from it. */
export const genesisQc: QuorumCertificate = {
  round: 0,
  blockId: genesisId,
  signers: [],
  signatures: [],
};

/** Height 0 of every log. Never sent, never delivered. */
export const genesisBlock: Block = {
  id: genesisId,
  round: 0,
  author: 0,
  parentQc: genesisQc,
  timeoutCertificate: null,
  transactions: [],
  createdUnixMs: 0,
};
