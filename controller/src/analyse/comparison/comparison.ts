import type { Coordinate } from '../../model/axis.ts';
import type { ComparedMetric } from './compared-metrics.ts';
import type { Decision, Outcome, Severity } from './decide.ts';
import type { Effect } from './effect.ts';
import type { Difference } from './find-differences.ts';
import type { SessionNoise } from './session-noise.ts';

/** What a comparison says. Plain data: printed, and given as JSON. */

export interface MetricComparison extends Pick<ComparedMetric, 'name' | 'title' | 'isPrimary'> {
  readonly older: number;
  readonly newer: number;
  readonly effect: Effect;
  /** Corrected for the tests of its family; null if nothing could be tested. */
  readonly adjustedP: number | null;
  readonly decision: Decision;
  /** Of sessions of unchanged software; null where blocks make it needless. */
  readonly noise: SessionNoise | null;
}

export interface PairComparison {
  readonly coordinates: readonly Coordinate[];
  /** What stands on either side: a value of the axis, or a run. */
  readonly a: string;
  readonly b: string;
  /** Not compared because of these. */
  readonly refused: readonly Difference[];
  /** Of the newer side, worse than statistics: nodes disagreed, a chain that stood still. */
  readonly events: readonly string[];
  readonly metrics: readonly MetricComparison[];
  /** How much the comparison can bear, 0-100. */
  readonly quality: number;
}

export interface Comparison {
  readonly design: Effect['design'];
  readonly pairs: readonly PairComparison[];
  /** Of primary metrics and events: the worst that is true. */
  readonly outcome: Outcome | 'not-comparable';
  readonly severity: Severity;
  /** Ratios new / old of the primary metrics, the better way up; for information. */
  readonly geometricMean: number | null;
  readonly underTest: readonly Difference[];
}
