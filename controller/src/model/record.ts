import type { LogDigests, NodeResults } from '../../../node-image/src/contract/index.ts';
import type { ByzantineRecord } from './byzantine.ts';
import type { EventImpact } from './event-finding.ts';
import type { CellId, RepetitionId, RunId } from './ids.ts';
import type { ShaperKind } from './network.ts';
import type { Plan } from './plan.ts';
import type { RuntimeKind } from './scenario.ts';
import type { TimelineRecord } from './timeline.ts';
import type { GraphReading } from './topology.ts';

/**
 * What is stored: complete enough that every figure of a report is recomputed from these records
 * alone. The store writes them, analysis reads them, nobody changes them.
 */

/** What image and nodes say of themselves; nobody has checked it. */
export interface NodeClaims {
  /** Label testbed.source of the image; null without. */
  readonly source: string | null;
  /** What nodes answered to GET /v1/identity, each different answer once, in order of appearance. */
  readonly nodes: readonly NodeClaim[];
}

export interface NodeClaim {
  readonly software: string;
  /** The consensus protocol it runs; null where it does not say. */
  readonly protocol: string | null;
  /** Who said it first: `node 2 at n = 4`. */
  readonly said: string;
}

/** Where the numbers come from; two runs are comparable only if the relevant keys agree. */
export interface Provenance {
  readonly testbedVersion: string;
  readonly gitCommit: string | null;
  readonly gitDirty: boolean | null;
  readonly contractVersion: number;
  readonly nodeVersion: string;
  /** Image id (`sha256:...`) for docker, hash of the node bundle for process; of several: `a, b`. */
  readonly nodeImage: string;
  readonly nodeImageName: string;
  /** Empty in runs of older testbeds, which did not record it. */
  readonly claims: NodeClaims;
  readonly commandLine: string;
}

export interface HostFacts {
  readonly hostname: string;
  readonly kernel: string;
  readonly osName: string;
  readonly cpuModel: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly cgroupVersion: 1 | 2 | null;
  /** Docker Engine version and API version; null on the process runtime. */
  readonly engineVersion: string | null;
  readonly engineApiVersion: string | null;
  /**
   * Whether the controller sees the processes of the Docker host. False for a remote daemon, and
   * in a container with process ids of its own: host load was then not observed.
   */
  readonly local: boolean;
}

export type RunStatus = 'running' | 'completed' | 'interrupted' | 'failed';

export interface RunRecord {
  readonly id: RunId;
  readonly name: string;
  readonly status: RunStatus;
  readonly runtime: RuntimeKind;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly plan: Plan;
  readonly provenance: Provenance;
  /** The machines that carry its nodes, by the index that nodes and samples name; one today. */
  readonly hosts: readonly HostFacts[];
  /** What to check before trusting the result; stored, and printed with every report. */
  readonly warnings: readonly string[];
  /** Why the run ended early: error code and message. */
  readonly failure: RunFailure | null;
}

export interface RunFailure {
  readonly code: string;
  readonly message: string;
}

export type PhaseName =
  | 'start'
  | 'shape'
  | 'ready'
  | 'warmup'
  | 'measure'
  | 'drain'
  | 'collect'
  | 'stop';

export interface PhaseRecord {
  readonly phase: PhaseName;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** One thing that happened at one time, for annotations and post-mortems. */
export interface EventRecord {
  readonly at: Date;
  readonly kind: string;
  readonly nodeIndex: number | null;
  readonly text: string;
}

/** valid: believe it · suspect: believe it with the reasons in mind · invalid: do not use it. */
export type Verdict = 'valid' | 'suspect' | 'invalid';

/** Why a repetition is less than valid. `code` is stable and listed in docs/verdicts.md. */
export interface VerdictReason {
  readonly code: string;
  readonly verdict: Exclude<Verdict, 'valid'>;
  readonly text: string;
  /** The measured value and the limit it crossed, in the unit named in `text`; null if yes/no. */
  readonly value: number | null;
  readonly limit: number | null;
}

export interface NodeRecord {
  readonly nodeIndex: number;
  readonly name: string;
  readonly region: string | null;
  /** Index in `RunRecord.hosts`. */
  readonly host: number;
  readonly peerId: string;
  readonly dataAddress: string;
  /** Null for a node that did not deliver results. */
  readonly results: NodeResults | null;
  readonly log: LogDigests | null;
  /** Last state seen from outside: exit code and whether the kernel killed it for memory. */
  readonly exit: { readonly code: number | null; readonly oomKilled: boolean } | null;
}

/** One value of one metric of one node; labels other than the node's are part of `metric`. */
export interface SampleRecord {
  readonly nodeIndex: number;
  readonly at: Date;
  readonly metric: string;
  readonly value: number;
}

/**
 * A host over one sampling period, ending at `at`. Ratios are 0-1 of all cores; PSI values are
 * the share of time in which something stalled. Null where the host does not tell.
 */
export interface HostSampleRecord {
  /** Index in `RunRecord.hosts`. */
  readonly host: number;
  readonly at: Date;
  readonly periodMs: number;
  readonly cpuBusyRatio: number;
  /** Controller, nodes and container engine. */
  readonly cpuOwnRatio: number;
  readonly cpuForeignRatio: number;
  readonly cpuStealRatio: number;
  readonly psiCpuSomeRatio: number | null;
  readonly psiMemorySomeRatio: number | null;
  readonly psiIoFullRatio: number | null;
  readonly memoryAvailableBytes: number;
  readonly swapInPages: number;
  readonly controllerLoopDelayMsP99: number;
}

export interface SafetyViolation {
  readonly height: number;
  readonly groups: readonly { readonly digestHex: string; readonly nodes: readonly number[] }[];
}

/**
 * One property of one directed pair of regions (rtt-*: of the pair in both directions), as the
 * scenario asked for it, as the plan set it, and as it was measured between two of its nodes.
 */
export interface LinkCheckRecord {
  readonly at: Date;
  /** before: ahead of any load · again: after a node had been disturbed. */
  readonly occasion: 'before' | 'again';
  readonly fromRegion: string;
  readonly toRegion: string;
  readonly fromNode: number;
  readonly toNode: number;
  /**
   * rtt-median: ms · rtt-range: share of round trips inside the asked range · loss: share of
   * packets lost, of round trips under netem · rate: bits per second.
   */
  readonly quantity: 'rtt-median' | 'rtt-range' | 'loss' | 'rate';
  /** What the scenario says, for people: `50-100 ms`, `0.1 %`. */
  readonly asked: string;
  /** In the unit of the quantity: what should be measured, the value itself, and what passes. */
  readonly planned: number;
  readonly measured: number | null;
  readonly low: number;
  readonly high: number;
  /** Round trips, packets or milliseconds that the value rests on. */
  readonly samples: number;
  readonly isWithin: boolean;
}

/** Stands for a region where a node's own access link is meant; no region can be called this. */
export const accessDown = '(down)';

/** Growth of the counters of one node's link to one region between verification and drain. */
export interface LinkCounterRecord {
  readonly nodeIndex: number;
  /** `accessDown`: all that came to the node over its access link, where that has a rate down. */
  readonly toRegion: string;
  readonly packets: number;
  readonly bytes: number;
  /** Everything that was dropped, on purpose or by a full queue. */
  readonly dropped: number;
  /** Of those, more than the loss asked for explains (99 %, all links together); exact where no loss was asked for. */
  readonly queueDropped: number;
}

/** One planned change of the network at one node. */
export interface NetworkChangeRecord {
  readonly changeIndex: number;
  readonly kind: string;
  readonly text: string;
  readonly plannedAt: Date;
  readonly nodeIndex: number;
  /** When it took effect there, by the clock of the node's host; null if it did not. */
  readonly appliedAt: Date | null;
  readonly error: string | null;
  /**
   * Of a change that takes a cut back: the first scrape at which the node was no further behind than
   * one scrape. Absent where that was not seen, for other changes and in records of older testbeds.
   */
  readonly caughtUpAt?: Date;
}

/** A node that restarted, or lost and regained its data link, and for how long it was unshaped. */
export interface DisturbanceRecord {
  readonly nodeIndex: number;
  readonly at: Date;
  readonly text: string;
  /** When it was shaped and verified again; null if it was not. */
  readonly shapedAgainAt: Date | null;
}

/** How the network of a repetition was shaped, and what was measured of that. */
export interface NetworkRecord {
  readonly shaper: ShaperKind;
  readonly checks: readonly LinkCheckRecord[];
  readonly counters: readonly LinkCounterRecord[];
  readonly changes: readonly NetworkChangeRecord[];
  readonly disturbances: readonly DisturbanceRecord[];
  /**
   * What the kernel had at the end that the plan had not set, or the other way round, each a
   * sentence; empty if the program was intact.
   */
  readonly drift: readonly string[];
}

export interface RepetitionRecord {
  readonly id: RepetitionId;
  readonly runId: RunId;
  readonly cellId: CellId;
  readonly repetition: number;
  readonly nodeCount: number;
  readonly seed: number;
  /** Counts up when an invalid repetition was redone; only the last attempt counts. */
  readonly attempt: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly verdict: Verdict;
  readonly reasons: readonly VerdictReason[];
  readonly safetyViolation: SafetyViolation | null;
  readonly failure: RunFailure | null;
  /** From the first container created to every node ready; null if that was not reached. */
  readonly bringUpMs: number | null;
  readonly phases: readonly PhaseRecord[];
  readonly events: readonly EventRecord[];
  readonly nodes: readonly NodeRecord[];
  readonly samples: readonly SampleRecord[];
  readonly hostSamples: readonly HostSampleRecord[];
  /** Scrapes that answered in time over scrapes that were due, 0-1. */
  readonly scrapeCompleteness: number;
  /** Null when nothing was shaped, or when the repetition ended before it was. */
  readonly network: NetworkRecord | null;
  /** Every event that was due, in order of `Cell.timeline`; empty without a timeline. */
  readonly timeline: readonly TimelineRecord[];
  /**
   * What they did, computed from the rest when the record is made (analyse/with-effects.ts), for who
   * asks in SQL. Reports compute it again, so it is not read back.
   */
  readonly effects?: readonly EventImpact[];
  /** Who was linked to whom, in order of time; empty if it did not come so far, and of older testbeds. */
  readonly graphs: readonly GraphReading[];
  /** Who broke the rules, and what others can prove; absent in records of older testbeds. */
  readonly byzantine?: ByzantineRecord;
}

/** Somebody stopped it before its window was over: it had its turn, and was not done. */
export function wasCut({ failure }: Pick<RepetitionRecord, 'failure'>): boolean {
  return failure?.code === 'INTERRUPTED';
}

/** A run as it is read back: without the bulky series, which reports fetch when they need them. */
export interface StoredRun {
  readonly run: RunRecord;
  readonly repetitions: readonly RepetitionRecord[];
}

export interface RunListing {
  readonly id: RunId;
  readonly name: string;
  readonly status: RunStatus;
  readonly runtime: RuntimeKind;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** Ascending, each once. */
  readonly sizes: readonly number[];
  /** What is varied besides (model/axes.ts); empty if nothing is. */
  readonly varied: string;
  readonly repetitionsPlanned: number;
  readonly repetitionsDone: number;
  readonly repetitionsValid: number;
  /** Runs under different shapers are not comparable. */
  readonly shaper: ShaperKind;
  /** The network in a few words (plan/describe-network.ts); empty if unshaped. */
  readonly network: string;
}
