import type { NodeClient } from '../control/node-client.ts';
import type { Clock } from '../lib/clock.ts';
import type { LiveNodes } from '../model/live-nodes.ts';
import type { ScrapeOutcome } from '../model/observation.ts';
import type { HostSampleRecord } from '../model/record.ts';

/**
 * What the observe stage hands over: the values of scrape-nodes.ts and host-sampler.ts. Knows the
 * model and the clock; never another stage.
 */

export interface ObserveDependencies {
  readonly clock: Clock;
  /** Ends the observation early; `stop` must still be called and then returns what there is. */
  readonly signal: AbortSignal;
}

/** A node that has a page of metrics, wherever it answers. */
export type ScrapeTarget = Pick<NodeClient, 'nodeIndex' | 'metrics'>;

export interface ScraperOptions {
  readonly nodes: readonly ScrapeTarget[];
  /** Time between two scrapes of one node; see `scrapePeriodMs`. */
  readonly periodMs: number;
  /** A node that has not answered by then is missed. Default and upper bound: `periodMs`. */
  readonly timeoutMs?: number;
  /** Most scrapes under way at once; default 8. */
  readonly concurrency?: number;
  /** Most samples kept; later ones are dropped and counted. Default 1,000,000. */
  readonly samplesMax?: number;
}

/** For progress: what the last answers of all nodes say together. */
export interface LiveView {
  /** Median over nodes of the growth of their committed counter; null before two answers. */
  readonly txPerSec: number | null;
  /** Highest of any node; 0 before the first answer. */
  readonly committedHeight: number;
  /** Nodes that answered the last scrape that was due. */
  readonly nodesAnswering: number;
  readonly nodesTotal: number;
}

export interface Scraper {
  live(): LiveView;
  /** Every node, for those who watch. */
  nodes(): LiveNodes;
  /** Ends scraping and returns everything. Idempotent; never rejects. */
  stop(): Promise<ScrapeOutcome>;
}

export interface HostSamplerOptions {
  /** Its index among the hosts of the run. */
  readonly host: number;
  /** False where host.local is (model/record): nothing is sampled, and the outcome says why. */
  readonly local: boolean;
  /**
   * Roots of process trees of our own besides the controller: nodes, a detached database. Read anew
   * with every look.
   */
  readonly ownPids: Iterable<number>;
  /** Default 1000. */
  readonly periodMs?: number;
}

export interface HostOutcome {
  /** Index of the host that was, or should have been, sampled. */
  readonly host: number;
  readonly samples: readonly HostSampleRecord[];
  readonly periodMs: number;
  /** Sources this host does not offer, for example `PSI memory`; stored as run warnings. */
  readonly unavailable: readonly string[];
  /** Why there are no samples at all; null if there are, or if none was due yet. */
  readonly unobserved: string | null;
}

export interface HostSampler {
  /** Takes a last sample and returns all. Idempotent; never throws. */
  stop(): HostOutcome;
}
