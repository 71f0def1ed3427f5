/** What a plan varies. A cell is one combination of values, one of each axis. */

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
