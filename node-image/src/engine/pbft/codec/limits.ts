import { forwardLimits, messageTransactionsMax, transactionBytesMax } from '../../shared/limits.ts';
import { logLimits } from '../log.ts';

/** Bounds of everything that is decoded. */
export const limits = {
  signaturesMax: 1_024,
  /** Of all lists of one message together: a frame full of signatures of 64 bytes holds fewer. */
  messageSignaturesMax: 2 ** 18,
  /** No scheme makes shorter ones. */
  signatureBytesMin: 32,
  signatureBytesMax: 8_192,
  /** Prepared certificates of one statement: as many as the largest window has slots. */
  certificatesMax: 2_048,
  transactionsMax: messageTransactionsMax,
  forwardedMax: forwardLimits.transactionsMax,
  transactionBytesMax,
  blocksMax: logLimits.blocksMax,
  idsMax: logLimits.idsMax,
} as const;
