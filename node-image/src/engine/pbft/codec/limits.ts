import { forwardLimits, messageTransactionsMax, transactionBytesMax } from '../../shared/limits.ts';
import { logLimits } from '../log.ts';

/** Bounds of everything that is decoded. */
export const limits = {
  signaturesMax: 1_024,
  signatureBytesMax: 8_192,
  /** Prepared certificates of one statement: as many as the largest window has slots. */
  certificatesMax: 2_048,
  transactionsMax: messageTransactionsMax,
  forwardedMax: forwardLimits.transactionsMax,
  transactionBytesMax,
  blocksMax: logLimits.blocksMax,
  idsMax: logLimits.idsMax,
} as const;
