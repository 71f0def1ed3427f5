import { messageTransactionsMax, transactionBytesMax } from '../engine/limits.ts';

/**
 * Bounds of everything that is decoded. A frame over a bound is refused before anything of its
 * claimed size is allocated.
 */
export const limits = {
  /** Body of one frame; large enough for a block response of 64 well-filled blocks of 256 KiB. */
  frameBytesMax: 16 * 1024 * 1024,
  signaturesMax: 1_024,
  signatureBytesMax: 8_192,
  /** Of one proposal or forward, and of each block of a response. */
  transactionsMax: messageTransactionsMax,
  transactionBytesMax,
  blocksMax: 64,
} as const;

/** Bytes of the length prefix in front of every frame body: u32, big-endian. */
export const LENGTH_PREFIX_BYTES = 4;
