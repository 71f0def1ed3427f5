import type { LoadStatus } from '../../../node-image/src/contract/index.ts';
import type { ByzantineRecord } from '../model/byzantine.ts';
import type { NetworkState, PlannedChange } from '../model/network.ts';
import type { ScrapeOutcome } from '../model/observation.ts';
import type { HostSampleRecord, NetworkRecord, NodeRecord, RunFailure } from '../model/record.ts';
import type { PlannedEvent, TimelineRecord } from '../model/timeline.ts';
import type { Expectation } from '../model/timeline-spec.ts';
import type { GraphReading } from '../model/topology.ts';
import type { QuorumLoss } from '../plan/quorum-loss.ts';
import type { Disagreement } from './check-results.ts';
import type { LogComparison } from './compare-logs.ts';

/** Everything the verdict on a repetition rests on. Put together by the sequencer. */
export interface RepetitionEvidence {
  /** The measured window as planned, wall clock of the controller; null if it never came. */
  readonly window: { readonly startUnixMs: number; readonly endUnixMs: number } | null;
  /** Offered over the whole network; 0 = no load. */
  readonly rateTxPerSec: number;
  readonly nodes: readonly NodeEvidence[];
  /**
   * Median over honest nodes of the time from the actual send to the commit, in ms; null where nothing
   * was committed. Not from the due time: lateness would raise the limit that it is held against.
   */
  readonly latencyMsP50: number | null;
  /** By the index that nodes name. */
  readonly hosts: readonly HostEvidence[];
  readonly scrapes: Pick<
    ScrapeOutcome,
    'rounds' | 'missed' | 'dropped' | 'malformed' | 'resets'
  > & {
    /** The most broken invariants of safety that an honest node has reported. */
    readonly safetyViolationsReported: number;
  };
  readonly logs: Omit<LogComparison, 'differences'>;
  /** When the runtime could not say how the nodes were. */
  readonly unwatched: readonly WatchGap[];
  /**
   * Time between two moments around the window on the wall clock and on the monotonic clock of
   * the controller; null if not taken.
   */
  readonly clocks: { readonly wallMs: number; readonly monotonicMs: number } | null;
  /** Why the repetition ended early; null if it did not. */
  readonly failure: RunFailure | null;
  readonly network: NetworkEvidence;
  readonly timeline: TimelineEvidence;
  readonly graph: GraphEvidence;
  readonly byzantine: ByzantineEvidence;
  /** Limits that were asked for and that the runtime cannot enforce, each a phrase. */
  readonly limitsNotEnforced: readonly string[];
}

export interface TimelineEvidence {
  readonly planned: readonly PlannedEvent[];
  /** As they went; one that is missing was not carried out. */
  readonly records: readonly TimelineRecord[];
  /** What the scenario demands to have happened. */
  readonly expected: readonly Expectation[];
  /** Times that a node which was behind was seen to have everything again. */
  readonly catchUps: number;
}

export interface ByzantineEvidence extends Pick<ByzantineRecord, 'members' | 'evidence'> {
  /** Most members that can break the rules with safety still promised. */
  readonly faultyMax: number;
}

export interface GraphEvidence {
  readonly readings: readonly GraphReading[];
  /** The plan has everybody linked to everybody. */
  readonly isFull: boolean;
}

export interface NetworkEvidence {
  /** Null when nothing was shaped, or when the repetition did not come so far. */
  readonly record: NetworkRecord | null;
  /** The plan asks for shaping. */
  readonly isShaped: boolean;
  readonly allowMismatch: boolean;
  /** What holds when the window begins, unless a change comes first. */
  readonly initial: NetworkState;
  readonly changesPlanned: readonly PlannedChange[];
  /** Times in which planned cuts, and nodes held down or frozen, leave nobody a quorum. */
  readonly quorumLosses: readonly QuorumLoss[];
  /** A clause about a host that was saturated while the network was measured; null if not. */
  readonly hostNote?: string | null;
}

/** A time in which nobody could say how the nodes were, between two looks that worked. */
export interface WatchGap {
  readonly from: Date;
  readonly to: Date;
  /** Why not. */
  readonly why: string;
}

export interface NodeEvidence {
  readonly nodeIndex: number;
  readonly name: string;
  /** Index in `RepetitionEvidence.hosts`. */
  readonly host: number;
  readonly results: NodeRecord['results'];
  /** Why there are no results; null where there are, or where nobody asked. */
  readonly refused: {
    /** unusable: the node answered, with something outside the contract. */
    readonly kind: 'missing' | 'unusable';
    readonly text: string;
  } | null;
  /** See CheckedResults; empty without results. */
  readonly impossible: readonly string[];
  readonly disagreements: readonly Disagreement[];
  /** The last before its results; null if there was none. */
  readonly loadStatus: LoadStatus | null;
  /** p99 of the decoded `sendLag` histogram in ms; null without results or when it is empty. */
  readonly sendLagMsP99: number | null;
  /** Entries of the `sendLag` histogram: transactions of the window that were really sent. */
  readonly sentOfWindow: number | null;
  /** How the node ended before it was asked to; null while alive. */
  readonly exit: NodeRecord['exit'];
}

export interface HostEvidence {
  /** For sentences about it; null where there is no other. */
  readonly name: string | null;
  /** It carries nothing: the nodes live in a model of it. */
  readonly isSimulated: boolean;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly samples: readonly HostSampleRecord[];
  readonly periodMs: number;
  /** Why there are no samples (remote host, no /proc); null if there are. */
  readonly unobserved: string | null;
  /** Slower of before and after, over the best of this host; null if not taken. */
  readonly canaryRatio: number | null;
}
