/** What `verify-net` found, as a person reads it: a matrix first, then every check. Pure. */
import { formatDuration, formatNumber } from '../lib/units.ts';
import { wrapText } from '../lib/wrap-text.ts';
import type { LinkCheckRecord } from '../model/record.ts';
import { formatBitRate } from '../plan/format-link.ts';
import type { CellVerification } from '../run/verify-plan.ts';
import { formatTable } from './table.ts';

/** A matrix wider than the terminal says nothing; the list of checks has it all. */
const matrixRegionsMax = 9;

export function formatVerification(cells: readonly CellVerification[], columns: number): string {
  return cells.map((one) => formatCell(one, columns)).join('\n\n');
}

function formatCell(one: CellVerification, columns: number): string {
  const { cell, network, shapedMs, verifiedMs } = one;
  const { checks, drift } = network;
  const off = checks.filter(({ isWithin }) => !isWithin).length;
  const verdict =
    off === 0 ? `all ${checks.length} checks within` : `${off} of ${checks.length} checks OFF`;
  const head =
    `${cell.id}: ${verdict}; ${network.shaper}, ${cell.nodeCount} nodes in ` +
    `${cell.network.regions.length} regions, shaped in ${formatDuration(shapedMs)}, ` +
    `measured in ${formatDuration(verifiedMs)}`;
  const regions = cell.network.regions.map(({ name }) => name);
  const parts = [
    wrapText(head, columns, '  '),
    regions.length > 1 && regions.length <= matrixRegionsMax ? formatMatrix(regions, checks) : '',
    formatChecks(checks),
    ...drift.map((text) => wrapText(`OFF  ${text}`, columns, '     ')),
  ];
  return parts.filter((text) => text !== '').join('\n\n');
}

/** Median round trip in ms, `planned -> measured`; a star marks what is off. */
function formatMatrix(regions: readonly string[], checks: readonly LinkCheckRecord[]): string {
  const medians = checks.filter(({ quantity }) => quantity === 'rtt-median');
  const found = (a: string, b: string): LinkCheckRecord | undefined =>
    medians.findLast(
      ({ fromRegion, toRegion }) =>
        (fromRegion === a && toRegion === b) || (fromRegion === b && toRegion === a),
    );
  const rows = regions.map((from, row) => [
    from,
    ...regions.map((to, column) => {
      const check = column < row ? undefined : found(from, to);
      if (check === undefined) return '';
      const measured = check.measured === null ? '-' : formatNumber(check.measured, 1);
      return `${formatNumber(check.planned, 1)} -> ${measured}${check.isWithin ? '' : ' *'}`;
    }),
  ]);
  const headings = ['RTT ms', ...regions];
  return formatTable(
    headings.map((heading, index) =>
      index === 0 ? { heading } : { heading, align: 'right' as const },
    ),
    rows,
  );
}

function formatChecks(checks: readonly LinkCheckRecord[]): string {
  const right = 'right' as const;
  return formatTable(
    [
      { heading: '' },
      { heading: 'from > to' },
      { heading: 'quantity' },
      { heading: 'asked', align: right },
      { heading: 'planned', align: right },
      { heading: 'measured', align: right },
      { heading: 'passes', align: right },
      { heading: 'n', align: right },
    ],
    checks.map((check) => [
      check.isWithin ? 'ok' : 'OFF',
      `${check.fromRegion} > ${check.toRegion}`,
      check.quantity,
      check.asked,
      formatValue(check, check.planned),
      check.measured === null ? '-' : formatValue(check, check.measured),
      `${formatValue(check, check.low)}..${formatValue(check, check.high)}`,
      formatNumber(check.samples),
    ]),
  );
}

function formatValue({ quantity }: LinkCheckRecord, value: number): string {
  switch (quantity) {
    case 'rtt-median':
      return formatNumber(value, 1);
    case 'rtt-range':
      return `${formatNumber(value * 100, 1)}%`;
    case 'loss':
      return `${formatNumber(value * 100, 3)}%`;
    case 'rate':
      return formatBitRate(value);
  }
}
