/** Stored runs: the list, one of them, two side by side. */
import { z } from 'zod';
import { count, runId, runtime, shaper, time, verdict } from './parts.ts';

export const runStatus = z.enum(['running', 'completed', 'interrupted', 'failed']);

/** A query says what is left out: `search` is looked for in id, name, network and what is varied. */
export const runsQuery = z.strictObject({
  search: z.string().max(200).optional(),
  status: runStatus.optional(),
  verdict: z.enum(['valid', 'suspect', 'invalid', 'unsafe', 'none']).optional(),
  runtime: runtime.optional(),
  shaper: shaper.optional(),
  nodes: z.coerce.number().int().min(1).optional().describe('Runs that have this size'),
  after: time.optional().describe('Started at or after'),
  before: time.optional().describe('Started before; the last `startedAt` gives the next page'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type RunsQuery = z.infer<typeof runsQuery>;

export const runEntry = z
  .object({
    id: runId,
    name: z.string(),
    status: runStatus,
    runtime,
    shaper,
    startedAt: time,
    endedAt: time.nullable(),
    sizes: z.array(z.int()).describe('Node counts, ascending'),
    varied: z.string().describe('What is varied besides; empty if nothing is'),
    network: z.string().describe('In a few words; empty if unshaped'),
    repetitionsPlanned: count,
    repetitionsDone: count,
    verdicts: z
      .object({ valid: count, suspect: count, invalid: count })
      .describe('Of the repetitions, the last attempt of each'),
    verdict: verdict
      .or(z.literal('unsafe'))
      .nullable()
      .describe(
        'Of the whole: unsafe where nodes committed different logs, else that of its worst cell; null before the first repetition. The report is the last word',
      ),
    peakTxPerSec: z.number().nullable().describe('Of its best cell, mean of what counts'),
    failure: z.string().nullable().describe('Why it ended early'),
  })
  .meta({ id: 'RunEntry' });
export type RunEntry = z.infer<typeof runEntry>;

export const runList = z
  .object({
    runs: z.array(runEntry).describe('The latest first'),
    total: count.describe('That fit the query, on all pages'),
  })
  .meta({ id: 'RunList' });
export type RunList = z.infer<typeof runList>;

/** Described in docs/results.md: what `testbed report --json` prints. */
export const reportDocument = z
  .looseObject({
    schema: z.literal('prsm-testbed/report'),
    schemaVersion: z.int(),
    headline: z.looseObject({ kind: z.string(), text: z.string() }),
    warnings: z.array(z.string()),
    run: z.looseObject({ id: runId, name: z.string(), status: runStatus }),
    axes: z.array(z.looseObject({})),
    cells: z.array(z.looseObject({})),
    repetitions: z.array(z.looseObject({})),
  })
  .meta({ id: 'Report' });

export const compareQuery = z.strictObject({ a: runId, b: runId });

/** One figure of one run: a mean with its 95 % interval, where there are enough repetitions. */
export const estimate = z
  .object({
    mean: z.number(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    values: z.array(z.number()).describe('One per repetition'),
  })
  .meta({ id: 'Estimate' });

export const comparedFigure = z.object({
  figure: z.string().describe('As a CSV column calls it: throughput_tx_per_sec, ...'),
  title: z.string().describe('In words, with the unit'),
  unit: z.string().describe('Head of a narrow column: tx/s, p50 ms'),
  a: estimate.nullable(),
  b: estimate.nullable(),
  ratio: z.number().nullable().describe('b over a; null where one is missing or a is 0'),
  isApart: z
    .boolean()
    .nullable()
    .describe('The intervals do not overlap; null where one of them is missing'),
});

export const comparedCell = z.object({
  title: z.string(),
  nodeCount: count,
  verdictA: verdict.nullable().describe('Null: not in run a'),
  verdictB: verdict.nullable().describe('Null: not in run b'),
  figures: z.array(comparedFigure),
});

/** Cells are paired by their values on the axes that both have. */
export const comparison = z
  .object({
    a: runEntry.pick({ id: true, name: true, startedAt: true, runtime: true, shaper: true }),
    b: runEntry.pick({ id: true, name: true, startedAt: true, runtime: true, shaper: true }),
    headlines: z.object({ a: z.string(), b: z.string() }),
    differences: z
      .array(z.object({ what: z.string(), a: z.string(), b: z.string() }))
      .describe('What else is not the same: host, image, load, shaper. Compare with care'),
    cells: z.array(comparedCell),
  })
  .meta({ id: 'Comparison' });
export type Comparison = z.infer<typeof comparison>;
