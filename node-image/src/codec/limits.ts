import { forwardLimits, messageTransactionsMax, transactionBytesMax } from '../engine/limits.ts';

/**
 * Bounds of everything that is decoded. A frame over a bound is refused before anything of its
 * claimed size is allocated.
 */
export const limits = {
  /** Body of one frame; large enough for a block response of 64 well-filled blocks of 256 KiB. */
  frameBytesMax: 16 * 1024 * 1024,
  signaturesMax: 1_024,
  signatureBytesMax: 8_192,
  /** Of one proposal, and of all blocks of a response together: 1 MiB of the shortest are fewer. */
  transactionsMax: messageTransactionsMax,
  forwardedMax: forwardLimits.transactionsMax,
  transactionBytesMax,
  blocksMax: 64,
} as const;

/** Bytes of the length prefix in front of every frame body: u32, big-endian. */
export const LENGTH_PREFIX_BYTES = 4;
