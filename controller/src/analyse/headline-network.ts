import type { CellFinding, CellReason, Headline } from '../model/finding.ts';
import type { LinkFinding } from '../model/network-finding.ts';
import { reasonCodes } from '../model/reason-kinds.ts';
import { wordCell } from '../model/word-cell.ts';
import { describeMeasured, describeTolerance } from '../plan/describe-check.ts';
import { asClause, count, hasReason, listCells } from './headline-words.ts';

/**
 * A network that was not the one asked for, as the first line of a result: it comes before all
 * that the nodes did on it. What was allowed with --allow-mismatch is said there as well.
 */

const { networkMismatch, networkMismatchAllowed: mismatchAllowed } = reasonCodes;
const notAsked = 'The network was not the one asked for';

const nouns: Readonly<Record<LinkFinding['quantity'], string>> = {
  'rtt-median': 'median round trip',
  'rtt-range': 'round trips',
  loss: 'loss',
  rate: 'rate',
};

/** How the line begins for each code of a verdict (docs/verdicts.md), worst first. */
const beginnings: Readonly<
  Record<'invalid' | 'suspect', readonly (readonly [code: string, beginning: string])[]>
> = {
  invalid: [
    [networkMismatch, notAsked],
    [reasonCodes.networkDrift, 'The network did not stay the one asked for'],
    [reasonCodes.changeNotApplied, 'A planned change of the network did not take place'],
    [reasonCodes.networkDisturbed, 'The network was disturbed'],
  ],
  suspect: [[mismatchAllowed, notAsked]],
};

/** @returns null if no size has such a reason; of invalid ones, if all sizes are valid without it */
export function headNetwork(
  cells: readonly CellFinding[],
  kind: 'invalid' | 'suspect',
): Headline | null {
  for (const [code, beginning] of beginnings[kind]) {
    const affected = cells.filter(
      ({ verdict, reasons }) =>
        (kind === 'suspect' || verdict === 'invalid') &&
        reasons.some((reason) => reason.code === code && reason.verdict === kind),
    );
    const worst = affected.reduce(moreOutside, affected[0]);
    const reason = worst?.reasons.find((one) => one.code === code);
    if (worst === undefined || reason === undefined) continue;
    const pardon = code === mismatchAllowed ? ' (kept by --allow-mismatch)' : '';
    const first = affected.length > 1 ? `at ${wordCell(worst)}, ` : '';
    const text =
      `${beginning} at ${listCells(affected, cells)}${pardon}: ` +
      `${first}${explain(worst, reason)}.`;
    return { kind, text };
  }
  return null;
}

/** For headlines about something worse: a mismatch that was allowed belongs into the first line. */
export function remarkOnNetwork(cells: readonly CellFinding[]): string {
  const marked = cells.filter((cell) =>
    cell.repetitions.some((repetition) => hasReason(repetition, mismatchAllowed)),
  );
  return marked.length === 0
    ? ''
    : ` ${notAsked} at ${listCells(marked, cells)} (kept by --allow-mismatch).`;
}

/** What was measured, where that is what is wrong; else what the judge said. */
function explain({ network }: CellFinding, { code, text }: CellReason): string {
  const isMismatch = code === networkMismatch || code === mismatchAllowed;
  const link = isMismatch ? findWorst(network?.links ?? []) : undefined;
  if (network === null || link === undefined) return asClause(text);
  const { checks, checksOutside } = network;
  return (
    `${describeLink(link)}; ${checksOutside} of ${count(checks, 'check')} ` +
    `${checksOutside === 1 ? 'is' : 'are'} off`
  );
}

function describeLink({ fromRegion, toRegion, quantity, asked, worst }: LinkFinding): string {
  const path = `from ${fromRegion} to ${toRegion}`;
  const passes = `(passes: ${describeTolerance(quantity, worst)})`;
  if (worst.measured === null) return `nothing was measured of the ${nouns[quantity]} ${path}`;
  const measured = describeMeasured(quantity, worst.measured);
  return quantity === 'rtt-range'
    ? `${measured} of the round trips ${path} were inside ${asked} ${passes}`
    : `the ${nouns[quantity]} ${path} was ${measured} where ${asked} was asked ${passes}`;
}

/** Of those with a check outside its tolerance, the one furthest off, relative to the plan. */
function findWorst(links: readonly LinkFinding[]): LinkFinding | undefined {
  const outside = links.filter(({ checksOutside }) => checksOutside > 0);
  // A median that is off says more than the share of round trips that is off with it.
  const telling = outside.filter(({ quantity }) => quantity !== 'rtt-range');
  const [first, ...others] = telling.length > 0 ? telling : outside;
  if (first === undefined) return undefined;
  return others.reduce((a, b) => (distance(b) > distance(a) ? b : a), first);
}

function distance({ planned, worst: { measured } }: LinkFinding): number {
  if (measured === null) return Number.POSITIVE_INFINITY;
  const absolute = Math.abs(measured - planned);
  return planned === 0 ? absolute : absolute / Math.abs(planned);
}

function moreOutside(a: CellFinding | undefined, b: CellFinding): CellFinding {
  const outside = (cell: CellFinding): number => cell.network?.checksOutside ?? 0;
  return a === undefined || outside(b) > outside(a) ? b : a;
}
