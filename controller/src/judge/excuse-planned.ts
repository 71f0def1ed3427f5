import type { NodeResults } from '../../../node-image/src/contract/index.ts';
import type { TimelineRecord } from '../model/timeline.ts';
import type { Edge } from '../model/topology.ts';
import { describeAbsences, type PlannedAbsences } from './planned-absences.ts';
import type {
  GraphEvidence,
  NetworkEvidence,
  NodeEvidence,
  RepetitionEvidence,
} from './repetition-evidence.ts';

/**
 * The evidence without what the plan did itself: a node that was to be down has missed no scrape,
 * owes no results and is not late. The one place that knows; whoever judges sees what is left, so a
 * node that dies by itself during the planned crash of another is dead all the same. Pure.
 */
export function excusePlanned(evidence: RepetitionEvidence): RepetitionEvidence {
  const { records } = evidence.timeline;
  if (records.length === 0) return evidence;
  const absences = describeAbsences(records);
  const nodes = excuseNodes(evidence, absences);
  return {
    ...evidence,
    nodes,
    rateTxPerSec: offeredRate(evidence, nodes, absences),
    scrapes: excuseScrapes(evidence.scrapes, absences),
    logs: {
      ...evidence.logs,
      notCompared: evidence.logs.notCompared.filter(
        ({ nodeIndex, kind }) =>
          kind !== 'no-log' || absences.backAtMs(nodeIndex) !== Number.POSITIVE_INFINITY,
      ),
    },
    network: excuseNetwork(evidence, absences),
    graph: excuseGraph(evidence, absences),
  };
}

/** With less of the window left there is no load to be given, and so there are no results. */
const LOAD_MS_MIN = 1_000;

function excuseNodes(
  { nodes, window }: RepetitionEvidence,
  absences: PlannedAbsences,
): readonly NodeEvidence[] {
  const lastMs = (window?.endUnixMs ?? 0) - LOAD_MS_MIN;
  return nodes.flatMap((node): NodeEvidence[] => {
    const { nodeIndex, results, refused } = node;
    const backMs = absences.backAtMs(nodeIndex);
    const owesNothing = backMs !== null && backMs > lastMs && refused?.kind !== 'unusable';
    if (results === null && owesNothing) return node.exit === null ? [] : [node];
    if (!absences.wasTouched(nodeIndex)) return [node];
    return [
      {
        ...node,
        sendLagMsP99: null,
        results: results === null ? null : excuseResults(results, window, nodeIndex, absences),
      },
    ];
  });
}

function excuseResults(
  results: NodeResults,
  window: RepetitionEvidence['window'],
  nodeIndex: number,
  absences: PlannedAbsences,
): NodeResults {
  const squeezed = absences.wasSqueezed(nodeIndex)
    ? { cpuPeriods: null, cpuPeriodsThrottled: null }
    : {};
  const isOther = window !== null && absences.wasDown(nodeIndex);
  return {
    ...results,
    window: isOther ? window : results.window,
    counters: { ...results.counters, ...squeezed, eventLoopDelayMsP99: 0 },
  };
}

/** Of the load that somebody was there to offer, for the nodes that are left. */
function offeredRate(
  { nodes: all, rateTxPerSec, window }: RepetitionEvidence,
  left: readonly NodeEvidence[],
  absences: PlannedAbsences,
): number {
  const known = new Set(
    left.flatMap(({ nodeIndex, results }) => (results === null ? [] : nodeIndex)),
  );
  if (window === null || known.size === 0) return rateTxPerSec;
  const lengthMs = window.endUnixMs - window.startUnixMs;
  const shares = all.map(({ nodeIndex, results }) => {
    if (results === null || !known.has(nodeIndex)) return 0;
    if (!absences.wasDown(nodeIndex)) return 1;
    const own = results.window;
    return Math.min(1, Math.max(0, (own.endUnixMs - own.startUnixMs) / lengthMs));
  });
  const offered = shares.reduce((sum, share) => sum + share, 0);
  return ((rateTxPerSec * offered) / all.length) * (left.length / known.size);
}

function excuseScrapes(
  scrapes: RepetitionEvidence['scrapes'],
  absences: PlannedAbsences,
): RepetitionEvidence['scrapes'] {
  const rounds = scrapes.rounds.map((round) => {
    const unplanned = round.missed.filter((node) => !absences.isSilentAt(node, round.at.getTime()));
    const excused = round.missed.length - unplanned.length;
    return { ...round, due: round.due - excused, missed: unplanned };
  });
  const resets = scrapes.resets.filter(
    ({ nodeIndex, at }) => !absences.isDownAt(nodeIndex, at.getTime()),
  );
  return { ...scrapes, rounds, resets };
}

/** Nodes that were away when the network changed have the state from when they came back. */
function excuseNetwork(
  { network, window }: RepetitionEvidence,
  absences: PlannedAbsences,
): NetworkEvidence {
  const { record, changesPlanned } = network;
  const startMs = window?.startUnixMs ?? 0;
  return {
    ...network,
    changesPlanned: changesPlanned.map((change) => ({
      ...change,
      nodes: change.nodes.filter((node) => !absences.isSilentAt(node, startMs + change.atMs)),
    })),
    record: record && {
      ...record,
      // It says nothing before it is shaped; one that never was is not taken back as planned, and
      // what was measured of it is judged like any other check.
      disturbances: record.disturbances.filter(
        ({ nodeIndex, at }) => !absences.isDownAt(nodeIndex, at.getTime()),
      ),
    },
  };
}

/** A dial into a cut, or to a node that is away, is given up after 20 s and tried again. */
const REDIAL_MS_MAX = 25_000;

/** Links to nodes that are away, or that an event has only just let go. */
function excuseGraph(
  { graph, timeline }: RepetitionEvidence,
  absences: PlannedAbsences,
): GraphEvidence {
  const readings = graph.readings.map((reading) => {
    const atMs = reading.at.getTime();
    const isHeld = (node: number): boolean =>
      absences.backAtMs(node) === Number.POSITIVE_INFINITY ||
      timeline.records.some((record) => record.nodes.includes(node) && holdsAt(record, atMs));
    return {
      ...reading,
      silent: reading.silent.filter((node) => !isHeld(node)),
      missing: reading.missing.filter((ends: Edge) => !ends.some(isHeld)),
    };
  });
  return { ...graph, readings };
}

function holdsAt({ plannedAt, endedAt }: TimelineRecord, atMs: number): boolean {
  const toMs = endedAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return plannedAt.getTime() <= atMs && toMs + REDIAL_MS_MAX >= atMs;
}
