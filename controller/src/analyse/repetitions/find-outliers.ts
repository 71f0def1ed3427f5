import { median, quantile, scaledMad } from '../describe.ts';

export interface Outlier {
  readonly index: number;
  readonly value: number;
  /** mild: beyond 1.5 interquartile ranges (Tukey); severe: beyond 3, or 10 scaled MADs off. */
  readonly kind: 'mild' | 'severe';
}

/**
 * Repetitions that stand apart. They are told, and never dropped: only a verdict takes a
 * repetition out of a figure.
 * @param values one per repetition
 */
export function findOutliers(values: readonly number[]): readonly Outlier[] {
  if (values.length < 4) return [];
  const [low, high] = [quantile(values, 0.25), quantile(values, 0.75)];
  const range = high - low;
  const center = median(values);
  const spread = scaledMad(values);
  return values.flatMap((value, index): readonly Outlier[] => {
    const beyond = Math.max(low - value, value - high);
    if (beyond > 3 * range || (spread > 0 && Math.abs(value - center) > 10 * spread)) {
      return [{ index, value, kind: 'severe' }];
    }
    return beyond > 1.5 * range ? [{ index, value, kind: 'mild' }] : [];
  });
}
