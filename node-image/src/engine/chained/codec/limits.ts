import { forwardLimits, messageTransactionsMax, transactionBytesMax } from '../../shared/limits.ts';

/** Bounds of what is decoded: refused before anything of a claimed size is allocated. */
export const limits = {
  signaturesMax: 1_024,
  signatureBytesMax: 8_192,
  /** Of one proposal, and of all blocks of a response together: 1 MiB of the shortest are fewer. */
  transactionsMax: messageTransactionsMax,
  forwardedMax: forwardLimits.transactionsMax,
  transactionBytesMax,
  blocksMax: 64,
} as const;

/**
 * Where a certificate counts its signers: they are a set of bits, or their signatures left out, and
 * one signature is of them all. No certificate has so many.
 */
export const AGGREGATED = 0xffff;
