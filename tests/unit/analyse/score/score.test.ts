import { describe, expect, it } from '@jest/globals';
import { type GradeCaps, gradeRun } from '../../../../controller/src/analyse/score/grade-run.ts';
import {
  comparisonQuality,
  trendQuality,
} from '../../../../controller/src/analyse/score/quality-of-series.ts';
import { scoreLikeSeed } from '../../../../controller/src/analyse/score/seed-score.ts';

const worked = {
  scaling: [0.9, 0.8, 0.7],
  ramps: [{ least: 10, most: 160, last: 80, isReached: true }],
  latency: { p50Ms: 100, p99Ms: 500 * 2 ** 0.25, objectiveMs: 500 },
  errorRatio: 0,
  variation: 0.03,
};
const clean: GradeCaps = { isUnsafe: false, regression: 'none', quality: 90, unusableShare: 0 };

describe('gradeRun', () => {
  it('B15: the worked example', () => {
    const { score, grade, components, missing } = gradeRun(worked, clean);
    expect(components.scaling).toBeCloseTo(80, 10);
    expect(components.saturation).toBeCloseTo(75, 10);
    expect(components.latency).toBeCloseTo(87.5, 10);
    expect(components.reliability).toBe(100);
    expect(components.stability).toBeCloseTo(90, 10);
    expect(score).toBeCloseTo(85.5, 10);
    expect([grade, missing]).toEqual(['A', []]);
  });

  it('shares the weight of what was not measured, and lists it', () => {
    const { score, missing } = gradeRun({ ...worked, ramps: [] }, clean);
    expect(missing).toEqual(['saturation']);
    expect(score).toBeCloseTo((0.3 * 80 + 0.2 * 87.5 + 0.2 * 100 + 0.1 * 90) / 0.8, 10);
    const none = { scaling: [], ramps: [], latency: null, errorRatio: null, variation: null };
    expect(gradeRun(none, clean)).toMatchObject({ score: null, grade: null });
  });

  it('rates p99 against p50 without an objective', () => {
    const latency = { p50Ms: 100, p99Ms: 300, objectiveMs: null };
    expect(gradeRun({ ...worked, latency }, clean).components.latency).toBeCloseTo(100, 10);
    const tail = { ...latency, p99Ms: 3000 };
    expect(gradeRun({ ...worked, latency: tail }, clean).components.latency).toBeCloseTo(0, 10);
  });

  it('caps the grade, and says why', () => {
    const grade = (caps: Partial<GradeCaps>) => gradeRun(worked, { ...clean, ...caps });
    expect(grade({ isUnsafe: true }).grade).toBe('D');
    expect(grade({ regression: 'critical' }).grade).toBe('C');
    expect(grade({ regression: 'major' }).grade).toBe('B');
    expect(grade({ quality: 55 })).toMatchObject({ grade: 'B', isProvisional: true });
    expect(grade({ quality: 39 }).grade).toBeNull();
    expect(grade({ unusableShare: 0.6 }).grade).toBeNull();
    expect(grade({ unusableShare: 0.6 }).reasons[0]).toContain('60 %');
  });
});

describe('scoreLikeSeed', () => {
  it('issue 11: 1.07 ops/s, 238 ms, 100 %, 40 nodes give 29.6 and D', () => {
    const seed = scoreLikeSeed({
      throughputTxPerSec: 1.07,
      latencyMs: 238,
      successRatio: 1,
      nodesMax: 40,
    });
    expect(seed.score.toFixed(1)).toBe('29.6');
    expect(seed.grade).toBe('D');
    expect(seed.throughput).toBeCloseTo(5.35, 10);
    expect([seed.latency, seed.reliability, seed.scalability]).toEqual([0, 100, 40]);
  });

  it('has ten grades', () => {
    const grade = (successRatio: number) =>
      scoreLikeSeed({ throughputTxPerSec: 20, latencyMs: 0, successRatio, nodesMax: 100 }).grade;
    expect([1, 0.5, 0.24].map(grade)).toEqual(['A+', 'A+', 'A-']);
  });
});

describe('quality of trends and comparisons', () => {
  const evidence = { comparableShare: 1, noise: 0, pointQuality: 100 };

  it('B13: is 100 at best, and 40 at most below five sessions', () => {
    expect(trendQuality({ ...evidence, sessions: 12 })).toEqual({ score: 100, weakest: null });
    expect(trendQuality({ ...evidence, sessions: 4 }).score).toBe(40);
    expect(trendQuality({ ...evidence, sessions: 12, comparableShare: 0 })).toEqual({
      score: 0,
      weakest: 'comparable',
    });
  });

  it('B13: depends on the design', () => {
    const of = (design: 'paired-blocks' | 'lone', count: number) =>
      comparisonQuality({ design, count }, evidence).score;
    expect(of('paired-blocks', 5)).toBe(100);
    expect(of('lone', 5)).toBeCloseTo(100 * 0.6 ** 0.3, 10);
    expect(of('lone', 3)).toBeCloseTo(100 * 0.3 ** 0.3, 10);
  });
});
