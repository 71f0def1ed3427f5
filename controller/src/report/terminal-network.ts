/** The network in the terminal: asked, planned, measured, and what happened to it. */
import type { RunFinding } from '../model/finding.ts';
import type {
  ChangeFinding,
  LinkFinding,
  MedianAndMax,
  NetworkFinding,
} from '../model/network-finding.ts';
import { wordCell } from '../model/word-cell.ts';
import { formatPercent, formatThreeDigits, noValue } from './format-value.ts';
import {
  describeApplied,
  describeIncidents,
  describeLasted,
  deviationOf,
  type LinkRow,
  linkRows,
  lossNote,
  measuredText,
  type ShapedCell,
  shapedCells,
  shapersOf,
  tellChecks,
} from './network-rows.ts';
import { joinGroups, layoutTables, type TextColumn, widthOf } from './text-table.ts';
import { wrapSentence } from './wrap-sentence.ts';

/** The others are in the HTML report. */
const rowsMax = 8;
const incidentsMax = 16;
/** How much of what a change does is shown: as much as fits. */
const textLengths = [36, 28, 22, 16] as const;

/** Blocks of lines; none for an unshaped network. */
export function renderNetwork(
  { cells }: RunFinding,
  columns: number,
): readonly (readonly string[])[] {
  const shaped = shapedCells(cells);
  const shown = chooseCell(shaped);
  if (shown === undefined) return [];
  const incidents = shaped.flatMap(({ cell, network }) =>
    describeIncidents(network).map((text) =>
      wrapSentence(`  - ${wordCell(cell)}: ${text}`, columns, '    '),
    ),
  );
  return [
    [wrapSentence(`Network (${shapersOf(shaped)}), measured: ${tellChecks(shaped)}.`, columns)],
    ...renderLinks(shown, columns),
    ...renderChanges(shown, columns),
    incidents.length === 0
      ? []
      : [
          'What else happened to it:',
          ...incidents.slice(0, incidentsMax),
          ...(incidents.length > incidentsMax
            ? [`  ... and ${incidents.length - incidentsMax} more in the HTML report`]
            : []),
        ],
  ];
}

/** The one that is furthest off, else the largest. */
function chooseCell(shaped: readonly ShapedCell[]): ShapedCell | undefined {
  return shaped.reduce<ShapedCell | undefined>(
    (held, one) =>
      held === undefined || one.network.checksOutside >= held.network.checksOutside ? one : held,
    undefined,
  );
}

function renderLinks(
  { cell, network }: ShapedCell,
  columns: number,
): readonly (readonly string[])[] {
  const all = linkRows(network);
  if (all.length === 0) return [];
  const rows = [...all]
    .sort((a, b) => b.checksOutside - a.checksOutside || distanceOf(b) - distanceOf(a))
    .slice(0, rowsMax);
  const which =
    rows.length < all.length
      ? `The ${rows.length} of ${all.length} links furthest from the plan`
      : 'Links, the furthest from the plan first';
  const areSomeOff = rows.some(({ checksOutside }) => checksOutside > 0);
  const groups: readonly (readonly TextColumn[])[] = [
    [
      ...(areSomeOff
        ? [column(rows, 'off', ({ checks, checksOutside }) => `${checksOutside}/${checks}`)]
        : []),
      ...columnsOf(rows, 'rtt-median', 'rtt asked'),
      ...rangeColumn(rows),
    ],
    columnsOf(rows, 'loss', 'loss asked'),
  ];
  const rates = columnsOf(rows, 'rate', 'rate asked');
  const areRatesOff = network.links.some(
    ({ quantity, checksOutside }) => quantity === 'rate' && checksOutside > 0,
  );
  const shown = areRatesOff ? [...groups, rates] : groups;
  const [first = [], ...others] = layoutLinks(rows, shown, columns);
  const notes = [
    ...(rates.length > 0 && !areRatesOff ? [describeRates(network)] : []),
    ...(areSomeOff ? ['! the worst that was measured, off tolerance.'] : []),
    ...lossNote(network),
  ];
  return [
    [wrapSentence(`${which}, at ${wordCell(cell)}:`, columns), ...first],
    ...others,
    notes.map((note) => wrapSentence(note, columns)),
  ];
}

/** How much of a region's name is shown: as much as fits. */
const nameLengths = [63, 31, 15, 11, 8, 6] as const;

/**
 * One table if names can be made short enough for it and still differ; else one for each quantity,
 * so that no column stands alone far from its row.
 */
function layoutLinks(
  rows: readonly LinkRow[],
  groups: readonly (readonly TextColumn[])[],
  columns: number,
): readonly (readonly string[])[] {
  const [full, ...shorter] = nameLengths.map((nameMax) => nameColumn(rows, nameMax));
  if (full === undefined) return [];
  const differ = ({ cells }: TextColumn): boolean =>
    new Set(cells).size === new Set(full.cells).size;
  const fitting = [full, ...shorter.filter(differ)].find(
    (names) => widthOf([names, ...groups.flat()]) <= columns,
  );
  const names = fitting ?? full;
  return joinGroups([names], groups, columns).flatMap((group) =>
    layoutTables([names, ...group], columns),
  );
}

function nameColumn(rows: readonly LinkRow[], nameMax: number): TextColumn {
  const clip = (name: string): string =>
    name.length <= nameMax ? name : `${name.slice(0, nameMax - 1)}…`;
  return {
    heading: 'link',
    align: 'left',
    cells: rows.map(({ fromRegion, toRegion }) => `${clip(fromRegion)} > ${clip(toRegion)}`),
  };
}

/** Rates that are what they should be need no table. */
function describeRates({ links }: NetworkFinding): string {
  const shares = links.flatMap(({ quantity, measured, planned }) =>
    quantity === 'rate' && measured !== null ? [measured / planned] : [],
  );
  if (shares.length === 0) return 'No rate was measured.';
  const [low, high] = [Math.min(...shares), Math.max(...shares)].map(formatPercent);
  return `Rates are ${low} to ${high} of those planned, all within tolerance.`;
}

/** No columns for a quantity that was not checked anywhere. */
function columnsOf(
  rows: readonly LinkRow[],
  quantity: LinkFinding['quantity'],
  heading: string,
): readonly TextColumn[] {
  const linkOf = ({ byQuantity }: LinkRow): LinkFinding | undefined => byQuantity.get(quantity);
  if (rows.every((row) => linkOf(row) === undefined)) return [];
  return [
    column(rows, heading, (row) => linkOf(row)?.asked ?? noValue),
    column(rows, 'planned', (row) => measuredText(quantity, linkOf(row)?.planned)),
    column(rows, 'measured', (row) => measuredOf(linkOf(row))),
  ];
}

function measuredOf(link: LinkFinding | undefined): string {
  if (link === undefined) return noValue;
  return link.checksOutside === 0
    ? measuredText(link.quantity, link.measured)
    : `! ${measuredText(link.quantity, link.worst.measured)}`;
}

/** Shares of round trips inside what was asked, where one of them is too small. */
function rangeColumn(rows: readonly LinkRow[]): readonly TextColumn[] {
  const rangeOf = ({ byQuantity }: LinkRow): LinkFinding | undefined => byQuantity.get('rtt-range');
  if (rows.every((row) => (rangeOf(row)?.checksOutside ?? 0) === 0)) return [];
  return [column(rows, 'in range', (row) => measuredOf(rangeOf(row)))];
}

function column(
  rows: readonly LinkRow[],
  heading: string,
  text: (row: LinkRow) => string,
): TextColumn {
  return { heading, align: 'right', cells: rows.map(text) };
}

/** Of its round trip, in multiples of the tolerance. */
function distanceOf({ byQuantity }: LinkRow): number {
  const link = byQuantity.get('rtt-median');
  return link === undefined ? 0 : Math.abs(deviationOf(link) ?? Number.POSITIVE_INFINITY);
}

function renderChanges(
  { cell, network }: ShapedCell,
  columns: number,
): readonly (readonly string[])[] {
  const { changes } = network;
  if (changes.length === 0) return [];
  const texts = (heading: string, cells: readonly string[]): TextColumn => ({
    heading,
    align: 'right',
    cells,
  });
  const hasCatchUp = changes.some(({ caughtUpMs }) => caughtUpMs !== null);
  const table: readonly TextColumn[] = [
    texts(
      'at s',
      changes.map(({ atMs }) => formatThreeDigits(atMs / 1000)),
    ),
    texts('nodes', changes.map(describeApplied)),
    texts(
      'late ms',
      changes.map(({ delayMs }) => largest(delayMs)),
    ),
    texts(
      'apart ms',
      changes.map(({ spreadMs }) => largest(spreadMs)),
    ),
    texts('lasted s', changes.map(describeLasted)),
    ...(hasCatchUp ? [texts('caught up s', changes.map(worstCatchUp))] : []),
  ];
  const names = textLengths.map(
    (textMax): TextColumn => ({
      heading: 'change',
      align: 'left',
      cells: changes.map(({ text }) =>
        text.length <= textMax ? text : `${text.slice(0, textMax - 1)}…`,
      ),
    }),
  );
  const fitting = names.find((name) => widthOf([name, ...table]) <= columns) ?? names.at(-1);
  const caught = hasCatchUp
    ? '; caught up: from the end of a cut until the last node was no further behind than one scrape'
    : '';
  const title = `Changes at ${wordCell(cell)}, the worst repetition; late: last node after the planned time; apart: last node after the first${caught}:`;
  const [first = [], ...others] = layoutTables(
    fitting === undefined ? table : [fitting, ...table],
    columns,
  );
  return [[wrapSentence(title, columns), ...first], ...others];
}

/** In seconds, and how many nodes did not; short, so that the table stays in one piece. */
function worstCatchUp({ caughtUpMs, nodesBehind }: ChangeFinding): string {
  if (caughtUpMs === null) return noValue;
  const behind = nodesBehind === 0 ? '' : `, ${nodesBehind} not`;
  return `${formatThreeDigits(caughtUpMs.max / 1000)}${behind}`;
}

function largest(spread: MedianAndMax | null): string {
  return spread === null ? noValue : formatThreeDigits(spread.max);
}
