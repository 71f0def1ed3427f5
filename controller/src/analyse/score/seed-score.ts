import { clamp } from './weigh.ts';

/**
 * The score of the document that this testbed began with, so that its results can be set beside ours.
 * It rates a network by a scale of one machine, and knows neither load nor uncertainty: ours is the
 * one to look at.
 */
export interface SeedFigures {
  readonly throughputTxPerSec: number;
  readonly latencyMs: number;
  /** 0-1. */
  readonly successRatio: number;
  /** Recommended most nodes. */
  readonly nodesMax: number;
}

export interface SeedScore {
  readonly score: number;
  readonly grade: string;
  /** 0-100 each. */
  readonly throughput: number;
  readonly latency: number;
  readonly reliability: number;
  readonly scalability: number;
}

const grades: readonly (readonly [string, number])[] = [
  ['A+', 90],
  ['A', 85],
  ['A-', 80],
  ['B+', 75],
  ['B', 70],
  ['B-', 65],
  ['C+', 60],
  ['C', 55],
  ['C-', 50],
];

/** Full marks at 20 ops/s, 0 ms, all operations and 100 nodes; none at 100 ms. Weights .3 .3 .2 .2. */
export function scoreLikeSeed(figures: SeedFigures): SeedScore {
  const throughput = 100 * clamp(figures.throughputTxPerSec / 20);
  const latency = 100 * clamp(1 - figures.latencyMs / 100);
  const reliability = 100 * clamp(figures.successRatio);
  const scalability = 100 * clamp(figures.nodesMax / 100);
  const score = 0.3 * throughput + 0.3 * latency + 0.2 * reliability + 0.2 * scalability;
  const grade = grades.find(([, least]) => score >= least)?.[0] ?? 'D';
  return { score, grade, throughput, latency, reliability, scalability };
}
