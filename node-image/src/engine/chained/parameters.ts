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
};

export type ChainedParameters = z.infer<z.ZodObject<typeof chainedParameters>> & {
  readonly protocol: string;
};

/** Beside the fields that the engines of all protocols have. */
export const chainedFields = {
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
    description: 'To how many of the coming leaders a transaction is forwarded.',
  },
} as const satisfies ScenarioFields;
