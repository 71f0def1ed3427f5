import { formatNumber } from '../lib/units.ts';
import type { Plan } from '../model/plan.ts';

/** What the numbers will support, said before they are made (statistics B1, B2, B3). */
export function warnOfStatistics({
  scenario,
  cells,
}: Pick<Plan, 'scenario' | 'cells'>): readonly string[] {
  const warnings: string[] = [];
  const { repetitions } = scenario;
  const windowsMs = cells.map(({ settings }) => settings.phases.measureMs);
  const expectedTx = cells.map(
    ({ settings }) => (settings.load.rateTxPerSec * settings.phases.measureMs) / 1000,
  );
  if (repetitions === 1) {
    warnings.push('One repetition gives no interval: the figures say nothing about their spread.');
  } else if (repetitions === 2) {
    warnings.push('Two repetitions give no interval: both values stand in its place.');
  } else if (repetitions < 5) {
    warnings.push(
      `${repetitions} repetitions are a smoke test: fewer than 5 support no comparison between runs.`,
    );
  }
  if (Math.min(...windowsMs) < 60_000) {
    warnings.push(
      'A measured window below 60 s is too short to tell whether the network was steady.',
    );
  }
  const expected = Math.min(...expectedTx);
  if (expected < 1000) {
    warnings.push(
      `About ${formatNumber(expected)} transactions fall in the window; fewer than 1,000 give no 99th percentile.`,
    );
  }
  return warnings;
}
