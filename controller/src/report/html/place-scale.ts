/** The x axis of values that were chosen: numbers at their distance, names side by side. */
import type { ChartLayout } from '../chart-layout.ts';
import type { SeriesPlace } from './cell-series.ts';
import { type ChartFrame, linearSpreadMax, linearWithTicks, type Scale } from './scale.ts';

/** Widest a mean is drawn where x is a name. */
const slotPxMax = 60;
/** Of one character of a name below its place. */
const characterPx = 7;

/** The values themselves are the ticks; logarithmic where the largest dwarfs the smallest. */
export function placeScale(layout: ChartLayout, frame: ChartFrame): Scale {
  const cells = layout.panels.flatMap(({ series }) => series.flatMap((one) => one.cells));
  const places = [...new Set(cells.map(layout.placeOf))].sort((a, b) => a - b);
  const min = Math.min(...places);
  const max = Math.max(...places);
  if (!layout.isNumeric) return nameScale(layout, places, frame);
  const texts = new Map(layout.x.values.map(({ value, text }) => [value, text]));
  const format = (value: number): string => texts.get(value) ?? `${value}`;
  // Room at both ends for dots that stand beside the outermost values.
  const range = { from: frame.left + 18, to: frame.width - frame.right - 14, format };
  if (min > 0 && max / min > linearSpreadMax) {
    const log = linearWithTicks(Math.log(min), Math.log(max), [], range);
    const ticks = places.map((value) => ({ value, label: format(value) }));
    return { isLog: true, ticks, position: (value) => log.position(Math.log(value)) };
  }
  // A single value stands in the middle.
  const spare = min === max ? 1 : 0;
  return linearWithTicks(min - spare, max + spare, places, range);
}

function nameScale({ x }: ChartLayout, places: readonly number[], frame: ChartFrame): Scale {
  const to = frame.width - frame.right;
  const room = Math.floor((to - frame.left) / places.length / characterPx) - 1;
  const format = (place: number): string => {
    const text = x.values[place]?.text ?? '';
    return text.length <= room ? text : `${text.slice(0, Math.max(1, room - 1))}…`;
  };
  const [first, last] = [Math.min(...places), Math.max(...places)];
  return linearWithTicks(first - 0.5, last + 0.5, places, { from: frame.left, to, format });
}

/** Where a series stands beside the others at one name. */
export function slotOf(
  { x, seriesNames }: ChartLayout,
  index: number,
  frame: ChartFrame,
): NonNullable<SeriesPlace['slot']> {
  const count = Math.max(1, seriesNames.length);
  const place = (frame.width - frame.left - frame.right) / x.values.length;
  const widthPx = Math.min(slotPxMax, (0.8 * place) / count);
  return { widthPx, shiftPx: (index - (count - 1) / 2) * widthPx };
}
