import type { Bottleneck } from '../saturation/find-bottleneck.ts';
import type { Saturation } from '../saturation/find-saturation.ts';
import type { UslFinding } from '../scaling/claim-peak.ts';
import type { RelativePoint } from '../scaling/efficiency.ts';
import type { ReplicationFit } from '../scaling/fit-replication.ts';
import type { Grade } from './grade-run.ts';
import type { SeedFigures, SeedScore } from './seed-score.ts';

/** What a run says about the network as it grows and is loaded. Plain data. */

export interface SizeCapacity {
  readonly size: number;
  /**
   * What it carried of the largest load that it sustained; where it sustained none, what came
   * through. One value per repetition; empty if no cell of the size can be used.
   */
  readonly values: readonly number[];
  /** It carried everything that was offered: its capacity is at least this. */
  readonly isLoadBound: boolean;
  readonly isHostLimited: boolean;
}

/** How figures grow with the size: exponents of the number of nodes; null with one size. */
export interface CostExponents {
  readonly latencyP50: number | null;
  readonly messages: number | null;
  readonly bytes: number | null;
}

export interface RampFinding {
  readonly size: number;
  readonly leastTxPerSec: number;
  readonly mostTxPerSec: number;
  readonly saturation: Saturation;
  readonly bottleneck: Bottleneck | null;
}

/** Cells that differ in size and load alone. */
export interface GroupAssessment {
  /** `network = wan`; empty if there is one group. */
  readonly title: string;
  readonly capacities: readonly SizeCapacity[];
  /** Throughput kept as the network grows; empty where every size carried all that was offered. */
  readonly retention: readonly RelativePoint[];
  /** Why `retention` is empty, for people. */
  readonly retentionUnknown: string | null;
  readonly exponents: CostExponents;
  readonly usl: UslFinding | null;
  readonly replication: ReplicationFit | null;
  readonly ramps: readonly RampFinding[];
}

export interface Evidence {
  readonly name: string;
  readonly value: number | string;
}

export interface Recommendation {
  /** Stable. */
  readonly id: string;
  readonly text: string;
  readonly evidence: readonly Evidence[];
  /** high only where the run is of high quality. */
  readonly confidence: 'high' | 'medium' | 'low';
  /** The experiment that would tell. */
  readonly next: string;
}

export interface RunAssessment {
  readonly grade: Grade;
  /** Mean quality of the cells, 0-100. */
  readonly quality: number;
  /** The formula of the first document, beside ours; null where it lacks a figure. */
  readonly seed: (SeedScore & { readonly figures: SeedFigures }) | null;
  readonly groups: readonly GroupAssessment[];
  readonly recommendations: readonly Recommendation[];
}
