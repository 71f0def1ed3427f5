import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  alarmShare,
  noises,
  renderTable,
  tableTrials,
} from '../../../scripts/bench/compare-alarms.ts';

describe('compare-alarms', () => {
  it('says in its document what it computes', () => {
    const file = join(import.meta.dirname, '../../../docs/compare-alarms.md');
    expect(readFileSync(file, 'utf8')).toBe(renderTable(tableTrials));
  }, 30_000);

  it('issue 11: at most 2 of 40 equal pairs, at least 18 of 20 that are 20 % slower, in blocks', () => {
    for (const noise of noises) {
      expect(alarmShare('paired-blocks', 1, noise, { seed: 3, trials: 150 })).toBeLessThan(2 / 40);
      const found = alarmShare('paired-blocks', 0.8, noise, { seed: 3, trials: 150 });
      expect(found).toBeGreaterThan(18 / 20);
    }
  });
});
