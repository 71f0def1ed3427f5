import type { LoadStatus } from '../../../node-image/src/contract/index.ts';
import type { TestbedError } from '../errors/testbed-error.ts';
import type { ToldMisbehaviour } from '../faults/read-misbehaviour.ts';
import type { WatchGap } from '../judge/repetition-evidence.ts';
import { formatDuration } from '../lib/units.ts';
import type { Collected } from '../load/collect-results.ts';
import type { LoadWindow } from '../load/drive-load.ts';
import type { Deployment, Member } from '../model/deployment.ts';
import type { ScrapeOutcome } from '../model/observation.ts';
import type { NetworkRecord, NodeRecord, PhaseRecord, RunFailure } from '../model/record.ts';
import type { TimelineRecord } from '../model/timeline.ts';
import type { GraphReading } from '../model/topology.ts';
import type { HostOutcome } from '../observe/observation.ts';
import type { PhaseLog } from './phase-log.ts';

/** What a repetition has found so far: every phase hands on a longer one. */
export interface Findings {
  readonly names: readonly string[];
  /** What the runtime was asked for and could not do, each a phrase. */
  readonly runtimeWarnings: readonly string[];
  /** What happened to it from outside and was made good, each a sentence. */
  readonly notices: readonly string[];
  /** Who the nodes said they are, in node order; empty before all had. */
  readonly identities: readonly Member[];
  readonly deployment: Deployment | null;
  readonly bringUpMs: number | null;
  readonly window: LoadWindow | null;
  readonly clocks: { readonly wallMs: number; readonly monotonicMs: number } | null;
  /** The load was cut short by a person. */
  readonly interrupted: boolean;
  /** What nodes said of their load when the drain ended, in node order; empty before. */
  readonly loadStatuses: readonly (LoadStatus | null)[];
  readonly collected: readonly Collected[];
  /** Null before they were asked. */
  readonly misbehaviour: ToldMisbehaviour | null;
  readonly scrapes: ScrapeOutcome | null;
  readonly hostOutcome: HostOutcome | null;
  /** When nobody could be asked how the nodes are. */
  readonly unwatched: readonly WatchGap[];
  /** How each event of the timeline went; see RepetitionRecord. */
  readonly timeline: readonly TimelineRecord[];
  /** Who nodes said they were linked to, as often as they were asked. */
  readonly graphs: readonly GraphReading[];
  /** Nodes that the plan had ended, and that were not to come back. */
  readonly away: readonly number[];
  /** Null when nothing was shaped. */
  readonly network: NetworkRecord | null;
  /** A clause about a host that was saturated while the network was measured; null if not. */
  readonly hostNote: string | null;
}

export const noFindings: Findings = {
  names: [],
  runtimeWarnings: [],
  notices: [],
  identities: [],
  deployment: null,
  bringUpMs: null,
  window: null,
  clocks: null,
  interrupted: false,
  loadStatuses: [],
  collected: [],
  misbehaviour: null,
  scrapes: null,
  hostOutcome: null,
  unwatched: [],
  timeline: [],
  graphs: [],
  away: [],
  network: null,
  hostNote: null,
};

/** How the network of a repetition ended. */
export interface NetworkEnd {
  /** How each node ended before it was asked to; null for those alive. */
  readonly exits: readonly NodeRecord['exit'][];
  /** Nodes that had to be killed when they were told to end. */
  readonly killed: readonly number[];
  /** What the repetition failed with, with its hint; null for an interruption. */
  readonly error: TestbedError | null;
  /** Set when the network could not be removed: the ledger still holds it. */
  readonly removalError: TestbedError | null;
}

/** Everything that happened in one repetition, as far as it came. */
export interface RepetitionOutcome extends Findings, NetworkEnd {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly phases: readonly PhaseRecord[];
  readonly events: PhaseLog['events'];
  readonly failure: RunFailure | null;
}

/** Says how much of the window there is: its figures rest on that. */
export function interruption({
  window,
  phases,
}: Pick<RepetitionOutcome, 'window' | 'phases'>): RunFailure {
  const measured = phases.find(({ phase }) => phase === 'measure');
  const where =
    window === null || measured === undefined
      ? 'before its window began'
      : `${formatDuration(measured.endedAt.getTime() - measured.startedAt.getTime())} into its ` +
        `window of ${formatDuration(window.endAt.getTime() - window.measureAt.getTime())}`;
  return { code: 'INTERRUPTED', message: `The repetition was stopped ${where}.` };
}
