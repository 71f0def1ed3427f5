import * as z from 'zod';
import type { ScenarioFields } from '../seam/scenario-field.ts';

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
  auth: z.enum(['signature', 'channel']),
  /** Proposals under way at once; a further one leaves only with a full batch. */
  slotsInFlight: z.number().int().min(1).max(64),
  /** Slots from one checkpoint to the next; the window is twice as long. */
  checkpointSlots: z.number().int().min(1).max(1_024),
});
export type PbftParameters = z.infer<typeof pbftParametersSchema>;

/** Beside the fields that the engines of all protocols have. */
export const pbftFields = {
  auth: {
    kind: 'choice',
    parameter: 'auth',
    values: ['channel', 'signature'],
    default: 'channel',
    description:
      'Whether COMMIT votes of PBFT are signed, or vouched for by the encrypted link they come on. They are never part of a proof.',
  },
  slots: {
    kind: 'count',
    parameter: 'slotsInFlight',
    min: 1,
    max: 64,
    default: 2,
    description:
      'How many proposals of a PBFT primary may be under way at once; one beside another leaves only with a full batch.',
  },
  checkpoint: {
    kind: 'count',
    parameter: 'checkpointSlots',
    min: 1,
    max: 1_024,
    default: 16,
    description:
      'Slots from one checkpoint of PBFT to the next; twice as many may be open at once. Large ones make view changes and the durable state large.',
  },
} as const satisfies ScenarioFields;
