import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../../controller/src/analyse/analyse-run.ts';
import { collectHistory } from '../../../../controller/src/analyse/comparison/compare-with-history.ts';
import { sessionOf } from '../../../../controller/src/analyse/comparison/session-of.ts';
import type { StoredRun, VerdictReason } from '../../../../controller/src/model/record.ts';
import { generateCrossedRun } from '../../../fixtures/crossed-run.ts';
import { laterBy } from '../../../fixtures/rival-run.ts';

const small = { sizes: [4], measureMs: 1_000, withTrouble: false } as const;
const plain = generateCrossedRun({ ...small, vary: {}, repetitions: 5 });
const loads = generateCrossedRun({
  ...small,
  vary: { 'load.rate': [600, 1000] },
  repetitions: 5,
});

/** What of one earlier run the cells of a newer one are held against. */
function history(newer: StoredRun, earlier: StoredRun, factors: readonly string[] = []) {
  const finding = analyseRun(laterBy(newer, 24));
  return collectHistory(finding, [sessionOf(analyseRun(earlier))], factors).map(
    ({ past, refused }) => ({
      past: past.map(({ cell }) => cell.settings.load.rateTxPerSec),
      refused: refused.map(({ keys }) => keys),
    }),
  );
}

function withReason(stored: StoredRun, reason: Pick<VerdictReason, 'code' | 'verdict'>): StoredRun {
  const whole = { ...reason, text: 'why.', value: null, limit: null };
  const repetitions = stored.repetitions.map((record, i) =>
    i === 0 ? { ...record, verdict: reason.verdict, reasons: [whole] } : record,
  );
  return { ...stored, repetitions };
}

describe('what of the past counts', () => {
  const trusted = { past: [600], refused: [] };
  const untrusted = { past: [], refused: [['verdict']] };

  it('is what was valid: enough repetitions of those planned, and at least three', () => {
    const first = (count: number): StoredRun => ({
      ...plain,
      repetitions: plain.repetitions.slice(0, count),
    });
    expect(history(plain, plain)).toEqual([trusted]);
    expect(history(plain, first(3))).toEqual([trusted]);
    expect(history(plain, first(2))).toEqual([untrusted]);
    const ten = generateCrossedRun({ ...small, vary: {}, repetitions: 10 });
    const five = { ...ten, repetitions: ten.repetitions.slice(0, 5) };
    expect(history(plain, five)).toEqual([untrusted]);
    const two = generateCrossedRun({ ...small, vary: {}, repetitions: 2 });
    expect(history(plain, two)).toEqual([untrusted]);
  });

  it('is nothing in which safety broke or the network was another one', () => {
    for (const code of ['safety-violation', 'evidence-against-honest', 'network-mismatch']) {
      const bad = withReason(plain, { code, verdict: 'invalid' });
      expect(history(plain, bad)).toEqual([untrusted]);
    }
    expect(history(plain, withReason(plain, { code: 'steal', verdict: 'invalid' }))).toEqual([
      trusted,
    ]);
  });
});

describe('cells of runs that vary other things', () => {
  it('are held against what has the same settings, whoever has the axis more', () => {
    expect(history(loads, plain)).toEqual([
      { past: [600], refused: [] },
      { past: [], refused: [['load']] },
    ]);
    expect(history(plain, loads)).toEqual([{ past: [600], refused: [] }]);
  });

  it('are not chosen among several that differ in what is tested', () => {
    const other = generateCrossedRun({
      ...small,
      vary: { 'load.rate': [700, 1000] },
      repetitions: 5,
    });
    expect(history(plain, other)).toEqual([{ past: [], refused: [['load']] }]);
    expect(history(plain, other, ['load'])).toEqual([{ past: [], refused: [['load']] }]);
    expect(history(plain, loads, ['load'])).toEqual([{ past: [600], refused: [] }]);
  });
});
