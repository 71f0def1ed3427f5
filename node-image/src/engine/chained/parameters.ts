import * as z from 'zod';
import type { ScenarioFields } from '../seam/scenario-field.ts';

/** What every chained protocol is told beside its name; all times in milliseconds. */
export const chainedParameters = {
  baseTimeoutMs: z.number().positive(),
  idleDelayMs: z.number().nonnegative(),
  batchTxMax: z.number().int().positive(),
  batchBytesMax: z.number().int().positive(),
  batchAgeMsMax: z.number().nonnegative(),
  mempoolTxMax: z.number().int().positive(),
  forwardLeaders: z.number().int().min(0),
  /** Absent: adaptive. */
  intervalMs: z.union([z.literal('adaptive'), z.number().nonnegative()]).optional(),
};

export type ChainedParameters = z.infer<z.ZodObject<typeof chainedParameters>> & {
  readonly protocol: string;
};

/** Beside the fields that the engines of all protocols have. */
export const chainedFields = {
  interval: {
    kind: 'duration',
    parameter: 'intervalMs',
    min: '0ms',
    max: '10s',
    word: 'adaptive',
    default: 'adaptive',
    description:
      'Shortest time between two blocks with transactions, unless the second one is full; empty blocks that only commit those before them do not wait. `adaptive`: six times what a round takes on this network, at most 60ms. 0ms: as fast as signatures can be checked.',
  },
  idle: {
    kind: 'duration',
    parameter: 'idleDelayMs',
    min: '0ms',
    max: '60s',
    default: '100ms',
    description:
      'How long a leader with nothing to propose waits before it proposes an empty block; below a third of `timeout`.',
  },
  forward: {
    kind: 'count',
    parameter: 'forwardLeaders',
    min: 0,
    max: 16,
    default: 3,
    description:
      'To how many of the coming leaders a transaction is sent that no block of a whole rotation held; before that it goes with the votes of its node, from leader to leader. 0: never to any.',
  },
} as const satisfies ScenarioFields;
