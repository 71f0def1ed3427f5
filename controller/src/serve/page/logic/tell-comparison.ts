/** Figures of two runs in words. Pure. */
import type { z } from 'zod';
import { formatThreeDigits } from '../../../report/format-value.ts';
import type { comparedFigure, estimate } from '../../api/runs.ts';

/** `throughput, tx/s` of `throughputTxPerSec` */
export function tellFigure({
  figure,
  unit,
}: Pick<z.infer<typeof comparedFigure>, 'figure' | 'unit'>): string {
  const words = figure
    .replace(/(TxPerSec|PerSec|Ms|Bytes|Ratio)$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return unit === '' ? words : `${words}, ${unit}`;
}

/** `+4.2 %`, `-12 %`, `same`; empty where there is nothing to compare */
export function tellChange(ratio: number | null): string {
  if (ratio === null) return '–';
  const percent = 100 * (ratio - 1);
  if (Math.abs(percent) < 0.05) return 'same';
  const digits = Math.abs(percent) < 9.95 ? 1 : 0;
  return `${percent > 0 ? '+' : '-'}${Math.abs(percent).toFixed(digits)} %`;
}

export function tellInterval({ mean, low, high, values }: z.infer<typeof estimate>): {
  readonly mean: string;
  readonly interval: string;
} {
  const interval =
    low === null || high === null
      ? `${values.length} ${values.length === 1 ? 'repetition' : 'repetitions'}`
      : `${formatThreeDigits(low)}–${formatThreeDigits(high)}`;
  return { mean: formatThreeDigits(mean), interval };
}
