/** One chart against time: uPlot below, phases and events shaded behind, one cursor over all charts. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { History } from '../../api/live.ts';
import type { PageChart } from '../../panels/page-charts.ts';
import { formatIn, tellChart } from '../logic/live-charts.ts';
import type { Band } from '../logic/shade-chart.ts';
import { drawBands, readPalette } from './draw-bands.ts';

const heightPx = 190;
const cursorKey = 'testbed';

interface ChartProps {
  readonly chart: PageChart;
  readonly history: History;
  readonly bands: readonly Band[];
}

export function Chart({ chart, history, bands }: ChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const shown = useRef(bands);
  shown.current = bands;
  useEffect(() => {
    if (place.current === null) return;
    return mountPlot(place.current, chart, plot, () => shown.current);
  }, [chart]);
  useEffect(() => {
    if (plot.current !== null) showValues(plot.current, columnsOf(chart, history));
  }, [chart, history, bands]);
  return (
    <figure class="chart">
      <figcaption>
        {chart.title} <span>{chart.description}</span>
      </figcaption>
      <div
        ref={place}
        class="plot"
        role="img"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the cursor
        tabIndex={0}
        aria-label={tellChart(chart, history)}
        onKeyDown={(event) => moveCursor(event, plot.current)}
      />
    </figure>
  );
}

function columnsOf({ lines }: PageChart, history: History): uPlot.AlignedData {
  return [history.t.map((t) => t / 1000), ...lines.map(({ field }) => history[field])];
}

/** While nobody points at a moment, the legend tells the latest. */
function showValues(plot: uPlot, columns: uPlot.AlignedData): void {
  plot.setData(columns);
  const { left = -1, idx } = plot.cursor;
  const isPointing = left >= 0 && idx !== null && idx !== undefined;
  if (!isPointing) plot.setLegend({ idx: columns[0].length - 1 }, false);
}

function mountPlot(
  place: HTMLElement,
  chart: PageChart,
  plot: { current: uPlot | null },
  bands: () => readonly Band[],
): () => void {
  const draw = (): void => {
    const data = plot.current?.data ?? [[], ...chart.lines.map(() => [])];
    plot.current?.destroy();
    plot.current = new uPlot(
      optionsOf(chart, place.clientWidth, bands),
      data as uPlot.AlignedData,
      place,
    );
  };
  draw();
  const resized = new ResizeObserver(() =>
    plot.current?.setSize({ width: place.clientWidth, height: heightPx }),
  );
  resized.observe(place);
  // Colours are read when a plot is made.
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', draw);
  return () => {
    resized.disconnect();
    scheme.removeEventListener('change', draw);
    plot.current?.destroy();
    plot.current = null;
  };
}

function optionsOf(chart: PageChart, width: number, bands: () => readonly Band[]): uPlot.Options {
  const palette = readPalette();
  const axis = {
    stroke: palette.muted,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { show: false },
    font: palette.font,
  };
  return {
    width,
    height: heightPx,
    cursor: { sync: { key: cursorKey }, y: false, drag: { x: false, y: false } },
    legend: { markers: { width: 3 } },
    scales: {
      x: { range: (_, from, to) => (from === to ? [from - 5, to + 5] : [from, to]) },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.32 : 1] },
    },
    axes: [
      {
        ...axis,
        space: 70,
        size: 26,
        values: (_, ticks) => ticks.map((tick) => new Date(tick * 1000).toTimeString().slice(0, 8)),
      },
      {
        ...axis,
        size: 54,
        space: 30,
        values: (_, ticks) => ticks.map((tick) => tick.toLocaleString('en-US')),
      },
    ],
    series: [
      {
        label: 'time',
        value: (_, value) =>
          value === null ? '–' : new Date(value * 1000).toTimeString().slice(0, 8),
      },
      ...chart.lines.map(
        ({ name }, index): uPlot.Series => ({
          label: name,
          stroke: palette.lines[index] ?? palette.muted,
          width: 1.8,
          dash: name === 'offered' ? [5, 4] : [],
          points: { show: false },
          value: (_, value) => formatIn(chart.unit, value),
        }),
      ),
    ],
    hooks: { drawClear: [(plot) => drawBands(plot, bands(), palette)] },
  };
}

function moveCursor(event: KeyboardEvent, plot: uPlot | null): void {
  const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
  if (step === 0 || plot === null || plot.data[0].length === 0) return;
  event.preventDefault();
  const last = plot.data[0].length - 1;
  const at = Math.max(0, Math.min(last, (plot.cursor.idx ?? last + 1) + step));
  plot.setCursor({ left: plot.valToPos(plot.data[0][at] ?? 0, 'x'), top: heightPx / 2 });
}
