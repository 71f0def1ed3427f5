/** `thresholds:` of a scenario: a figure, a sign and a limit, for all cells or for some. */
import { z } from 'zod';
import {
  parseCores,
  parseDurationMs,
  parsePercent,
  parseRatePerSec,
  parseSizeBytes,
  type Quantity,
} from '../lib/units.ts';
import {
  type Threshold,
  type ThresholdMetric,
  type ThresholdSign,
  thresholdMetrics,
} from '../model/threshold.ts';
import { note, type Parsed, written } from './fields.ts';

const metrics = Object.keys(thresholdMetrics) as ThresholdMetric[]; // of a literal object

const form = `a block such as {latency.p99: "< 500ms", success: ">= 99%"}, of ${metrics.join(', ')}`;

export const thresholdsSchema = note(written(readThresholds).meta({ type: 'object' }).optional(), {
  description:
    'What a run has to reach, for `testbed check`: by figure a sign and a limit, several in a list; `{limit: "< 500ms", where: {nodes: 16}}` is for the cells with these values only. Held against the mean over the repetitions of a cell. Nothing that is measured is changed by it.',
  form,
  defaultText: 'nothing is checked',
});

type Condition = Pick<Threshold, 'sign' | 'limit' | 'text'>;

function readThresholds(value: unknown): Parsed<readonly Threshold[]> {
  if (!isBlock(value)) return refuse('wrong-type', `${JSON.stringify(value)} is no block`);
  const thresholds: Threshold[] = [];
  for (const [name, given] of Object.entries(value)) {
    const metric = metrics.find((one) => one === name);
    if (metric === undefined) {
      return refuse('wrong-value', `there is no figure "${name}"; there are ${metrics.join(', ')}`);
    }
    for (const one of Array.isArray(given) ? given : [given]) {
      const parsed = readOne(metric, one);
      if (parsed.kind === 'refused') return parsed;
      thresholds.push(parsed.value);
    }
  }
  return { kind: 'ok', value: thresholds };
}

const scoped = z.strictObject({
  limit: z.string(),
  where: z.record(z.string(), z.union([z.string(), z.number()])),
});

function readOne(metric: ThresholdMetric, given: unknown): Parsed<Threshold> {
  const block =
    typeof given === 'string' ? { limit: given, where: {} } : scoped.safeParse(given).data;
  if (block === undefined) {
    const why = `${metric} takes a sign and a limit, or {limit, where}, not ${JSON.stringify(given)}`;
    return refuse('wrong-type', why);
  }
  const condition = readCondition(metric, block.limit);
  if (condition.kind === 'refused') return condition;
  const where = Object.fromEntries(
    Object.entries(block.where).map(([field, value]) => [field, String(value)]),
  );
  return { kind: 'ok', value: { metric, ...condition.value, where } };
}

const parsers: Readonly<
  Record<(typeof thresholdMetrics)[ThresholdMetric], (text: string) => Quantity>
> = {
  'tx/s': parseRatePerSec,
  ms: parseDurationMs,
  ratio: parsePercent,
  bytes: parseSizeBytes,
  cores: parseCores,
  count: parseCores,
};

function readCondition(metric: ThresholdMetric, text: string): Parsed<Condition> {
  const [, sign, amount = ''] = /^\s*(<=|>=|<|>)\s*(.+?)\s*$/.exec(text) ?? [];
  if (sign === undefined) {
    return refuse('wrong-value', `"${text}" of ${metric} has no <, <=, > or >= and a limit`);
  }
  const parsed = parsers[thresholdMetrics[metric]](amount);
  if (parsed.kind === 'refused') {
    return refuse('wrong-unit', `"${amount}" of ${metric}: ${parsed.why}`);
  }
  // One of the four that the pattern allows.
  return {
    kind: 'ok',
    value: { sign: sign as ThresholdSign, limit: parsed.value, text: text.trim() },
  };
}

function refuse(problem: string, why: string): { kind: 'refused'; problem: string; why: string } {
  return { kind: 'refused', problem, why };
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
