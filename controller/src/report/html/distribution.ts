/** How latency is distributed, up to its tail. */
import { sizeAxis } from '../../model/axis.ts';
import type { CellFinding, RunFinding } from '../../model/finding.ts';
import { coordinateOf } from '../cell-columns.ts';
import { layOutCharts, nameAxis, nameValue } from '../chart-layout.ts';
import { formatThreeDigits, formatTick } from '../format-value.ts';
import { noteShares } from '../latency-share.ts';
import { type ChartSeries, drawChart } from './draw-chart.ts';
import { rampTone } from './legend.ts';
import { element, lines, type Markup } from './markup.ts';
import { linearWithTicks, logarithmic } from './scale.ts';

/** Room for the names of curves. */
const rightPxMax = 240;
const characterPx = 7;
/** More charts than these repeat what the tables have. */
const chartsMax = 12;

/**
 * Percentile curves on axes that give the tail its room: of all sizes in one chart; with more axes a
 * chart for each combination of the others. Null without latencies.
 */
export function drawDistribution(finding: RunFinding): Markup | null {
  const { x, panels } = layOutCharts(finding);
  const groups = panels.flatMap(({ title, series }) =>
    series.map(({ name, cells }) => ({
      title: [title, name].filter((text) => text !== '').join(', '),
      cells,
    })),
  );
  const nameOf = (cell: CellFinding): string =>
    x.field === sizeAxis ? `n = ${cell.nodeCount}` : nameValue(x, coordinateOf(cell, x.field));
  const against = nameAxis(x.field);
  const drawn = groups
    .slice(0, chartsMax)
    .flatMap(
      ({ title, cells }, index) => drawCurves({ title, cells, nameOf, against, index }) ?? [],
    );
  return drawn.length === 0 ? null : lines(drawn);
}

interface Curves {
  /** What its cells share; empty where there is one chart only. */
  readonly title: string;
  readonly cells: readonly CellFinding[];
  readonly nameOf: (cell: CellFinding) => string;
  /** What the curves differ in. */
  readonly against: string;
  readonly index: number;
}

function drawCurves({ title, cells, nameOf, against, index: chart }: Curves): Markup | null {
  const curves = cells.flatMap((cell, index) => {
    // The fastest transaction of all (ratio 0) would stretch the axis and says little.
    const points = (cell.latency.merged?.curve ?? []).filter(
      ({ ratio, ms }) => ratio > 0 && ms > 0,
    );
    return points.length < 2 ? [] : [{ cell, index, points }];
  });
  if (curves.length === 0) return null;
  const called = 'Distribution of commit latency';
  const longest = Math.max(...curves.map(({ cell }) => nameOf(cell).length));
  const right = Math.min(rightPxMax, Math.max(64, 16 + characterPx * longest));
  const frame = { width: 940, height: 330, left: 52, right, top: 16, bottom: 44 };
  const values = curves.flatMap(({ points }) => points.map(({ ms }) => ms));
  const tails = curves.map(({ points }) => 1 / (1 - (points.at(-1)?.ratio ?? 0)));
  const decades = Math.max(1, Math.ceil(Math.log10(Math.max(...tails)) - 1e-9));
  const x = linearWithTicks(0, decades, percentileTicks(decades), {
    from: frame.left,
    to: frame.width - frame.right,
    format: (exponent) => formatPercentile(1 - 10 ** -exponent),
  });
  const y = logarithmic(Math.min(...values), Math.max(...values), {
    from: frame.height - frame.bottom,
    to: frame.top,
    format: formatTick,
  });
  const series = curves.map(
    ({ cell, index, points }): ChartSeries => ({
      name: nameOf(cell),
      tone: rampTone(index, cells.length),
      endLabel: nameOf(cell),
      isDashed: cell.basis !== 'counted',
      strokes: [
        points
          .filter(({ ms }) => ms > 0)
          .map(({ ratio, ms }) => ({ x: -Math.log10(1 - ratio), y: ms })),
      ],
    }),
  );
  const described = curves.map(({ cell }) => {
    const merged = cell.latency.merged;
    const median = merged === null ? '' : formatThreeDigits(merged.p50Ms);
    return `${nameOf(cell)}: median ${median} ms`;
  });
  return element(
    'figure',
    { class: 'wide' },
    element(
      'figcaption',
      {},
      title === '' ? called : `${called}, ${title}`,
      element(
        'span',
        {},
        'ms, log scale, against the share of transactions that were at least as fast; all counted ' +
          'repetitions merged, up to the last point that ten transactions lie beyond' +
          noteShares(curves.map(({ cell }) => cell)) +
          (curves.some(({ cell }) => cell.basis !== 'counted')
            ? '; dashed: none counts, not valid'
            : ''),
      ),
    ),
    drawChart({
      id: title === '' ? 'chart-distribution' : `chart-distribution-${chart + 1}`,
      title: title === '' ? `${called} per ${against}` : `${called}, ${title}`,
      description: `Percentile curves. ${described.join(', ')}.`,
      frame,
      x,
      y,
      xTitle: 'share of transactions',
      yTitle: '',
      series,
    }),
  );
}

/** 0, half, and then the nines. */
function percentileTicks(decades: number): readonly number[] {
  const nines = Array.from({ length: decades }, (_, i) => i + 1);
  return [0, -Math.log10(0.5), ...nines];
}

/** `50 %`, `99.99 %`: as many digits as there are nines. */
function formatPercentile(ratio: number): string {
  return `${Number((100 * ratio).toFixed(7))} %`;
}
