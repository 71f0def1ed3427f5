import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { judgeCell } from '../../../controller/src/analyse/judge-cell.ts';
import { scoreQuality } from '../../../controller/src/analyse/score-quality.ts';
import type {
  Estimate,
  RepetitionFinding,
  Steadiness,
} from '../../../controller/src/model/finding.ts';
import type { Verdict } from '../../../controller/src/model/record.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const [sample] =
  analyseRun(generateStoredRun({ withTrouble: false, sizes: [4], repetitions: 1, measureMs: 2000 }))
    .cells[0]?.repetitions ?? [];

/** v = valid, s = suspect, i = invalid, u = valid but unsteady. */
function repetitions(pattern: string): RepetitionFinding[] {
  return [...pattern].map((letter, repetition) => {
    if (sample === undefined) throw new Error('the fixture has a repetition');
    const verdicts: Record<string, Verdict> = {
      v: 'valid',
      s: 'suspect',
      i: 'invalid',
      u: 'valid',
    };
    const verdict = verdicts[letter] ?? 'invalid';
    const kind: Steadiness['kind'] = letter === 'u' ? 'unsteady' : 'not-rejected';
    const steadiness = {
      kind,
      windows: 60,
      warmUpWindows: 0,
      driftRatio: letter === 'u' ? -0.2 : 0,
    };
    const reasons =
      verdict === 'valid'
        ? []
        : [{ code: 'x', verdict, text: 'why.', value: repetition, limit: 0 }];
    return {
      ...sample,
      repetition,
      verdict,
      reasons,
      isCounted: verdict !== 'invalid',
      steadiness,
    };
  });
}

const tight: Estimate = {
  mean: 100,
  interval: { low: 99, high: 101 },
  scale: 'linear',
  values: [99, 100, 101],
};

describe('judgeCell', () => {
  it.each([
    ['vvvvv', 5, 'valid'],
    ['vvvss', 5, 'valid'],
    ['vvsss', 5, 'suspect'],
    ['vvvii', 5, 'valid'],
    ['vviii', 5, 'invalid'],
    ['vvviiii', 7, 'invalid'],
    ['vvv', 3, 'valid'],
    ['vvs', 3, 'suspect'],
    ['vvi', 3, 'invalid'],
    ['v', 1, 'valid'],
    ['s', 1, 'suspect'],
    ['i', 1, 'invalid'],
    ['vv', 2, 'valid'],
    ['vi', 2, 'invalid'],
    ['vv', 5, 'invalid'],
    ['', 5, 'invalid'],
    ['uuuvv', 5, 'suspect'],
    ['uuvvv', 5, 'valid'],
  ] as const)('calls %s of %i planned %s', (pattern, planned, expected) => {
    expect(judgeCell(repetitions(pattern), planned, false).verdict).toBe(expected);
  });

  it('is invalid after a safety violation, whatever else holds', () => {
    const { verdict, reasons } = judgeCell(repetitions('vvvvv'), 5, true);
    expect(verdict).toBe('invalid');
    expect(reasons.map(({ code }) => code)).toEqual(['safety-violation']);
  });

  it('gives each reason once, with its worst value and its share', () => {
    const { reasons } = judgeCell(repetitions('vsssv'), 5, false);
    expect(reasons).toEqual([
      { code: 'x', verdict: 'suspect', text: 'why.', value: 3, limit: 0, repetitions: 3 },
    ]);
  });

  it('says how far an unsteady repetition drifted', () => {
    const { reasons } = judgeCell(repetitions('uvvvv'), 5, false);
    expect(reasons[0]?.text).toContain('drift up to -20 %.');
    expect(reasons[0]?.repetitions).toBe(1);
  });

  it('says how many repetitions are missing', () => {
    const { reasons } = judgeCell(repetitions('vvi'), 5, false);
    const reason = reasons.find(({ code }) => code === 'too-few-repetitions');
    expect(reason).toMatchObject({ verdict: 'invalid', value: 2, limit: 3 });
    expect(reason?.text).toBe(
      'Only 2 of 5 planned repetitions can be counted (3 were done); at least 3 are needed.',
    );
  });

  it.each([
    ['i', 1, 'The only planned repetition cannot be counted.'],
    ['', 1, 'The only planned repetition was not done.'],
    ['ii', 2, 'None of 2 planned repetitions can be counted; at least 2 are needed.'],
    ['v', 2, 'Only 1 of 2 planned repetitions can be counted (1 was done); at least 2 are needed.'],
  ] as const)('words %j of %i so that it reads well', (pattern, planned, text) => {
    const { reasons } = judgeCell(repetitions(pattern), planned, false);
    expect(reasons.find(({ code }) => code === 'too-few-repetitions')?.text).toBe(text);
  });
});

describe('scoreQuality', () => {
  it('gives 100 to five valid, steady repetitions with a tight interval', () => {
    const quality = scoreQuality(repetitions('vvvvv'), tight, [1, 1, 1, 1, 1]);
    expect(quality).toMatchObject({ band: 'high', weakest: null });
    expect(quality.score).toBeCloseTo(100, 9);
  });

  it('is the weighted geometric mean of its components', () => {
    const wide: Estimate = { ...tight, interval: { low: 85, high: 115 } };
    const quality = scoreQuality(repetitions('vvs'), wide, [1, 0.9, 0.8]);
    const components = { repetitions: 0.4, interval: 0.6, steadiness: 1, verdicts: 1 - 0.5 / 3 };
    expect(quality.components.interval).toBeCloseTo(0.6, 12);
    expect(quality.components.verdicts).toBeCloseTo(components.verdicts, 12);
    expect(quality.components.scrapes).toBeCloseTo(0.9, 12);
    const product = 0.4 ** 0.2 * 0.6 ** 0.3 * components.verdicts ** 0.2 * 0.9 ** 0.1;
    expect(quality.score).toBeCloseTo(100 * product, 9);
    expect(quality.weakest).toBe('repetitions');
  });

  it('gives the weight of an unknown component to the others', () => {
    const short = repetitions('vvvvv').map(
      (one): RepetitionFinding => ({
        ...one,
        steadiness: { ...one.steadiness, kind: 'too-short' },
      }),
    );
    const quality = scoreQuality(short, tight, [1, 1, 1, 1, 0.5]);
    expect(quality.components.steadiness).toBeNull();
    expect(quality.score).toBeCloseTo(100 * 0.9 ** (0.1 / 0.8), 9);
  });

  it.each([
    ['vvvvv', null, 'interval'],
    ['iiiii', tight, 'repetitions'],
    ['', null, 'repetitions'],
  ] as const)('gives 0 if one component is 0: %s', (pattern, throughput, weakest) => {
    const quality = scoreQuality(
      repetitions(pattern),
      throughput,
      [...pattern].map(() => 1),
    );
    expect(quality).toMatchObject({ score: 0, band: 'unreliable', weakest });
  });
});
