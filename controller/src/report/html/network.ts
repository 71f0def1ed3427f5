/** The network in the HTML report: matrix of round trips, asked against measured, changes. */
import { formatNumber } from '../../lib/units.ts';
import type { RunFinding } from '../../model/finding.ts';
import type { ChangeFinding, LinkFinding, TrafficFinding } from '../../model/network-finding.ts';
import { wordCell } from '../../model/word-cell.ts';
import { describeMeasured, describeTolerance } from '../../plan/describe-check.ts';
import { formatThreeDigits, noValue } from '../format-value.ts';
import {
  describeApplied,
  describeCaughtUp,
  describeIncidents,
  describeLasted,
  describeSpread,
  type LinkRow,
  linkRows,
  lossNote,
  measuredText,
  type ShapedCell,
  shapedCells,
  shapersOf,
  tellChecks,
} from '../network-rows.ts';
import { drawTable } from './draw-table.ts';
import { type Child, element, lines, type Markup } from './markup.ts';
import { drawMatrix, drawMatrixKey } from './network-matrix.ts';

/** Null where nothing was shaped. */
export function drawNetwork({ cells }: RunFinding): Markup | null {
  const shaped = shapedCells(cells);
  const [first] = shaped;
  if (first === undefined) return null;
  const incidents = shaped.flatMap(({ cell, network }) =>
    describeIncidents(network).map((text) => element('li', {}, `${wordCell(cell)}: ${text}`)),
  );
  return lines([
    element(
      'p',
      { class: 'note free' },
      `Shaped by ${shapersOf(shaped)} and measured before every load. ${tellChecks(shaped)}.`,
    ),
    drawMatrixKey(),
    element('div', { class: 'charts two' }, lines(shaped.map(drawMatrix))),
    ...shaped.map(drawLinkTable),
    ...lossNote(first.network).map((text) => element('p', { class: 'note' }, text)),
    ...shaped.map(drawChangeTable),
    incidents.length === 0 ? null : element('ul', {}, lines(incidents)),
  ]);
}

const quantities = ['rtt-median', 'loss', 'rate'] as const;
const titles: Readonly<Record<(typeof quantities)[number], string>> = {
  'rtt-median': 'round trip',
  loss: 'loss',
  rate: 'rate',
};

/** Asked / planned / measured with what passes; one row per pair of regions. */
function drawLinkTable({ cell, network }: ShapedCell): Markup | null {
  const rows = linkRows(network);
  if (rows.length === 0) return null;
  const shown = quantities.filter((quantity) =>
    rows.some(({ byQuantity }) => byQuantity.has(quantity)),
  );
  const dropped = new Map(network.traffic.map((one) => [pairName(one), one]));
  const heads = [
    'link',
    ...shown.flatMap((quantity) => [`${titles[quantity]} asked`, 'measured']),
    'off',
    'queue drops',
  ];
  return drawTable(
    `${wordCell(cell)}: asked with planned below, measured with what passes below; median over ` +
      'the repetitions, loss over all their packets with its 99 % interval. Red with !: off ' +
      'tolerance, the worst that was measured.',
    heads,
    rows.map((row) => [
      element('td', { class: 'lead' }, `${row.fromRegion} → ${row.toRegion}`),
      shown.map((quantity) =>
        drawQuantity(
          row.byQuantity.get(quantity),
          quantity === 'rtt-median' ? row.byQuantity.get('rtt-range') : undefined,
        ),
      ),
      offCell(row),
      dropCell(dropped.get(pairName(row))),
    ]),
  );
}

function pairName({ fromRegion, toRegion }: Pick<LinkRow, 'fromRegion' | 'toRegion'>): string {
  return JSON.stringify([fromRegion, toRegion]);
}

/** @param range share of the round trips inside what was asked, said with their median */
function drawQuantity(link: LinkFinding | undefined, range: LinkFinding | undefined): Child {
  if (link === undefined) return [element('td', {}, noValue), element('td', {}, noValue)];
  const planned = `planned ${describeMeasured(link.quantity, link.planned)}`;
  return [element('td', {}, link.asked, element('small', {}, planned)), measuredCell(link, range)];
}

function measuredCell(link: LinkFinding, range: LinkFinding | undefined): Markup {
  const { quantity, measured, interval, checksOutside, worst } = link;
  const isOff = checksOutside > 0;
  const text = measuredText(quantity, isOff ? worst.measured : measured);
  const where =
    `worst: n${worst.fromNode} to n${worst.toNode}, repetition ${worst.repetition + 1}, ` +
    `${worst.occasion === 'before' ? 'before load' : 'measured again'}`;
  return element(
    'td',
    { class: isOff ? 'off' : null, title: where },
    isOff ? `! ${text}` : text,
    interval === null ? null : element('small', {}, describeInterval(quantity, interval)),
    element('small', {}, describeTolerance(quantity, link)),
    range === undefined ? null : drawRange(range),
  );
}

function drawRange({ quantity, measured, checksOutside, worst }: LinkFinding): Markup {
  const isOff = checksOutside > 0;
  const text = `${measuredText(quantity, isOff ? worst.measured : measured)} in range`;
  return element('small', { class: isOff ? 'off' : null }, isOff ? `! ${text}` : text);
}

function describeInterval(
  quantity: LinkFinding['quantity'],
  { low, high }: NonNullable<LinkFinding['interval']>,
): string {
  return `${describeMeasured(quantity, low)} – ${describeMeasured(quantity, high)}`;
}

function offCell({ checks, checksOutside }: LinkRow): Markup {
  return element('td', { class: checksOutside > 0 ? 'off' : null }, `${checksOutside}/${checks}`);
}

function dropCell(traffic: TrafficFinding | undefined): Markup {
  if (traffic === undefined) return element('td', {}, noValue);
  const packets = formatNumber(traffic.packets + traffic.dropped);
  return element(
    'td',
    {},
    formatNumber(traffic.queueDropped),
    element('small', {}, `of ${packets}`),
  );
}

function drawChangeTable({ cell, network }: ShapedCell): Markup | null {
  if (network.changes.length === 0) return null;
  return drawTable(
    `Changes at ${wordCell(cell)}: median over repetitions, the largest in parentheses. Late: ` +
      'effect at the last node after the planned time. Apart: last node after the first. Caught up: ' +
      'from the end of a cut until the last node was no further behind than one scrape.',
    ['change', 'at s', 'nodes', 'late ms', 'apart ms', 'lasted s', 'caught up s', 'what'],
    network.changes.map(changeRow),
  );
}

function changeRow(change: ChangeFinding): readonly Child[] {
  const { text, atMs, delayMs, spreadMs, nodesFailed, error } = change;
  return [
    element('td', { class: 'lead' }, text),
    element('td', {}, formatThreeDigits(atMs / 1000)),
    element('td', { class: nodesFailed > 0 ? 'off' : null }, describeApplied(change)),
    element('td', {}, describeSpread(delayMs)),
    element('td', {}, describeSpread(spreadMs)),
    element('td', {}, describeLasted(change)),
    element('td', { class: change.nodesBehind > 0 ? 'off' : null }, describeCaughtUp(change)),
    element('td', { class: 'lead' }, error ?? (nodesFailed > 0 ? 'not applied' : 'applied')),
  ];
}
