/** Horizontal bars of block characters, an eighth of a character fine. */

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
/** Beyond this ratio of largest to smallest a linear bar shows the largest only. */
const linearSpreadMax = 20;

export interface BarScale {
  readonly isLog: boolean;
  /** Share of the full width, 0-1. */
  share(value: number): number;
}

/**
 * Linear from 0, or logarithmic from half the smallest value if the values spread by more than 20.
 * @param values all >= 0
 */
export function scaleFor(values: readonly number[]): BarScale {
  const largest = Math.max(0, ...values);
  const smallest = Math.min(largest, ...values);
  if (smallest > 0 && largest / smallest > linearSpreadMax) {
    const floor = smallest / 2;
    const share = (value: number): number =>
      value <= floor ? 0 : Math.log(value / floor) / Math.log(largest / floor);
    return { isLog: true, share };
  }
  return { isLog: false, share: (value) => (largest === 0 ? 0 : value / largest) };
}

/**
 * @param share of the full width, 0-1
 * @param width in characters
 * @returns at least a sliver for a share above 0, so that small is told from nothing
 */
export function drawBar(share: number, width: number): string {
  if (share <= 0) return '';
  const units = Math.max(1, Math.round(Math.min(1, share) * width * 8));
  return '█'.repeat(Math.floor(units / 8)) + (eighths[units % 8] ?? '');
}
