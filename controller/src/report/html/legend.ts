/** Which colour and which shape is which series, with its name as text. */
import { dotShape } from './dot-shape.ts';
import { element, type Markup } from './markup.ts';

/** Tones that differ in lightness and hue; more series take steps of the ramp. */
const tonesOwn = 3;

/** A step of the eight-colour ramp, so that an order is kept in colour. */
export function rampTone(index: number, count: number): string {
  return `q${count < 2 ? 0 : Math.round((index * 7) / (count - 1))}`;
}

export function seriesTone(index: number, count: number): string {
  return count <= tonesOwn ? `s${index}` : rampTone(index, count);
}

/** Null where there is one series only. */
export function drawLegend(names: readonly string[]): Markup | null {
  if (names.length === 0) return null;
  return element(
    'p',
    { class: 'legend' },
    names.map((name, index) =>
      element(
        'span',
        {},
        element(
          'svg',
          { viewBox: '0 0 12 12', width: 12, height: 12, 'aria-hidden': 'true' },
          dotShape(index, { x: 6, y: 6 }, { class: `dot ${seriesTone(index, names.length)}` }),
        ),
        ` ${name}`,
      ),
    ),
  );
}
