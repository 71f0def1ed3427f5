/** What analysis says of members that broke the rules: what the others had of it. */
import type { Misbehaviours, Safety } from './byzantine.ts';
import type { CellId } from './ids.ts';

/**
 * kept: at least 90 % of the throughput that is left to expect and of the share that honest clients
 * got committed, and at most twice the median latency. slowed: less. lost: nothing was committed to the end of the window.
 */
export type Liveness = 'kept' | 'slowed' | 'lost' | 'unknown';

/** Of one cell, over its last attempts. */
export interface ByzantineFinding {
  /** Members that were Byzantine in any of them, ascending. */
  readonly nodes: readonly number[];
  /** In one repetition at most. */
  readonly members: number;
  readonly faultyMax: number;
  /** More than f: safety is not promised. */
  readonly isBeyond: boolean;
  /** `silent`; for each different role once, and of events what they made of members. */
  readonly behaviours: string;
  readonly safety: Safety;
  readonly liveness: Liveness;
  /**
   * The cell that differs in nothing but that nobody is Byzantine from the start; null without one
   * that counts.
   */
  readonly baseline: CellId | null;
  /** Over that of the baseline. */
  readonly throughputRatio: number | null;
  readonly latencyRatio: number | null;
  /** Clients of honest members over those of the baseline, or over all. */
  readonly offeredRatio: number;
  /** By their own count, all together; null: none of them could be asked. */
  readonly misbehaviours: Misbehaviours | null;
  readonly evidence: {
    readonly pieces: number;
    /** Of these, those that prove what they say. */
    readonly proven: number;
    /** Of those, against members that nobody made Byzantine. */
    readonly againstHonest: number;
    readonly offenders: readonly number[];
  };
  /** Members whose log was not that of the honest ones, ascending. */
  readonly differing: readonly number[];
}
