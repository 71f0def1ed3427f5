import { type Coordinate, keyOf } from '../../model/axis.ts';
import type { CellFinding, Estimate, RunFinding } from '../../model/finding.ts';
import type { Threshold, ThresholdMetric, ThresholdSign } from '../../model/threshold.ts';

/** One threshold at one cell. */
export interface ThresholdResult {
  readonly threshold: Threshold;
  /** Null where it names values that no cell has. */
  readonly coordinates: readonly Coordinate[] | null;
  /** not-measured is no pass: the cell is invalid, or has no such figure. */
  readonly state: 'met' | 'missed' | 'not-measured';
  readonly estimate: Estimate | null;
  /** The interval includes the limit: another run could come out otherwise. */
  readonly isClose: boolean;
  /** Why it was not measured. */
  readonly why: string | null;
}

/** Every threshold at every cell that it holds for, in their order. */
export function checkThresholds(
  { cells }: RunFinding,
  thresholds: readonly Threshold[],
): readonly ThresholdResult[] {
  return thresholds.flatMap((threshold) => {
    const own = cells.filter((cell) => isMeant(cell, threshold));
    if (own.length > 0) return own.map((cell) => checkCell(cell, threshold));
    const why = 'no cell of the run has these values';
    return [
      { threshold, coordinates: null, state: 'not-measured', estimate: null, isClose: false, why },
    ];
  });
}

function isMeant({ coordinates }: CellFinding, { where }: Threshold): boolean {
  return Object.entries(where).every(([field, text]) =>
    coordinates.some((one) => one.axis === field && keyOf(one) === keyOf({ text })),
  );
}

function checkCell(cell: CellFinding, threshold: Threshold): ThresholdResult {
  const { coordinates } = cell;
  const estimate = figures[threshold.metric](cell);
  const base = { threshold, coordinates, estimate, isClose: false };
  if (cell.verdict === 'invalid') {
    return { ...base, state: 'not-measured', why: 'its result is invalid' };
  }
  if (estimate === null) return { ...base, state: 'not-measured', why: 'there is no such figure' };
  const { sign, limit } = threshold;
  const { interval } = estimate;
  return {
    ...base,
    state: holds(estimate.mean, sign, limit) ? 'met' : 'missed',
    isClose: interval !== null && interval.low <= limit && interval.high >= limit,
    why: null,
  };
}

function holds(value: number, sign: ThresholdSign, limit: number): boolean {
  if (sign === '<') return value < limit;
  if (sign === '<=') return value <= limit;
  return sign === '>' ? value > limit : value >= limit;
}

const figures: Readonly<Record<ThresholdMetric, (cell: CellFinding) => Estimate | null>> = {
  throughput: (cell) => cell.throughputTxPerSec,
  'latency.mean': (cell) => cell.latency.mean,
  'latency.p50': (cell) => cell.latency.p50,
  'latency.p95': (cell) => cell.latency.p95,
  'latency.p99': (cell) => cell.latency.p99,
  success: (cell) => cell.successRatio,
  messages: (cell) => cell.messagesPerOperation,
  bytes: (cell) => cell.bytesPerOperation,
  cpu: (cell) => cell.cpuCoresPerNode,
};
