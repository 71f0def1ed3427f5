import { formatNumber } from '../lib/units.ts';
import type { Scenario } from '../model/scenario.ts';

/** What the numbers will support, said before they are made (statistics B1, B2, B3). */
export function warnOfStatistics(scenario: Scenario): readonly string[] {
  const warnings: string[] = [];
  const { repetitions, phases, load } = scenario;
  if (repetitions === 1) {
    warnings.push('One repetition gives no interval: the figures say nothing about their spread.');
  } else if (repetitions === 2) {
    warnings.push('Two repetitions give no interval: both values stand in its place.');
  } else if (repetitions < 5) {
    warnings.push(
      `${repetitions} repetitions are a smoke test: fewer than 5 support no comparison between runs.`,
    );
  }
  if (phases.measureMs < 60_000) {
    warnings.push(
      'A measured window below 60 s is too short to tell whether the network was steady.',
    );
  }
  const expected = (load.rateTxPerSec * phases.measureMs) / 1000;
  if (expected < 1000) {
    warnings.push(
      `About ${formatNumber(expected)} transactions fall in the window; fewer than 1,000 give no 99th percentile.`,
    );
  }
  return warnings;
}
