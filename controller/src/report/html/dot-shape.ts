/** Shapes of dots: series differ in them as well as in colour, for those who do not see the colour. */
import { type Attributes, type Child, element, type Markup } from './markup.ts';

/** Paths around (0, 0), of about the same area; the first is a circle of its own. */
const paths: readonly string[] = [
  '',
  'M-3,-3h6v6h-6z',
  'M0,-4.2L4,2.8h-8z',
  'M0,-4.4L4.4,0L0,4.4L-4.4,0z',
  'M0,4.2L4,-2.8h-8z',
  'M-1.3,-4h2.6v2.7h2.7v2.6h-2.7v2.7h-2.6v-2.7h-2.7v-2.6h2.7z',
];

export const shapeCount = paths.length;

/** @param shape counted from 0; starts again after the last */
export function dotShape(
  shape: number,
  { x, y }: { readonly x: number; readonly y: number },
  attributes: Attributes,
  ...children: Child[]
): Markup {
  const path = paths[shape % shapeCount] ?? '';
  const [cx, cy] = [pixel(x), pixel(y)];
  return path === ''
    ? element('circle', { ...attributes, cx, cy, r: 3.2 }, ...children)
    : element('path', { ...attributes, d: path, transform: `translate(${cx},${cy})` }, ...children);
}

/** At most one decimal: a tenth of a pixel is invisible, and the file stays small. */
export function pixel(value: number): string {
  return `${Math.round(value * 10) / 10}`;
}
