import type { NodeResults } from '../../../node-image/src/contract/index.ts';
import { decodeHistogram, type LatencyHistogram, mergeHistograms } from '../analyse/histogram.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { createRepetitionId } from '../model/ids.ts';
import type { Cell } from '../model/plan.ts';
import type { NodeRecord, RepetitionRecord } from '../model/record.ts';
import { compareLogs, type LogComparison } from './compare-logs.ts';
import { judgeRepetition } from './judge-repetition.ts';
import type { NodeEvidence, RepetitionEvidence } from './repetition-evidence.ts';
import type { RepetitionOutcome } from './repetition-outcome.ts';
import type { RepetitionRequest } from './repetition-request.ts';

/** Turns what was observed into the record that is stored, verdict included. */
export function buildRecord(
  request: RepetitionRequest,
  outcome: RepetitionOutcome,
  canaryRatio: number | null,
): RepetitionRecord {
  const { runId, cell, planned, attempt } = request;
  const nodes = nodeRecords(request, outcome);
  const logs = compareLogs(nodes);
  const { verdict, reasons } = judgeRepetition(
    evidenceOf(request, outcome, canaryRatio, nodes, logs),
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
    network: outcome.network,
  };
}

function nodeRecords(
  { cell }: RepetitionRequest,
  { names, deployment, collected, exits }: RepetitionOutcome,
): readonly NodeRecord[] {
  return Array.from({ length: cell.nodeCount }, (_, nodeIndex) => {
    const identity = deployment?.identities[nodeIndex];
    const own = collected.find((one) => one.nodeIndex === nodeIndex);
    return {
      nodeIndex,
      name: names[nodeIndex] ?? `node-${nodeIndex}`,
      region: regionOf(cell, nodeIndex),
      peerId: identity?.peerId ?? '',
      dataAddress: identity?.dataAddress ?? '',
      results: own?.results ?? null,
      log: own?.log ?? null,
      exit: exits[nodeIndex] ?? null,
    };
  });
}

/** @returns null in a network of one region, which has no name worth storing */
function regionOf({ network }: Cell, nodeIndex: number): string | null {
  if (network.regions.length < 2) return null;
  return network.regions[network.regionOf[nodeIndex] ?? -1]?.name ?? null;
}

function evidenceOf(
  request: RepetitionRequest,
  outcome: RepetitionOutcome,
  canaryRatio: number | null,
  nodes: readonly NodeRecord[],
  logs: LogComparison,
): RepetitionEvidence {
  const { scrapes, hostOutcome, window } = outcome;
  const { host, plan, cell } = request;
  return {
    window:
      window === null
        ? null
        : { startUnixMs: window.measureAt.getTime(), endUnixMs: window.endAt.getTime() },
    rateTxPerSec: plan.scenario.load.rateTxPerSec,
    nodes: nodes.map(nodeEvidence),
    latencyMsP50: medianLatencyMs(nodes),
    host: {
      cores: host.cores,
      memoryBytes: host.memoryBytes,
      samples: hostOutcome?.samples ?? [],
      periodMs: hostOutcome?.periodMs ?? 1_000,
      unobserved:
        hostOutcome === null ? 'the repetition did not come so far' : hostOutcome.unobserved,
      canaryRatio,
    },
    scrapes: {
      rounds: scrapes?.rounds ?? [],
      samplesDropped: scrapes?.samplesDropped ?? 0,
      resets: scrapes?.resets ?? [],
      safetyViolationsReported: scrapes?.safetyViolationsReported ?? 0,
    },
    logs,
    clocks: outcome.clocks,
    failure: outcome.failure,
    network: {
      record: outcome.network,
      isShaped: plan.shaper !== 'none',
      allowMismatch: request.allowMismatch,
      initial: cell.network.initial,
      changesPlanned: cell.network.changes,
      hostNote: outcome.hostNote,
    },
    // Without a limit asked for, what a runtime cannot do is a warning and no flaw of the numbers.
    limitsNotEnforced: isLimited(cell) ? outcome.runtimeWarnings : [],
  };
}

function isLimited({ network }: Cell): boolean {
  return network.regions.some(
    ({ resources }) => resources.cpus !== null || resources.memoryBytes !== null,
  );
}

function nodeEvidence(node: NodeRecord): NodeEvidence {
  const { nodeIndex, name, results, exit } = node;
  const sendLag = readHistogram(node, 'sendLag');
  const sent = sendLag?.count ?? null;
  return {
    nodeIndex,
    name,
    results,
    sendLagMsP99: sendLag === null || sent === 0 ? null : sendLag.percentileMs(99),
    sentOfWindow: sent,
    exit,
  };
}

function medianLatencyMs(nodes: readonly NodeRecord[]): number | null {
  const known = nodes.flatMap((node) => readHistogram(node, 'serviceLatency') ?? []);
  return mergeHistograms(known).percentileMs(50);
}

/** A histogram that cannot be read is no evidence; analysis says what is wrong with it. */
function readHistogram(
  { results, name }: NodeRecord,
  histogram: keyof NodeResults['histograms'],
): LatencyHistogram | null {
  if (results === null) return null;
  try {
    return decodeHistogram(results.histograms[histogram], name);
  } catch (error) {
    if (error instanceof TestbedError) return null;
    throw error;
  }
}
