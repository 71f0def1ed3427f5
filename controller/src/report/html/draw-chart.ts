/** One SVG chart from a description of it. Deterministic; colours come from the style sheet. */

import { dotShape, pixel } from './dot-shape.ts';
import { type ChartMark, drawMarks } from './draw-marks.ts';
import { type Child, element, type Markup } from './markup.ts';
import type { ChartFrame, Scale, Tick } from './scale.ts';

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
}

export interface ChartDot extends ChartPoint {
  /** Not part of the mean. */
  readonly isHollow: boolean;
  /** Shown when pointed at. */
  readonly label: string;
  /** Pixels to the side, so that repetitions of one size do not cover each other. */
  readonly shiftPx: number;
}

export interface ChartSeries {
  readonly name: string;
  /** Class of the style sheet that gives the colour. */
  readonly tone: string;
  /** Consecutive points are joined; each list is a line of its own. */
  readonly strokes: readonly (readonly ChartPoint[])[];
  readonly band?: readonly { readonly x: number; readonly low: number; readonly high: number }[];
  readonly dots?: readonly ChartDot[];
  readonly isDashed?: boolean;
  /** Of its dots, see dot-shape.ts; a circle if left out. */
  readonly shape?: number;
  /** Where x is a name: means stand alone, beside those of other series, each with its interval. */
  readonly apart?: {
    readonly shiftPx: number;
    readonly widthPx: number;
    readonly means: readonly ChartPoint[];
  };
  /** Written at the end of the line. */
  readonly endLabel?: string;
}

export interface ChartSpec {
  /** Unique in the document. */
  readonly id: string;
  readonly title: string;
  /** What the chart shows, in words, for those who cannot see it. */
  readonly description: string;
  readonly frame: ChartFrame;
  readonly x: Scale;
  readonly y: Scale;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly ChartSeries[];
  /** A horizontal line with a name, for what was asked for. */
  readonly reference?: { readonly y: number; readonly label: string };
  /** Shaded stretches of the x axis. */
  readonly shades?: readonly {
    readonly from: number;
    readonly to: number;
    readonly label: string;
    /** Class of the style sheet, for shades that lie above each other. */
    readonly tone?: string;
  }[];
  /** Vertical lines with a name at their upper end, for what happened at a time. */
  readonly marks?: readonly ChartMark[];
}

export function drawChart(spec: ChartSpec): Markup {
  const { id, frame } = spec;
  const { left, right, top, bottom, width, height } = frame;
  const plot = { x: left, y: top, width: width - left - right, height: height - top - bottom };
  const drawn = element(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-desc`,
      class: 'chart',
    },
    element('title', { id: `${id}-title` }, spec.title),
    element('desc', { id: `${id}-desc` }, spec.description),
    // An interval may be wider than the plot; it is cut at its edge, dots never are.
    element('clipPath', { id: `${id}-clip` }, element('rect', plot)),
    drawShades(spec),
    drawAxes(spec),
    drawReference(spec),
    element(
      'g',
      { 'clip-path': `url(#${id}-clip)` },
      spec.series.map((one) => drawLines(one, spec)),
    ),
    spec.series.map((one) => drawDots(one, spec)),
    drawMarks(spec),
    drawEndLabels(spec),
  );
  // The style sheet keeps the text readable on a narrow screen; how depends on the width drawn.
  return element('div', { class: `plot w${width}` }, drawn);
}

function drawAxes({ frame, x, y, xTitle, yTitle }: ChartSpec): Child {
  const { left, right, top, bottom, width, height } = frame;
  const floor = height - bottom;
  const horizontal = y.ticks.map((tick) => {
    const at = pixel(y.position(tick.value));
    return [
      element('line', { class: 'grid', x1: left, x2: width - right, y1: at, y2: at }),
      element(
        'text',
        { class: 'tick', x: left - 6, y: at, dy: '0.35em', 'text-anchor': 'end' },
        tick.label,
      ),
    ];
  });
  const vertical = withoutCollisions(x.ticks, x).map((tick) => {
    const at = pixel(x.position(tick.value));
    return [
      element('line', { class: 'axis', x1: at, x2: at, y1: floor, y2: floor + 4 }),
      element('text', { class: 'tick', x: at, y: floor + 17, 'text-anchor': 'middle' }, tick.label),
    ];
  });
  return [
    horizontal,
    vertical,
    element('line', { class: 'axis', x1: left, x2: width - right, y1: floor, y2: floor }),
    element(
      'text',
      { class: 'label', x: (left + width - right) / 2, y: height - 4, 'text-anchor': 'middle' },
      xTitle,
    ),
    element('text', { class: 'label', x: 0, y: top - 10 }, yTitle),
  ];
}

/** Leaves out labels that would touch the one before. */
function withoutCollisions(ticks: readonly Tick[], scale: Scale): readonly Tick[] {
  let free = Number.NEGATIVE_INFINITY;
  return ticks.filter((tick) => {
    const half = tick.label.length * 3.5 + 3;
    const at = scale.position(tick.value);
    if (at - half < free) return false;
    free = at + half;
    return true;
  });
}

function drawShades({ shades = [], frame, x }: ChartSpec): Child {
  const height = frame.height - frame.top - frame.bottom;
  return shades.map(({ from, to, label, tone }) => {
    const left = x.position(from);
    const width = x.position(to) - left;
    const hasRoom = label !== '' && width > label.length * 7;
    return [
      element('rect', {
        class: tone === undefined ? 'shade' : `shade ${tone}`,
        x: pixel(left),
        y: frame.top,
        width: pixel(width),
        height,
      }),
      hasRoom
        ? element(
            'text',
            {
              class: 'tick',
              x: pixel(left + width / 2),
              y: frame.top - 6,
              'text-anchor': 'middle',
            },
            label,
          )
        : null,
    ];
  });
}

function drawReference({ reference, frame, y, series }: ChartSpec): Child {
  if (reference === undefined) return null;
  const at = pixel(y.position(reference.y));
  const end = frame.width - frame.right;
  return [
    element('line', { class: 'reference', x1: frame.left, x2: end, y1: at, y2: at }),
    // Names of series have the right end for themselves.
    series.some(({ endLabel }) => endLabel !== undefined)
      ? element('text', { class: 'tick', x: frame.left + 4, y: at, dy: '-0.4em' }, reference.label)
      : element('text', { class: 'tick', x: end + 6, y: at, dy: '0.35em' }, reference.label),
  ];
}

function drawLines(one: ChartSeries, { x, y }: ChartSpec): Child {
  const { tone, strokes, band = [], isDashed, apart } = one;
  if (apart !== undefined) return drawApart(tone, band, apart, { x, y });
  const at = (point: ChartPoint): string =>
    `${pixel(x.position(point.x))},${pixel(y.position(point.y))}`;
  const upper = band.map((one) => at({ x: one.x, y: one.high }));
  const lower = band.map((one) => at({ x: one.x, y: one.low })).reverse();
  return [
    band.length > 1
      ? element('polygon', { class: `band ${tone}`, points: [...upper, ...lower].join(' ') })
      : null,
    // One size has no curve: its interval is a bar.
    band.length === 1
      ? element('polyline', { class: `whisker ${tone}`, points: [...upper, ...lower].join(' ') })
      : null,
    strokes.map((points) =>
      points.length < 2
        ? null
        : element('polyline', {
            class: `stroke ${tone}${isDashed === true ? ' dashed' : ''}`,
            points: points.map(at).join(' '),
          }),
    ),
  ];
}

function drawApart(
  tone: string,
  band: NonNullable<ChartSeries['band']>,
  { shiftPx, widthPx, means }: NonNullable<ChartSeries['apart']>,
  { x, y }: Pick<ChartSpec, 'x' | 'y'>,
): Child {
  const line = (from: ChartPoint, to: ChartPoint): string =>
    [from, to].map((one) => `${pixel(one.x)},${pixel(one.y)}`).join(' ');
  const at = (place: number): number => x.position(place) + shiftPx;
  return [
    band.map((one) =>
      element('polyline', {
        class: `whisker ${tone}`,
        points: line(
          { x: at(one.x), y: y.position(one.high) },
          { x: at(one.x), y: y.position(one.low) },
        ),
      }),
    ),
    means.map((mean) =>
      element('polyline', {
        class: `stroke ${tone}`,
        points: line(
          { x: at(mean.x) - 0.4 * widthPx, y: y.position(mean.y) },
          { x: at(mean.x) + 0.4 * widthPx, y: y.position(mean.y) },
        ),
      }),
    ),
  ];
}

function drawDots({ tone, dots = [], shape = 0 }: ChartSeries, { x, y }: ChartSpec): Child {
  return dots.map((dot) =>
    dotShape(
      shape,
      { x: x.position(dot.x) + dot.shiftPx, y: y.position(dot.y) },
      { class: `dot ${tone}${dot.isHollow ? ' hollow' : ''}` },
      element('title', {}, dot.label),
    ),
  );
}

/** Names at the right ends of the lines, moved apart where they would overlap. */
function drawEndLabels({ series, frame, x, y }: ChartSpec): Child {
  const spacing = 14;
  const ends = series
    .flatMap(({ endLabel, strokes, tone, dots = [] }) => {
      const point = strokes.at(-1)?.at(-1);
      if (endLabel === undefined || point === undefined) return [];
      const beyondDots = Math.max(0, ...dots.map(({ shiftPx }) => shiftPx));
      return [{ endLabel, tone, x: x.position(point.x) + beyondDots, y: y.position(point.y) }];
    })
    .sort((a, b) => a.y - b.y);
  let free = frame.top;
  const placed = ends.map((end) => {
    const at = Math.max(end.y, free);
    free = at + spacing;
    return { ...end, y: at };
  });
  // What was pushed below the plot is moved back up.
  let ceiling = frame.height - frame.bottom - spacing / 2;
  for (const end of placed.reverse()) {
    end.y = Math.min(end.y, ceiling);
    ceiling = end.y - spacing;
  }
  return placed.map((end) =>
    element(
      'text',
      { class: `end ${end.tone}`, x: pixel(end.x + 8), y: pixel(end.y), dy: '0.35em' },
      end.endLabel,
    ),
  );
}
