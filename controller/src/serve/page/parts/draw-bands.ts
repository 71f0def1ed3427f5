/** Phases and events behind the lines of a chart. */
import type uPlot from 'uplot';
import type { Band } from '../logic/shade-chart.ts';

export interface Palette {
  readonly muted: string;
  readonly grid: string;
  readonly measured: string;
  readonly plain: string;
  readonly event: string;
  readonly lines: readonly string[];
  readonly font: string;
}

/** From the style sheet, so light and dark are there only. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    muted: color('muted'),
    grid: color('grid'),
    measured: color('shade-measured'),
    plain: color('shade-plain'),
    event: color('shade-event'),
    lines: [color('s0'), color('s1'), color('s2')],
    font: '11px system-ui, "DejaVu Sans", sans-serif',
  };
}

export function drawBands(plot: uPlot, bands: readonly Band[], palette: Palette): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${11 * ratio}px system-ui, "DejaVu Sans", sans-serif`;
  ctx.textBaseline = 'top';
  let phases = 0;
  let events = 0;
  let occupied = Number.NEGATIVE_INFINITY;
  for (const band of bands) {
    const from = Math.max(bbox.left, plot.valToPos(band.from / 1000, 'x', true));
    const edge =
      band.to === null ? bbox.left + bbox.width : plot.valToPos(band.to / 1000, 'x', true);
    const to = Math.min(bbox.left + bbox.width, edge);
    if (!(to > from)) continue;
    const isPhase = band.kind === 'phase';
    const fill =
      band.tone === 'measured'
        ? palette.measured
        : band.tone === 'event'
          ? palette.event
          : phases % 2 === 0
            ? palette.plain
            : 'transparent';
    ctx.fillStyle = fill;
    ctx.fillRect(from, bbox.top, to - from, bbox.height);
    ctx.fillStyle = palette.muted;
    const width = ctx.measureText(band.text).width;
    // A name that has no room is left out; the phase is said above, and the event in the log.
    if (isPhase ? width + 8 * ratio < to - from : from > occupied) {
      const row = isPhase ? 0 : 1 + (events % 2);
      ctx.fillText(band.text, from + 4 * ratio, bbox.top + (3 + 14 * row) * ratio);
      if (!isPhase) occupied = events % 2 === 1 ? from + width : occupied;
    }
    if (isPhase) phases++;
    else events++;
  }
  ctx.restore();
}
