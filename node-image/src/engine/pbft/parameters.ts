import * as z from 'zod';

/** Slots above the last stable checkpoint that are taken part in: two intervals. */
export const windowIntervals = 2;

/** Of `Configure.engine` for PBFT; all times in milliseconds. docs/consensus.md says more. */
export const pbftParametersSchema = z.object({
  protocol: z.literal('pbft'),
  /** Without an execution for so long, while something waits, the primary is given up. */
  baseTimeoutMs: z.number().positive(),
  batchTxMax: z.number().int().positive(),
  batchBytesMax: z.number().int().positive(),
  /** Longest wait of a transaction for company while nothing is in flight. */
  batchAgeMsMax: z.number().nonnegative(),
  mempoolTxMax: z.number().int().positive(),
  /** channel: COMMITs carry no signature, links vouch for them. */
  auth: z.enum(['signature', 'channel']).default('channel'),
  /** Proposals under way at once; a further one leaves only with a full batch. */
  slotsInFlight: z.number().int().min(1).max(64).default(2),
  /** Slots from one checkpoint to the next; the window is twice as long. */
  checkpointSlots: z.number().int().min(1).max(1_024).default(16),
});
export type PbftParameters = z.infer<typeof pbftParametersSchema>;
