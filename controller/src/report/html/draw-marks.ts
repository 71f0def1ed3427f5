import { type Child, element } from './markup.ts';
import type { ChartFrame, Scale } from './scale.ts';

export interface ChartMark {
  readonly x: number;
  readonly label: string;
  /** Shown when pointed at. */
  readonly title: string;
}

/** What of a chart its marks depend on. */
interface MarkedChart {
  readonly frame: ChartFrame;
  readonly x: Scale;
  readonly marks?: readonly ChartMark[];
}

/** Names of neighbours stand in rows one above the other, as many as there is room for. */
const rowHeightPx = 13;
const characterPx = 6.2;

/** Lines over the height of the plot; a name that finds no room is left to the tooltip. */
export function drawMarks({ marks = [], frame, x }: MarkedChart): Child {
  const rows = Math.max(1, Math.floor((frame.top - 6) / rowHeightPx));
  const right = frame.width - frame.right;
  const freeFrom = new Array<number>(rows).fill(Number.NEGATIVE_INFINITY);
  return [...marks]
    .sort((a, b) => a.x - b.x)
    .map((mark) => {
      const at = x.position(mark.x);
      const width = mark.label.length * characterPx;
      const start = Math.min(at - 3, right - width);
      const row = freeFrom.findIndex((free) => start >= free);
      if (row >= 0) freeFrom[row] = start + width + 6;
      return [drawLine(mark, at, row, frame), drawName(mark, start, row, frame)];
    });
}

function drawLine(
  { title }: ChartMark,
  at: number,
  row: number,
  { top, height, bottom }: ChartFrame,
): Child {
  const upper = row < 0 ? top : top - 3 - rowHeightPx * row;
  const attributes = {
    class: 'mark',
    x1: round(at),
    x2: round(at),
    y1: upper,
    y2: height - bottom,
  };
  return element('line', attributes, element('title', {}, title));
}

function drawName({ label }: ChartMark, start: number, row: number, { top }: ChartFrame): Child {
  if (row < 0) return null;
  return element(
    'text',
    { class: 'named', x: round(start), y: top - 6 - rowHeightPx * row },
    label,
  );
}

/** A tenth of a pixel is invisible. */
function round(value: number): string {
  return `${Math.round(value * 10) / 10}`;
}
