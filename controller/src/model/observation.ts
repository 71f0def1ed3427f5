/** What scraping the nodes of one repetition came to. */
import type { SampleRecord } from './record.ts';

/** One tick of the scraper: how many nodes were due and how many answered in time. */
export interface ScrapeRound {
  readonly at: Date;
  readonly due: number;
  readonly answered: number;
  /** Nodes that were due and did not answer; empty for a tick at which nobody was asked. */
  readonly missed: readonly number[];
}

export interface ScrapeOutcome {
  readonly samples: readonly SampleRecord[];
  readonly rounds: readonly ScrapeRound[];
  /** Answered in time over due, 0-1, of all rounds; 1 when none was due. */
  readonly completeness: number;
  /** Samples beyond `samplesMax` (or beyond the bound on series) that were not kept, by metric. */
  readonly dropped: readonly { readonly metric: string; readonly count: number }[];
  /** Lines of metrics pages that could not be used, over all scrapes, and the first of them. */
  readonly malformed: readonly {
    readonly nodeIndex: number;
    readonly count: number;
    readonly first: string;
  }[];
  /** Counters that went down: the node's process was restarted behind our back. */
  readonly resets: readonly { readonly nodeIndex: number; readonly at: Date }[];
  /** Of each node that was ever missed: how often, and why the last time. */
  readonly missed: readonly {
    readonly nodeIndex: number;
    readonly count: number;
    readonly lastError: string;
  }[];
  /** Of each node that reports any: highest `consensus_safety_violations_total`, what it saw itself. */
  readonly safetyViolations: readonly { readonly nodeIndex: number; readonly count: number }[];
}
