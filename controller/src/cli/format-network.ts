/** The planned network as a person reads it: what a ping will show, and what changes when. Pure. */
import { formatDuration } from '../lib/units.ts';
import { wrapText } from '../lib/wrap-text.ts';
import type { CellNetwork, PlannedChange, PlannedRegion } from '../model/network.ts';
import type { Cell, Plan } from '../model/plan.ts';
import { wordCell } from '../model/word-cell.ts';
import {
  describeNetwork,
  describeNetworks,
  isNetworkField,
  listShapers,
} from '../plan/describe-network.ts';
import { type ExpectedPair, expectPair } from '../plan/expect-link.ts';
import { formatBitRate, formatRange } from '../plan/format-link.ts';
import { onewayRangeMs } from '../plan/oneway-range.ts';
import { formatTable } from './table.ts';

/** Longer lists are for `--json`. */
const pairsMax = 60;
const changesMax = 40;
const networksMax = 8;
/** How much of a region's name is shown: as much as fits. */
const nameLengths = [63, 31, 15, 11, 8, 6] as const;

/** One line: `50-100 ms, 0.1 % loss, shaped by netem`. */
export function summariseNetwork({ cells, axes, shaper }: Plan): string {
  const last = cells.at(-1);
  const title = last?.settings.network.title ?? '';
  if (last === undefined || shaper === 'none') return `${title}, not shaped`;
  const by = listShapers(cells);
  const isVaried = axes.some(({ field }) => isNetworkField(field));
  if (isVaried) return `${describeNetworks({ cells, axes })}, shaped by ${by}`;
  const words = describeNetwork(last);
  const named = words.startsWith('regions') || words.startsWith(title) ? '' : `${title}: `;
  return `${named}${words}, shaped by ${by}`;
}

/** Regions, pairs and changes; empty for a network that nobody shapes. */
export function formatNetwork(plan: Plan, columns: number): string[] {
  const networks = listNetworks(plan);
  const rest = networks.length - networksMax;
  return [
    ...networks
      .slice(0, networksMax)
      .flatMap(({ cells, heading }) => [
        ...(heading === null ? [] : ['', heading]),
        ...formatCells(cells, columns),
      ]),
    ...(rest > 0 ? ['', `... ${rest} more networks: --json has all`] : []),
  ];
}

/** Of each network that is shaped its cells; with its name where there are several. */
function listNetworks({
  cells,
  axes,
}: Plan): { readonly cells: readonly Cell[]; readonly heading: string | null }[] {
  const fields = axes
    .map(({ field }) => field)
    .filter((field) => isNetworkField(field) || field === 'timeline');
  const byNetwork = new Map<string, Cell[]>();
  for (const cell of cells.filter(({ settings }) => settings.shaper !== 'none')) {
    const words = wordOf(cell, fields);
    byNetwork.set(words, [...(byNetwork.get(words) ?? []), cell]);
  }
  return [...byNetwork].map(([words, own]) => ({
    cells: own,
    heading: fields.length === 0 ? null : words,
  }));
}

/** `network = wan` */
function wordOf({ coordinates }: Cell, fields: readonly string[]): string {
  return wordCell({ coordinates: coordinates.filter(({ axis }) => fields.includes(axis)) });
}

function formatCells(cells: readonly Cell[], columns: number): string[] {
  const network = cells.at(-1)?.network;
  if (network === undefined) return [];
  return [
    ...(network.regions.length > 1 ? ['', formatRegions(cells, columns)] : []),
    '',
    ...formatPairs(network, columns),
    ...(network.changes.length > 0 ? ['', ...formatChanges(network, columns)] : []),
  ];
}

/** How many nodes live where, at every size. */
function formatRegions(cells: readonly Cell[], columns: number): string {
  const regions = cells.at(-1)?.network.regions ?? [];
  const right = 'right' as const;
  const hasRates = regions.some((one) => one.upBitsPerSec !== null || one.downBitsPerSec !== null);
  // So many sizes fit beside the name.
  const bySize = new Map(cells.map((cell) => [cell.nodeCount, cell]));
  const shown = [...bySize.values()].slice(-8);
  const headings = [
    { heading: 'region' },
    ...shown.map(({ nodeCount }) => ({ heading: `n${nodeCount}`, align: right })),
    ...(hasRates ? ['up', 'down'].map((heading) => ({ heading, align: right })) : []),
  ];
  return fitNames(columns, (nameMax) =>
    formatTable(
      headings,
      regions.map((region) => [
        clip(region.name, nameMax),
        ...shown.map((cell) => countIn(cell, region)),
        ...(hasRates ? [rateText(region.upBitsPerSec), rateText(region.downBitsPerSec)] : []),
      ]),
    ),
  );
}

/** The table with the longest names that fits. */
function fitNames(columns: number, format: (nameMax: number) => string): string {
  const tables = nameLengths.map(format);
  const fits = (table: string): boolean => table.split('\n').every((row) => row.length <= columns);
  return tables.find(fits) ?? tables.at(-1) ?? '';
}

function countIn({ network }: Cell, { name }: PlannedRegion): string {
  return String(network.regions.find((one) => one.name === name)?.nodes.length ?? 0);
}

function rateText(bitsPerSec: number | null): string {
  return bitsPerSec === null ? '-' : formatBitRate(bitsPerSec);
}

/** One row for each pair with traffic; where its directions differ, `there / back`. */
function formatPairs(network: CellNetwork, columns: number): string[] {
  const pairs = network.initial.links.filter(({ from, to }) => from <= to);
  const shown = pairs.slice(0, pairsMax);
  const table = fitNames(columns, (nameMax) =>
    formatTable(
      pairColumns,
      shown.map(({ from, to }) => [
        pairName(network.regions, [from, to], nameMax),
        ...pairCells(network, from, to),
      ]),
    ),
  );
  const rest = pairs.length - shown.length;
  return [table, ...(rest > 0 ? [`... ${rest} more pairs: --json has all`] : [])];
}

const pairColumns = ['link', 'ping', 'each way', 'loss', 'rate'].map((heading) => ({ heading }));

function pairCells(network: CellNetwork, from: number, to: number): string[] {
  const there = expectPair(network, network.initial, from, to);
  const back = expectPair(network, network.initial, to, from);
  const both = (textOf: (one: ExpectedPair) => string): string => {
    const [first, second] = [textOf(there), textOf(back)];
    if (first === second) return first;
    // The unit is said once if it is the same.
    const unit = / \S+$/.exec(second)?.[0] ?? '';
    return `${first.endsWith(unit) ? first.slice(0, first.length - unit.length) : first} / ${second}`;
  };
  const [out, home] = [onewayText(network, from, to), onewayText(network, to, from)];
  return [
    there.asked.rtt,
    out === home ? `${out} ms` : `${out} / ${home} ms`,
    both(({ asked }) => asked.loss),
    both(({ asked }) => asked.rate),
  ];
}

/** The delay of one direction, without its unit. */
function onewayText({ initial }: CellNetwork, from: number, to: number): string {
  const link = initial.links.find((one) => one.from === from && one.to === to);
  if (link === undefined) return '0';
  const { lowMs, highMs } = onewayRangeMs(link.shape.delay);
  return formatRange(lowMs, highMs).replace(/ ms$/, '');
}

function pairName(
  regions: readonly PlannedRegion[],
  [from, to]: readonly [number, number],
  nameMax: number,
): string {
  const name = (index: number): string => clip(regions[index]?.name ?? '', nameMax);
  if (regions.length === 1) return name(from);
  return from === to ? `within ${name(from)}` : `${name(from)} - ${name(to)}`;
}

/** A group keeps its own name: it is what tells it from the rest of its region. */
function clip(name: string, nameMax: number): string {
  if (name.length <= nameMax) return name;
  const [region = '', group] = name.split('/');
  const tail = group === undefined ? '' : `/${group}`.slice(0, nameMax - 2);
  return `${region.slice(0, Math.max(1, nameMax - tail.length - 1))}…${tail}`;
}

function formatChanges({ changes }: CellNetwork, columns: number): string[] {
  const listed = changes.slice(0, changesMax);
  const width = Math.max(6, ...listed.map((change) => formatMoment(change).length)) + 2;
  const shown = listed.map((change) => {
    const when = formatMoment(change);
    const nodes = change.nodes.length;
    const where = `${nodes} ${nodes === 1 ? 'node' : 'nodes'}`;
    const indent = ' '.repeat(2 + width);
    return wrapText(`  ${when.padEnd(width)}${change.text} (${where})`, columns, indent);
  });
  const rest = changes.length - shown.length;
  return [
    'changes after the start of the measured window:',
    ...shown,
    ...(rest > 0 ? [`  ... ${rest} more: --json has all`] : []),
  ];
}

function formatMoment({ atMs }: PlannedChange): string {
  return atMs === 0 ? '0 s' : formatDuration(atMs);
}
