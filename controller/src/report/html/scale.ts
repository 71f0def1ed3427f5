/** Maps values to pixels, and picks round numbers to label. */

export interface Tick {
  readonly value: number;
  readonly label: string;
}

export interface Scale {
  readonly isLog: boolean;
  readonly ticks: readonly Tick[];
  /** Pixel of a value; values outside the domain land outside the range. */
  position(value: number): number;
}

/** Size of a chart and the margins of its plot, in pixels. */
export interface ChartFrame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}
/** Beyond this ratio of largest to smallest value a linear axis hides the smaller ones. */
export const linearSpreadMax = 20;

export interface ScaleOptions {
  /** Pixel of the low and of the high end. */
  readonly from: number;
  readonly to: number;
  readonly format: (value: number) => string;
  /** About how many ticks there is room for. */
  readonly tickCount?: number;
}

/** From 0 to a round number above `max`. */
export function linearFromZero(max: number, options: ScaleOptions): Scale {
  const step = roundStep((max > 0 ? max : 1) / (options.tickCount ?? 5));
  const top = step * Math.ceil((max > 0 ? max : 1) / step - 1e-9);
  const values = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);
  return linear(0, top, values, options);
}

/** Exactly [min, max], with the given ticks; for axes whose values are chosen, not measured. */
export function linearWithTicks(
  min: number,
  max: number,
  ticks: readonly number[],
  options: ScaleOptions,
): Scale {
  return linear(min, max, ticks, options);
}

/**
 * Logarithmic over [min, max], widened to the nearest tick outside. Ticks are 1, 2 and 5 per
 * power of ten, or only the powers where there are many.
 * @param min > 0
 */
export function logarithmic(min: number, max: number, options: ScaleOptions): Scale {
  const all = oneTwoFive(min, Math.max(max, min * 1.01));
  const powers = all.filter((value) => Math.abs(Math.log10(value) % 1) < 1e-9);
  const values = all.length > (options.tickCount ?? 7) && powers.length > 1 ? powers : all;
  const low = Math.min(all[0] ?? min, min);
  const high = Math.max(all.at(-1) ?? max, max);
  const span = Math.log(high / low);
  const { from, to, format } = options;
  return {
    isLog: true,
    ticks: values.map((value) => ({ value, label: format(value) })),
    position: (value) => from + ((to - from) * Math.log(value / low)) / span,
  };
}

function linear(
  min: number,
  max: number,
  values: readonly number[],
  { from, to, format }: ScaleOptions,
): Scale {
  const span = max === min ? 1 : max - min;
  return {
    isLog: false,
    ticks: values.map((value) => ({ value, label: format(value) })),
    position: (value) => from + ((to - from) * (value - min)) / span,
  };
}

/** The smallest of 1, 2, 2.5, 5 times a power of ten that is not below `rough`. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((one) => one * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** From the last value of the 1-2-5 series at or below `min` to the first at or above `max`. */
function oneTwoFive(min: number, max: number): number[] {
  const series: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
    // A negative power of ten is not exact as 10 ** -n; dividing by the positive one is.
    const unit = power < 0 ? 1 / 10 ** -power : 10 ** power;
    for (const factor of [1, 2, 5]) series.push(power < 0 ? factor / 10 ** -power : factor * unit);
  }
  const first = series.findLastIndex((value) => value <= min * (1 + 1e-9));
  const last = series.findIndex((value) => value >= max * (1 - 1e-9));
  return series.slice(Math.max(0, first), last < 0 ? undefined : last + 1);
}
