import { formatNumber } from '../lib/units.ts';
import type { CellFinding } from '../model/finding.ts';
import type { RepetitionRecord, RunRecord } from '../model/record.ts';
import { repetitionsMin } from './judge-cell.ts';

/** Committed over offered from which on the network is said to have kept up with the load. */
const deliveryMin = 0.95;
/** Below this success ratio the latency figures leave out too much to go unmentioned. */
const successMin = 0.999;

/**
 * What to know before the numbers are used: the warnings stored with the run, then those that
 * follow from its figures. Full sentences, without duplicates.
 */
export function collectWarnings(
  run: RunRecord,
  cells: readonly CellFinding[],
  attempts: readonly RepetitionRecord[],
): readonly string[] {
  const found = [
    ...run.warnings,
    ...warnProvenance(run),
    ...warnRepetitions(cells, attempts),
    ...warnLoad(cells),
    ...warnSuccess(cells),
    ...warnMissing(cells),
    ...warnSteadiness(cells),
  ];
  return [...new Set(found)];
}

function warnProvenance(run: RunRecord): readonly string[] {
  const warnings: string[] = [];
  if (!run.host.local) {
    warnings.push(
      'The Docker host is remote: its load was not observed, so no verdict rests on it.',
    );
  }
  if (run.provenance.gitDirty === true) {
    warnings.push(
      'The work tree had uncommitted changes: the commit alone does not repeat this run.',
    );
  }
  return warnings;
}

function warnRepetitions(
  cells: readonly CellFinding[],
  attempts: readonly RepetitionRecord[],
): readonly string[] {
  const warnings: string[] = [];
  const planned = Math.min(...cells.map((cell) => cell.repetitionsPlanned));
  if (planned < repetitionsMin) {
    const what = planned === 1 ? 'One repetition per size has no interval' : 'Two repetitions';
    const rest = planned === 1 ? '' : ' per size have an interval too wide to use';
    warnings.push(`${what}${rest}: a smoke run, good for a look and for no comparison.`);
  } else if (planned < 5) {
    warnings.push(
      `${planned} repetitions per size: too few to claim that two sizes or runs differ.`,
    );
  }
  const done = cells.reduce((sum, cell) => sum + cell.repetitionsDone, 0);
  const redone = new Set(attempts.filter(({ attempt }) => attempt > 0).map(({ id }) => id)).size;
  if (done > 0 && redone > 0) {
    warnings.push(
      `${plural(redone, 'repetition')} had to be done again; only the last attempt counts.`,
    );
  }
  return warnings;
}

/** Under an open loop, throughput is the load or the capacity; the reader must know which. */
function warnLoad(cells: readonly CellFinding[]): readonly string[] {
  const warnings: string[] = [];
  const delivered = cells.flatMap((cell) => {
    const rate = cell.throughputTxPerSec;
    if (rate === null || cell.offeredTxPerSec === 0) return [];
    return [{ cell, share: rate.mean / cell.offeredTxPerSec }];
  });
  const keptUp = delivered.filter(({ share }) => share >= deliveryMin);
  if (keptUp.length > 0) {
    const sizes = keptUp.map(({ cell }) => cell.nodeCount).join(', ');
    warnings.push(
      `The network kept up with the load at n = ${sizes}: throughput there is the load that was ` +
        'offered, not the capacity.',
    );
  }
  const overloaded = delivered.filter(({ share }) => share < deliveryMin);
  if (overloaded.length > 0) {
    const shares = overloaded.map(
      ({ cell, share }) => `${percent(share)} at n = ${cell.nodeCount}`,
    );
    const offered = formatNumber(overloaded[0]?.cell.offeredTxPerSec ?? 0);
    warnings.push(
      `The network was overloaded: of the offered ${offered} tx/s it committed ` +
        `${shares.join(', ')}; latency there grows with the length of the window.`,
    );
  }
  return warnings;
}

function warnSuccess(cells: readonly CellFinding[]): readonly string[] {
  const shares = cells.flatMap((cell) => {
    const success = cell.successRatio;
    if (success === null || success.mean >= successMin) return [];
    return [`${percent(1 - success.mean)} at n = ${cell.nodeCount}`];
  });
  if (shares.length === 0) return [];
  return [
    'Of the transactions due in the window, these were not committed before the drain ended, and ' +
      `the latency figures leave them out: ${shares.join(', ')}.`,
  ];
}

function warnMissing(cells: readonly CellFinding[]): readonly string[] {
  const counted = cells.flatMap((cell) => cell.repetitions.filter(({ isCounted }) => isCounted));
  const incomplete = counted.filter((one) => one.nodesReporting < one.nodeCount);
  const fewSamples = counted.filter(({ figures }) => figures.latency?.p99Ms === null);
  const warnings: string[] = [];
  if (incomplete.length > 0) {
    warnings.push(
      `In ${plural(incomplete.length, 'counted repetition')} not every node delivered results; ` +
        'sums are over those that did.',
    );
  }
  if (fewSamples.length > 0) {
    warnings.push(
      `${plural(fewSamples.length, 'repetition')} committed fewer than 1,000 transactions: ` +
        'too few for a 99th percentile.',
    );
  }
  return warnings;
}

function warnSteadiness(cells: readonly CellFinding[]): readonly string[] {
  const counted = cells.flatMap((cell) => cell.repetitions.filter(({ isCounted }) => isCounted));
  const short = counted.filter(({ steadiness }) => steadiness.kind === 'too-short');
  if (short.length === 0) return [];
  const seconds = Math.max(...short.map(({ figures }) => figures.windowSeconds ?? 0));
  return [
    `Windows of ${formatNumber(seconds, 1)} s are too short to tell whether throughput held still; 60 s are needed.`,
  ];
}

/** `73.5 %`; never rounds something to nothing or to all. */
function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return 'less than 0.1 %';
  return `${formatNumber(value, 1)} %`;
}

function plural(quantity: number, noun: string): string {
  return `${quantity} ${noun}${quantity === 1 ? '' : 's'}`;
}
