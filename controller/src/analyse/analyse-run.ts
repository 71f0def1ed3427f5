/**
 * Analysis: a stored run in, numbers with their uncertainty and a headline out. Pure: it may know
 * the model and the contract, and must not read a clock, a file, a socket or chance, so the same
 * stored run gives the same finding on every machine and at every time.
 * Every figure is defined in docs/methods.md.
 */

import { countsOf, groupBy } from '../lib/group-by.ts';
import type { CellFinding, Estimate, RepetitionFigures, RunFinding } from '../model/finding.ts';
import { mergeHistograms } from '../model/latency-histogram.ts';
import type { Cell } from '../model/plan.ts';
import { type RepetitionRecord, type StoredRun, wasCut } from '../model/record.ts';
import { latencyFloor } from '../plan/latency-floor/latency-floor.ts';
import { collectWarnings } from './collect-warnings.ts';
import { type Bounds, estimateMean, ratioBounds } from './estimate-mean.ts';
import { brokeSafety, judgeCell } from './judge-cell.ts';
import { type MeasuredRepetition, measureRepetition } from './measure-repetition.ts';
import { readCurve, readFigures } from './read-latencies.ts';
import { scoreQuality } from './score-quality.ts';
import { summariseByzantine } from './summarise-byzantine.ts';
import { summariseEvents } from './summarise-events.ts';
import { summariseGraph } from './summarise-graph.ts';
import { summariseNetwork } from './summarise-network.ts';
import { writeHeadline } from './write-headline.ts';

/**
 * Only the last attempt of a repetition counts; a safety violation counts in whatever attempt it
 * occurred. Cells come in the order of the plan, that is by size first.
 */
export function analyseRun(stored: StoredRun): RunFinding {
  const { run } = stored;
  const attempts = groupBy(stored.repetitions, ({ cellId }) => cellId);
  const planned = countsOf(run.plan.order, ({ cellId }) => cellId);
  const analysed = run.plan.cells.map((cell) => {
    const own = attempts.get(cell.id) ?? [];
    const finding = analyseCell(cell, planned.get(cell.id) ?? 0, own);
    return { cell, finding, records: lastAttempts(own) };
  });
  const cells = summariseByzantine(analysed);
  return {
    run,
    headline: writeHeadline(run, cells, stored.repetitions),
    cells,
    warnings: collectWarnings(run, cells, stored.repetitions),
  };
}

function analyseCell(
  cell: Cell,
  planned: number,
  attempts: readonly RepetitionRecord[],
): CellFinding {
  const records = lastAttempts(attempts);
  const measured = records.map(measureRepetition);
  const repetitions = measured.map(({ finding }) => finding);
  const { basis, chosen } = chooseBasis(measured);
  const violated = attempts.some(brokeSafety);
  const over = (
    pick: (figures: RepetitionFigures) => number | null | undefined,
    bounds?: Bounds,
  ): Estimate | null => {
    const found = estimate(chosen, pick, bounds);
    return basis === 'counted' || found === null
      ? found
      : { ...found, interval: null, scale: 'linear' };
  };
  const throughput = over((figures) => figures.throughputTxPerSec);
  const p50 = over((figures) => figures.latency?.p50Ms);
  const success = over((figures) => figures.successRatio, ratioBounds);
  return {
    cellId: cell.id,
    coordinates: cell.coordinates,
    nodeCount: cell.nodeCount,
    repetitionsPlanned: planned,
    repetitionsDone: records.filter((record) => !wasCut(record)).length,
    repetitionsCounted: basis === 'counted' ? chosen.length : 0,
    ...judgeCell(repetitions, planned, violated),
    basis,
    offeredTxPerSec: cell.settings.load.rateTxPerSec,
    throughputTxPerSec: throughput,
    blocksPerSec: over((figures) => figures.blocksPerSec),
    latency: {
      shareOfDue: success?.mean ?? null,
      mean: over((figures) => figures.latency?.meanMs),
      p50,
      p95: over((figures) => figures.latency?.p95Ms),
      p99: over((figures) => figures.latency?.p99Ms),
      max: over((figures) => figures.latency?.maxMs),
      merged: mergeLatency(chosen),
    },
    blockLatencyP50Ms: over((figures) => figures.blockLatencyP50Ms),
    successRatio: success,
    messagesPerOperation: over((figures) => figures.messagesPerOperation),
    bytesPerOperation: over((figures) => figures.bytesPerOperation),
    ...(cell.graph === undefined
      ? {}
      : {
          relayedPerOperation: over((figures) => figures.relayedPerOperation),
          hopsPerMessage: over((figures) => figures.hopsPerMessage),
        }),
    cpuCoresPerNode: over((figures) => figures.cpuCoresPerNode),
    memoryBytesPerNode: over((figures) => figures.memoryBytesPerNode),
    memoryBytesPeak: over((figures) => figures.memoryBytesPeak),
    roundsTimedOut: over((figures) => figures.roundsTimedOut),
    throttledRatio: over((figures) => figures.throttledRatio, ratioBounds),
    bringUpMs: over((figures) => figures.bringUpMs),
    ...floorOf(cell, p50),
    network: summariseNetwork(
      cell,
      records.map((record, i) => ({ record, isCounted: repetitions[i]?.isCounted === true })),
    ),
    ...summariseGraph(records),
    ...summariseEvents(chosen.map(({ finding }) => finding)),
    repetitions,
    superseded: attempts
      .filter((record) => !records.includes(record))
      .sort((a, b) => a.repetition - b.repetition || a.attempt - b.attempt)
      .map((record) => ({ ...measureRepetition(record).finding, isCounted: false })),
    quality: scoreQuality(
      repetitions,
      throughput,
      records.map(({ scrapeCompleteness }) => scrapeCompleteness),
    ),
  };
}

function floorOf(cell: Cell, p50: Estimate | null): Pick<CellFinding, 'latencyFloor'> {
  const floor = latencyFloor(cell);
  if (floor === null) return {};
  const ratio = p50 === null || floor.medianMs === 0 ? null : p50.mean / floor.medianMs;
  return { latencyFloor: { ...floor, ratio } };
}

/**
 * Without a counted repetition the figures of the others are shown as such: a person on a busy
 * machine learns at least what it was that cannot be used.
 */
function chooseBasis(measured: readonly MeasuredRepetition[]): {
  readonly basis: CellFinding['basis'];
  readonly chosen: readonly MeasuredRepetition[];
} {
  const counted = measured.filter(({ finding }) => finding.isCounted);
  if (counted.length > 0) return { basis: 'counted', chosen: counted };
  // A repetition that ended early has no whole window; its bring-up alone is no result.
  const delivered = measured.filter(({ finding }) => finding.nodesReporting > 0);
  return { basis: delivered.length > 0 ? 'uncounted' : 'none', chosen: delivered };
}

/** In order of repetition. */
function lastAttempts(attempts: readonly RepetitionRecord[]): readonly RepetitionRecord[] {
  const last = new Map<number, RepetitionRecord>();
  for (const record of attempts) {
    const held = last.get(record.repetition);
    if (held === undefined || record.attempt > held.attempt) last.set(record.repetition, record);
  }
  return [...last.values()].sort((a, b) => a.repetition - b.repetition);
}

/** Over the repetitions that have a value; one that has none is not a zero. */
function estimate(
  chosen: readonly MeasuredRepetition[],
  pick: (figures: RepetitionFigures) => number | null | undefined,
  bounds?: Bounds,
): Estimate | null {
  const values = chosen.flatMap(({ finding }) => pick(finding.figures) ?? []);
  return estimateMean(values, bounds);
}

function mergeLatency(chosen: readonly MeasuredRepetition[]): CellFinding['latency']['merged'] {
  const merged = mergeHistograms(chosen.map(({ commitLatency }) => commitLatency));
  const figures = readFigures(merged);
  return figures === null ? null : { ...figures, curve: readCurve(merged) };
}
