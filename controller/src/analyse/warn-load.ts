/** What was offered against what was committed, as warnings. */
import { formatNumber } from '../lib/units.ts';
import type { CellFinding } from '../model/finding.ts';
import { isSizeAlone, wordCell, wordCells } from '../model/word-cell.ts';
import { deliveryMin, deliveryOf, offeredOf } from './delivery.ts';

/** Below this success ratio the latency figures leave out too much to go unmentioned. */
const successMin = 0.999;

/**
 * Under an open loop, throughput is the load or the capacity; the reader must know which. Sizes
 * without a counted repetition are left out: nothing is concluded from those.
 */
export function warnLoad(cells: readonly CellFinding[]): readonly string[] {
  const warnings: string[] = [];
  const delivered = cells.flatMap((cell) => {
    const share = cell.basis === 'counted' ? deliveryOf(cell) : null;
    return share === null ? [] : [{ cell, share }];
  });
  const overloaded = delivered.filter(({ share }) => share < deliveryMin);
  const keptUp = delivered.filter(({ share }) => share >= deliveryMin);
  if (overloaded.length > 0) {
    warnings.push(
      `The network was overloaded: of ${wordOffered(overloaded.map(({ cell }) => cell))} it committed ` +
        `${listShares(overloaded)}. Latency there grows with the length of the window, and leaves ` +
        'out what was not committed.',
    );
  }
  if (keptUp.length > 0) {
    const where = wordCells(
      keptUp.map(({ cell }) => cell),
      cells,
    );
    warnings.push(
      `The network kept up with the load at ${where}: throughput there is the load that was ` +
        'offered, not the capacity.',
    );
  }
  return [...warnings, ...warnSuccess(keptUp.map(({ cell }) => cell))];
}

/** `the offered 600 tx/s`, where it is the same everywhere. */
function wordOffered(cells: readonly CellFinding[]): string {
  const [rate, ...others] = new Set(cells.map(offeredOf));
  const where = cells.some(({ byzantine }) => byzantine !== undefined) ? ' at honest members' : '';
  return rate === undefined || others.length > 0
    ? `the load that was offered${where}`
    : `the offered ${formatNumber(rate)} tx/s${where}`;
}

/** Of combinations there can be hundreds; sizes are all told. */
const sharesMax = 4;

interface ShareOfCell {
  readonly cell: CellFinding;
  readonly share: number;
}

/** `73.5 % at n = 16` */
function listShares(shares: readonly ShareOfCell[]): string {
  const areSizes = isSizeAlone(shares.map(({ cell }) => cell));
  const max = areSizes ? shares.length : sharesMax;
  const told = shares
    .slice(0, max)
    .map(({ cell, share }) => `${percent(share)} at ${wordCell(cell)}`);
  const left = shares.length - max;
  // With more axes a place has commas of its own.
  const joined = told.join(areSizes ? ', ' : '; ');
  return left > 0 ? `${joined}; and there are ${left} more` : joined;
}

/** @param cells those that kept up: of an overloaded network it goes without saying */
function warnSuccess(cells: readonly CellFinding[]): readonly string[] {
  const shares = cells.flatMap((cell) => {
    const success = cell.successRatio;
    if (success === null || success.mean >= successMin) return [];
    return [{ cell, share: 1 - success.mean }];
  });
  if (shares.length === 0) return [];
  return [
    'Of the transactions due in the window, these were not committed before the drain ended, and ' +
      `the latency figures leave them out: ${listShares(shares)}.`,
  ];
}

/** `73.5 %`; never rounds something to nothing or to all. */
function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return 'less than 0.1 %';
  return `${formatNumber(value, 1)} %`;
}
