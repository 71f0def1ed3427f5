/** What a plan varies. A cell is one combination of values, one of each axis. */
import { quantityKey } from '../lib/read-quantity.ts';

/** A value as it counts (numbers in base units: ms, bytes, ratio), and as people read it. */
export interface AxisValue {
  readonly value: number | string;
  readonly text: string;
}

export interface Axis {
  /** The field of a scenario, dots between levels: `nodes`, `load.rate`, `network`. */
  readonly field: string;
  /** numeric: its values have an order and distances; nominal: they are names. */
  readonly kind: 'numeric' | 'nominal';
  /** In the order of the scenario; those of a numeric axis ascend. */
  readonly values: readonly AxisValue[];
}

/** A value of one axis in one cell. */
export interface Coordinate extends AxisValue {
  /** `field` of the axis. */
  readonly axis: string;
}

/** The axis that every plan has. */
export const sizeAxis = 'nodes';

/**
 * What a coordinate is, whatever else is on its axis, and however a number is written: of numbers
 * with words beside them `value` is a text.
 */
export function keyOf({ text }: Pick<AxisValue, 'text'>): string {
  return quantityKey(text) ?? text;
}
