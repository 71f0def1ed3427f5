/**
 * Bounds that the engine keeps to when it sends and the codec enforces on what it decodes: a
 * message over one of them would be refused by every receiver.
 */

/** Most transactions in a block or a forward, whatever `batchTxMax` says. */
export const messageTransactionsMax = 65_536;

/** Bytes of the largest transaction, whatever `batchBytesMax` says. */
export const transactionBytesMax = 1024 * 1024;

/** Payload bytes of a block at most: a frame holds 16 MiB, certificates and lengths included. */
export const blockBytesMax = 8 * 1024 * 1024;

/** A longer forward leaves in parts of so many transactions and bytes of them at most. */
export const forwardLimits = { transactionsMax: 16_384, bytesMax: 4 * 1024 * 1024 };

/** Pending transactions take this many bytes each on average at most, and so many in all. */
export const pendingLimits = { bytesPerTransaction: 1024, bytesMax: 64 * 1024 * 1024 };
