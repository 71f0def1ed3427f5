import type { LogDigests } from '../../../node-image/src/contract/index.ts';
import type { SafetyViolation } from '../model/record.ts';

/** The log digests of one node; null if it did not hand them over. */
export interface NodeLog {
  readonly nodeIndex: number;
  readonly log: LogDigests | null;
}

export interface LogComparison {
  /** The lowest height at which two nodes differ; null if none was found. */
  readonly violation: SafetyViolation | null;
  /** Highest height at which at least two nodes were compared; 0 if none. */
  readonly comparedHeight: number;
  /** Nodes of which nothing can be said, and why, as a phrase. */
  readonly notCompared: readonly { readonly nodeIndex: number; readonly reason: string }[];
}
