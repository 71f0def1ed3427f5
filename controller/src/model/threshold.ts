/** What a run has to reach, stated in its scenario: pass or fail, apart from comparisons. */

/** Figures that a threshold can be put on, and the unit their limits are in. */
export const thresholdMetrics = {
  throughput: 'tx/s',
  'latency.mean': 'ms',
  'latency.p50': 'ms',
  'latency.p95': 'ms',
  'latency.p99': 'ms',
  success: 'ratio',
  messages: 'count',
  bytes: 'bytes',
  cpu: 'cores',
} as const;
export type ThresholdMetric = keyof typeof thresholdMetrics;

export const thresholdSigns = ['<', '<=', '>', '>='] as const;
export type ThresholdSign = (typeof thresholdSigns)[number];

export interface Threshold {
  readonly metric: ThresholdMetric;
  readonly sign: ThresholdSign;
  /** In the unit of the metric. */
  readonly limit: number;
  /** As it was written: `< 500ms`. */
  readonly text: string;
  /** Cells that it holds for, by field and value as in the scenario; all if empty. */
  readonly where: Readonly<Record<string, string>>;
}
