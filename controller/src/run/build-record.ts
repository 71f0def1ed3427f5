import { simulatedScheme } from '../../../node-image/src/contract/index.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { type CheckedResults, checkResults } from '../judge/check-results.ts';
import { compareLogs, type LogComparison } from '../judge/compare-logs.ts';
import { describeByzantine, keysOf, listByzantine } from '../judge/describe-byzantine.ts';
import { judgeRepetition } from '../judge/judge-repetition.ts';
import { findNodeCatchUps, noteCatchUps } from '../judge/note-catch-ups.ts';
import type {
  HostEvidence,
  NodeEvidence,
  RepetitionEvidence,
} from '../judge/repetition-evidence.ts';
import { witnessStandstills } from '../judge/witness-standstill.ts';
import { messageOf } from '../lib/message-of.ts';
import type { ByzantineRecord } from '../model/byzantine.ts';
import { createRepetitionId } from '../model/ids.ts';
import { mergeHistograms } from '../model/latency-histogram.ts';
import type { Cell } from '../model/plan.ts';
import { placeOf } from '../model/planned-node.ts';
import type { NodeRecord, RepetitionRecord } from '../model/record.ts';
import { runtimeTraits } from '../model/runtime-traits.ts';
import { findQuorumLosses } from '../plan/quorum-loss.ts';
import type { RepetitionOutcome } from './repetition-outcome.ts';
import { chainIdOf, type RepetitionRequest } from './repetition-request.ts';

/** Turns what was observed into the record that is stored, verdict included. */
export function buildRecord(
  request: RepetitionRequest,
  observed: RepetitionOutcome,
  canaryRatio: number | null,
): RepetitionRecord {
  const { runId, cell, planned, attempt } = request;
  const nodes = nodeRecords(request, observed);
  const outcome = { ...observed, timeline: witnessStandstills(observed.timeline, nodes) };
  const logs = compareLogs(
    nodes.map(({ nodeIndex, log }) => {
      const why = collectedFrom(outcome, nodeIndex)?.logError ?? null;
      return { nodeIndex, log, whyNot: why === null ? null : messageOf(why) };
    }),
    listByzantine({
      nodes: cell.nodes,
      timeline: outcome.timeline,
      statuses: outcome.misbehaviour?.statuses ?? [],
    }),
  );
  const byzantine = byzantineOf(request, outcome, logs);
  const { verdict, reasons } = judgeRepetition(
    evidenceOf(request, outcome, { canaryRatio, nodes, logs, byzantine }),
  );
  return {
    id: createRepetitionId(runId, cell.id, planned.repetition),
    runId,
    cellId: cell.id,
    repetition: planned.repetition,
    nodeCount: cell.nodeCount,
    seed: planned.seed,
    attempt,
    startedAt: outcome.startedAt,
    endedAt: outcome.endedAt,
    verdict,
    reasons,
    safetyViolation: logs.violation,
    failure: outcome.failure,
    bringUpMs: outcome.bringUpMs,
    phases: outcome.phases,
    events: outcome.events,
    nodes,
    samples: outcome.scrapes?.samples ?? [],
    hostSamples: outcome.hostOutcome?.samples ?? [],
    scrapeCompleteness: outcome.scrapes?.completeness ?? 0,
    network: outcome.network && noteCatchUps(outcome.network, cell, outcome.scrapes?.samples ?? []),
    timeline: outcome.timeline,
    graphs: outcome.graphs,
    byzantine,
  };
}

function nodeRecords(
  { cell }: RepetitionRequest,
  outcome: RepetitionOutcome,
): readonly NodeRecord[] {
  const { names, deployment, exits } = outcome;
  return Array.from({ length: cell.nodeCount }, (_, nodeIndex) => {
    const identity = deployment?.identities[nodeIndex];
    const own = collectedFrom(outcome, nodeIndex);
    return {
      nodeIndex,
      name: names[nodeIndex] ?? `node-${nodeIndex}`,
      region: regionOf(cell, nodeIndex),
      host: cell.nodes[nodeIndex]?.host ?? 0,
      peerId: identity?.peerId ?? '',
      dataAddress: identity?.dataAddress ?? '',
      results: storedResults(own?.results ?? null, outcome),
      log: own?.log ?? null,
      exit: exits[nodeIndex] ?? null,
    };
  });
}

function byzantineOf(
  request: RepetitionRequest,
  { deployment, timeline, misbehaviour }: RepetitionOutcome,
  { differences }: LogComparison,
): ByzantineRecord {
  const { statuses = [], evidence = [] } = misbehaviour ?? {};
  const { repetition } = request.planned;
  const committee = deployment && {
    chainId: chainIdOf({ ...request, repetition }),
    ...keysOf(deployment.identities, request.cell.settings.signature),
    ...(isSimulated(request) ? { scheme: simulatedScheme } : {}),
  };
  const { nodes } = request.cell;
  return describeByzantine({ nodes, timeline, statuses, evidence, differences, committee });
}

/** When blocks were committed is bulk that only the effects of events are computed from. */
function storedResults(
  results: NodeRecord['results'],
  { timeline }: RepetitionOutcome,
): NodeRecord['results'] {
  if (results === null || timeline.length > 0) return results;
  const { commits: _commits, ...rest } = results;
  return rest;
}

function collectedFrom(
  { collected }: RepetitionOutcome,
  nodeIndex: number,
): RepetitionOutcome['collected'][number] | undefined {
  return collected.find((one) => one.nodeIndex === nodeIndex);
}

/** @returns null in a network of one region, which has no name worth storing */
function regionOf({ nodes, network }: Cell, nodeIndex: number): string | null {
  const node = nodes[nodeIndex];
  return network.regions.length < 2 || node === undefined ? null : placeOf(node);
}

interface Derived extends Pick<HostEvidence, 'canaryRatio'> {
  readonly nodes: readonly NodeRecord[];
  readonly logs: LogComparison;
  readonly byzantine: ByzantineRecord;
}

function evidenceOf(
  request: RepetitionRequest,
  outcome: RepetitionOutcome,
  { canaryRatio, nodes, logs, byzantine }: Derived,
): RepetitionEvidence {
  const { scrapes, window } = outcome;
  const { hosts, cell } = request;
  const checked = nodes.map(({ results, host }) => {
    const facts = hosts[host];
    if (facts === undefined) throw new Error(`Broken invariant: there is no host ${host}`);
    return results && checkResults(results, facts);
  });
  return {
    window:
      window === null
        ? null
        : { startUnixMs: window.measureAt.getTime(), endUnixMs: window.endAt.getTime() },
    rateTxPerSec: cell.settings.load.rateTxPerSec,
    nodes: nodes.map((node, index) => nodeEvidence(node, checked[index] ?? null, outcome)),
    latencyMsP50: medianLatencyMs(checked, byzantine),
    hosts: hosts.map((_, index) => hostEvidence(request, index, outcome, canaryRatio)),
    scrapes: {
      rounds: scrapes?.rounds ?? [],
      missed: scrapes?.missed ?? [],
      dropped: scrapes?.dropped ?? [],
      malformed: scrapes?.malformed ?? [],
      resets: scrapes?.resets ?? [],
      safetyViolationsReported: violationsOf(scrapes, byzantine),
    },
    logs,
    unwatched: outcome.unwatched,
    clocks: outcome.clocks,
    failure: outcome.failure,
    network: {
      record: outcome.network,
      isShaped: cell.settings.shaper !== 'none',
      allowMismatch: request.allowMismatch,
      initial: cell.network.initial,
      changesPlanned: cell.network.changes,
      quorumLosses: findQuorumLosses(cell),
      hostNote: outcome.hostNote,
    },
    timeline: {
      planned: cell.timeline,
      records: outcome.timeline,
      expected: cell.settings.expect,
      catchUps: countCatchUps(request.cell, outcome),
    },
    graph: { readings: outcome.graphs, isFull: cell.network.edges === undefined },
    byzantine: { ...byzantine, faultyMax: cell.faultyMax },
    // Without a limit asked for, what a runtime cannot do is a warning and no flaw of the numbers.
    limitsNotEnforced: isLimited(cell) && !isSimulated(request) ? outcome.runtimeWarnings : [],
  };
}

/** Only the host that the controller sees is observed, and only there it sings. */
function hostEvidence(
  request: RepetitionRequest,
  index: number,
  { hostOutcome }: RepetitionOutcome,
  canaryRatio: number | null,
): HostEvidence {
  const { hosts } = request;
  const { hostname = '', cores = 0, memoryBytes = 0 } = hosts[index] ?? {};
  const name = hosts.length > 1 ? hostname : null;
  const isSeen = index === (hostOutcome?.host ?? 0);
  const facts = {
    name,
    cores,
    memoryBytes,
    isSimulated: isSimulated(request),
    canaryRatio: isSeen ? canaryRatio : null,
  };
  const unseen = { ...facts, samples: [], periodMs: 1_000 };
  if (hostOutcome === null) return { ...unseen, unobserved: 'the repetition did not come so far' };
  if (!isSeen) return { ...unseen, unobserved: 'the controller does not run there' };
  const { samples, periodMs, unobserved } = hostOutcome;
  return { ...facts, samples, periodMs, unobserved };
}

/** Of nodes behind a cut, and of nodes that were down or frozen. */
function countCatchUps(cell: Cell, { network, scrapes, timeline }: RepetitionOutcome): number {
  const samples = scrapes?.samples ?? [];
  const healed = network === null ? [] : noteCatchUps(network, cell, samples).changes;
  const caughtUp = healed.filter((change) => change.caughtUpAt !== undefined).length;
  return caughtUp + findNodeCatchUps(timeline, samples).length;
}

/** The most that an honest node reports; what the others say of themselves is no evidence. */
function violationsOf(scrapes: RepetitionOutcome['scrapes'], { members }: ByzantineRecord): number {
  const counts = (scrapes?.safetyViolations ?? [])
    .filter(({ nodeIndex }) => !members.some((member) => member.nodeIndex === nodeIndex))
    .map(({ count }) => count);
  return Math.max(0, ...counts);
}

function isSimulated({ plan }: RepetitionRequest): boolean {
  return runtimeTraits[plan.runtime].isSimulated;
}

function isLimited({ nodes }: Cell): boolean {
  return nodes.some(({ resources }) => resources.cpus !== null || resources.memoryBytes !== null);
}

function nodeEvidence(
  { nodeIndex, name, host, results, exit }: NodeRecord,
  checked: CheckedResults | null,
  outcome: RepetitionOutcome,
): NodeEvidence {
  // A histogram that cannot be read is no evidence; what is wrong with it is told.
  const sendLag = checked?.histograms.sendLag ?? null;
  const sent = sendLag?.count ?? null;
  return {
    nodeIndex,
    name,
    host,
    results,
    refused: refusalOf(collectedFrom(outcome, nodeIndex)?.resultsError ?? null),
    impossible: checked?.impossible ?? [],
    disagreements: checked?.disagreements ?? [],
    loadStatus: outcome.loadStatuses[nodeIndex] ?? null,
    sendLagMsP99: sendLag === null || sent === 0 ? null : sendLag.percentileMs(99),
    sentOfWindow: sent,
    exit,
  };
}

/** A node that refuses has no results; one that answers with something else has unusable ones. */
function refusalOf(error: unknown): NodeEvidence['refused'] {
  if (error === null) return null;
  const isContract = error instanceof TestbedError && error.code === 'NODE_CONTRACT';
  const isUnusable = isContract && error.details.status === undefined;
  return { kind: isUnusable ? 'unusable' : 'missing', text: messageOf(error) };
}

/** Of honest nodes: with latencies made up, others would set the limit for lateness. */
function medianLatencyMs(
  checked: readonly (CheckedResults | null)[],
  { members }: ByzantineRecord,
): number | null {
  const known = checked.flatMap((one, index) =>
    members.some(({ nodeIndex }) => nodeIndex === index)
      ? []
      : (one?.histograms.serviceLatency ?? []),
  );
  return mergeHistograms(known).percentileMs(50);
}
