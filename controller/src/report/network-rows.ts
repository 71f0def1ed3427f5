/** The network of a cell as rows of a table, shared by the terminal and the HTML report. */
import { groupBy } from '../lib/group-by.ts';
import { formatDuration, formatNumber } from '../lib/units.ts';
import type { CellFinding } from '../model/finding.ts';
import type {
  ChangeFinding,
  LinkFinding,
  MedianAndMax,
  NetworkFinding,
  TrafficFinding,
} from '../model/network-finding.ts';
import { accessDown } from '../model/record.ts';
import { isSizeAlone, wordCells } from '../model/word-cell.ts';
import { describeMeasured } from '../plan/describe-check.ts';
import { formatPercent, formatThreeDigits, noValue } from './format-value.ts';

/** A cell whose network was shaped. */
export interface ShapedCell {
  readonly cell: CellFinding;
  readonly network: NetworkFinding;
}

export function shapedCells(cells: readonly CellFinding[]): readonly ShapedCell[] {
  return cells.flatMap((cell) => (cell.network === null ? [] : [{ cell, network: cell.network }]));
}

/** `netem`; two where cells differ in that. */
export function shapersOf(shaped: readonly ShapedCell[]): string {
  return [...new Set(shaped.map(({ network }) => network.shaper))].join(' | ');
}

/** All quantities of one pair of regions. A pair that was asked for two things has two rows. */
export interface LinkRow {
  readonly fromRegion: string;
  readonly toRegion: string;
  readonly byQuantity: ReadonlyMap<LinkFinding['quantity'], LinkFinding>;
  readonly checks: number;
  readonly checksOutside: number;
}

/** In the order of the finding: by region. */
export function linkRows({ links }: NetworkFinding): readonly LinkRow[] {
  const rows: { pair: string; links: Map<LinkFinding['quantity'], LinkFinding> }[] = [];
  for (const link of links) {
    const pair = JSON.stringify([link.fromRegion, link.toRegion]);
    const open = rows.find((row) => row.pair === pair && !row.links.has(link.quantity));
    if (open === undefined) rows.push({ pair, links: new Map([[link.quantity, link]]) });
    else open.links.set(link.quantity, link);
  }
  return rows.flatMap((row) => {
    const own = [...row.links.values()];
    const [first] = own;
    if (first === undefined) return [];
    return [
      {
        fromRegion: first.fromRegion,
        toRegion: first.toRegion,
        byQuantity: row.links,
        checks: own.reduce((sum, link) => sum + link.checks, 0),
        checksOutside: own.reduce((sum, link) => sum + link.checksOutside, 0),
      },
    ];
  });
}

/**
 * Where a measured value lies between what was planned (0) and the edge of its tolerance (1);
 * beyond 1 it does not pass. Negative below the plan, null if nothing was measured.
 */
export function deviationOf({ measured, planned, low, high }: LinkFinding): number | null {
  if (measured === null) return null;
  const distance = measured - planned;
  if (distance === 0) return 0;
  const room = distance > 0 ? high - planned : planned - low;
  if (room > 0) return distance / room;
  return distance > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

/** `80.4 ms`; a dash if nothing was measured. */
export function measuredText(
  quantity: LinkFinding['quantity'],
  measured: number | null | undefined,
): string {
  return measured == null ? noValue : describeMeasured(quantity, measured);
}

/** `270 checks, all within tolerance`; `3 of 270 checks off tolerance`. */
export function describeChecks(network: NetworkFinding): string {
  const { checks, checksOutside, checksUnmeasured } = network;
  if (checks === checksUnmeasured) return 'nothing was measured';
  const missing = checksUnmeasured === 0 ? '' : `, ${checksUnmeasured} not measured`;
  if (checksOutside > 0) return `${checksOutside} of ${checks} checks off tolerance${missing}`;
  return checksUnmeasured > 0
    ? `${checksUnmeasured} of ${checks} checks not measured, the others within tolerance`
    : `${plural(checks, 'check')}, all within tolerance`;
}

/** `n = 4: 12 checks, all within tolerance; n = 7: ...`; combinations of which one thing is true at once. */
export function tellChecks(shaped: readonly ShapedCell[]): string {
  const cells = shaped.map(({ cell }) => cell);
  const groups = isSizeAlone(cells)
    ? shaped.map((one) => [one])
    : groupBy(shaped, ({ network }) => describeChecks(network)).values();
  return [...groups]
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const where = wordCells(
        group.map(({ cell }) => cell),
        cells,
      );
      return [`${where}: ${group.length > 1 ? 'each ' : ''}${describeChecks(first.network)}`];
    })
    .join('; ');
}

/** What is easily misread: a ping needs both ways. */
export function lossNote({ shaper, links }: NetworkFinding): readonly string[] {
  if (shaper !== 'netem' || links.every(({ quantity }) => quantity !== 'loss')) return [];
  return [
    'Loss is asked for per packet and direction; planned and measured are those of round trips.',
  ];
}

/** `42 ms (max 58)`; the maximum only where it says more than the median. */
export function describeSpread(spread: MedianAndMax | null): string {
  if (spread === null) return noValue;
  const median = formatThreeDigits(spread.median);
  const max = formatThreeDigits(spread.max);
  return median === max ? median : `${median} (max ${max})`;
}

/** In seconds; empty for a change that cuts nothing. */
export function describeLasted({ lastedMs }: ChangeFinding): string {
  return lastedMs === null ? noValue : formatThreeDigits(lastedMs.median / 1000);
}

/** In seconds: `2.1 (max 3)`, and how many nodes did not; a dash for a change that takes no cut back. */
export function describeCaughtUp({ caughtUpMs, nodesBehind }: ChangeFinding): string {
  if (caughtUpMs === null) return noValue;
  const seconds = { median: caughtUpMs.median / 1000, max: caughtUpMs.max / 1000 };
  const behind = nodesBehind === 0 ? '' : `, not ${plural(nodesBehind, 'node')}`;
  return `${describeSpread(seconds)}${behind}`;
}

/** Nodes at which it took effect over those concerned, in all repetitions. */
export function describeApplied({ nodes, repetitions, nodesFailed }: ChangeFinding): string {
  const all = nodes * repetitions;
  return `${all - nodesFailed}/${all}`;
}

/** What happened to the network beside the plan, as sentences. */
export function describeIncidents({
  traffic,
  disturbances,
  drift,
}: NetworkFinding): readonly string[] {
  const dropped = traffic.filter(({ queueDropped }) => queueDropped > 0);
  const unshaped = disturbances.flatMap(({ unshapedMs }) => unshapedMs ?? []);
  const left = disturbances.length - unshaped.length;
  return [
    ...(dropped.length === 0 ? [] : [describeDrops(traffic, dropped)]),
    ...(disturbances.length === 0
      ? []
      : [
          `Nodes were disturbed ${plural(disturbances.length, 'time')}` +
            (unshaped.length === 0
              ? ''
              : `; shaped and verified again after at most ${formatDuration(Math.max(...unshaped))}`) +
            `${left === 0 ? '' : `; not shaped again ${plural(left, 'time')}`}.`,
        ]),
    ...drift.map(({ repetition, text }) => `Repetition ${repetition + 1}: ${text}`),
  ];
}

function describeDrops(
  traffic: readonly TrafficFinding[],
  dropped: readonly TrafficFinding[],
): string {
  const sum = dropped.reduce((total, { queueDropped }) => total + queueDropped, 0);
  // What comes down to a node was counted where it was sent.
  const all = traffic
    .filter(({ toRegion }) => toRegion !== accessDown)
    .reduce((total, one) => total + one.packets + one.dropped, 0);
  const most = dropped.reduce((a, b) => (b.queueDropped > a.queueDropped ? b : a));
  const share = dropped.length === 1 ? 'all' : formatNumber(most.queueDropped);
  return (
    `Full queues dropped ${formatNumber(sum)} of ${formatNumber(all)} packets ` +
    `(${formatPercent(sum / all)}), apart from the loss asked for; ${share} of them ` +
    `${most.toRegion === accessDown ? `on the way down to nodes of ${most.fromRegion}` : `from ${most.fromRegion} to ${most.toRegion}`}.`
  );
}

function plural(quantity: number, noun: string): string {
  return `${quantity} ${noun}${quantity === 1 ? '' : 's'}`;
}
