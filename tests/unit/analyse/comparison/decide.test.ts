import { describe, expect, it } from '@jest/globals';
import { compareBlocks } from '../../../../controller/src/analyse/comparison/compare-blocks.ts';
import { compareSessions } from '../../../../controller/src/analyse/comparison/compare-sessions.ts';
import {
  decide,
  repetitionsFor,
  severityOf,
  type Weighing,
  worstSeverity,
} from '../../../../controller/src/analyse/comparison/decide.ts';
import type { Effect } from '../../../../controller/src/analyse/comparison/effect.ts';

const weighing: Weighing = {
  adjustedP: 0.001,
  direction: 1,
  noise: 0.02,
  tau: 0.02,
  significance: 0.05,
};

function effect(ratio: number, half: number, design: Effect['design'] = 'history'): Effect {
  return {
    design,
    ratio,
    interval: { low: ratio - half, high: ratio + half },
    p: 0.001,
    t: -5,
    degreesOfFreedom: 5,
    count: 6,
    spread: 0.05,
  };
}

describe('decide', () => {
  it('B9: needs significance, size and an interval that is wholly worse', () => {
    expect(decide(effect(0.85, 0.03), weighing)).toMatchObject({
      outcome: 'regression',
      severity: 'moderate',
    });
    expect(decide(effect(0.85, 0.03), { ...weighing, adjustedP: 0.06 }).outcome).toBe(
      'inconclusive',
    );
    expect(decide(effect(0.85, 0.16), weighing).outcome).toBe('inconclusive');
    expect(decide(effect(0.97, 0.01), weighing).outcome).toBe('equivalent');
    expect(decide(effect(1.15, 0.03), weighing).outcome).toBe('improvement');
  });

  it('knows which direction is better', () => {
    const down = { ...weighing, direction: -1 as const };
    expect(decide(effect(1.15, 0.03), down)).toMatchObject({ outcome: 'regression' });
    expect(decide(effect(0.85, 0.03), down)).toMatchObject({ outcome: 'improvement' });
    expect(decide(effect(1.15, 0.03), down).worse).toBeCloseTo(0.15, 12);
  });

  it('asks for more than twice the noise between sessions, except of blocks', () => {
    const noisy = { ...weighing, noise: 0.1 };
    expect(decide(effect(0.85, 0.03), noisy).outcome).toBe('equivalent');
    expect(decide(effect(0.85, 0.03, 'paired-blocks'), noisy).outcome).toBe('regression');
  });

  it('says how many repetitions could decide', () => {
    expect(decide(effect(0.93, 0.08), weighing).neededMore).toBeGreaterThan(0);
    expect(decide(effect(0.85, 0.03), weighing).neededMore).toBeNull();
  });

  it('decides in blocks what is plainly slower', () => {
    const blocks = compareBlocks([0.79, 0.81, 0.8, 0.78, 0.82]);
    const found = decide(blocks, { ...weighing, adjustedP: blocks.p });
    expect(found).toMatchObject({ outcome: 'regression' });
    expect(found.worse).toBeCloseTo(0.2, 2);
    const few = compareBlocks([0.79, 0.81, 0.8]);
    expect(decide(few, { ...weighing, adjustedP: few.p }).outcome).toBe('inconclusive');
  });
});

describe('a smoke test', () => {
  it.each([
    [
      [100, 101, 99],
      [70, 71, 69],
    ],
    [
      [100, 100.1],
      [50, 50.1],
    ],
    [
      [70, 71, 69],
      [100, 101, 99],
    ],
  ])('B1: claims nothing of %j against %j', (older, newer) => {
    const smoke = compareSessions(older, newer, 0.05);
    expect(smoke).toMatchObject({ design: 'smoke' });
    expect(decide(smoke, { ...weighing, adjustedP: smoke.p })).toMatchObject({
      outcome: 'inconclusive',
      severity: 'none',
      neededMore: 4 - older.length,
    });
    expect(decide(smoke, { ...weighing, adjustedP: 0 }).outcome).toBe('inconclusive');
  });
});

describe('severity', () => {
  it('B9: has five levels, one lower where the near end is far below', () => {
    const of = (worse: number, low: number) => severityOf(worse, low, effect(1, 0), 0.02);
    expect([0.04, 0.05, 0.1, 0.2, 0.4].map((worse) => of(worse, worse))).toEqual([
      'none',
      'minor',
      'moderate',
      'major',
      'critical',
    ]);
    expect(of(0.22, 0.09)).toBe('moderate');
    expect(of(0.22, 0.1)).toBe('major');
  });

  it('caps two lone sessions at moderate, unless far apart', () => {
    const lone = effect(1, 0, 'lone');
    expect(severityOf(0.3, 0.25, lone, 0.2)).toBe('moderate');
    expect(severityOf(0.3, 0.25, lone, 0.05)).toBe('major');
    expect(severityOf(0.45, 0.4, lone, 0.2)).toBe('critical');
  });

  it('takes the worst of several', () => {
    expect(worstSeverity(['none', 'major', 'minor'])).toBe('major');
    expect(worstSeverity([])).toBe('none');
  });
});

describe('repetitionsFor', () => {
  it('B1: the three examples of the design', () => {
    expect(repetitionsFor(0.05, 0.1)).toBe(5);
    expect(repetitionsFor(0.1, 0.1)).toBe(17);
    expect(repetitionsFor(0.05, 0.05)).toBe(17);
  });
});
