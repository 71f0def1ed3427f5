import type { Severity } from '../comparison/decide.ts';
import { mean } from '../describe.ts';
import { clamp, meanScore, type Part } from './weigh.ts';

/** The score of a run, 0-100, and its grade with what caps it. */

export interface Ramp {
  readonly least: number;
  readonly most: number;
  readonly last: number | null;
  readonly isReached: boolean;
}

export interface ScoreInput {
  /** Efficiency (capacity) or retention (replication) at each size beyond the smallest. */
  readonly scaling: readonly number[];
  /** Loads of each ramp, and the largest that was sustained. */
  readonly ramps: readonly Ramp[];
  readonly latency: {
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly objectiveMs: number | null;
  } | null;
  /** Not committed of what was due, 0-1. */
  readonly errorRatio: number | null;
  /** Robust coefficient of variation between repetitions. */
  readonly variation: number | null;
}

export interface GradeCaps {
  readonly isUnsafe: boolean;
  /** Of a comparison with what was before; none without. */
  readonly regression: Severity | null;
  /** Of the run: mean quality of its cells, 0-100. */
  readonly quality: number;
  /** Cells that are invalid or limited by the host, of all, 0-1. */
  readonly unusableShare: number;
}

export type GradeName = 'A+' | 'A' | 'B' | 'C' | 'D';

export interface Grade {
  /** 0-100; null if nothing could be scored. */
  readonly score: number | null;
  /** Null: ungraded, `reasons` say why. */
  readonly grade: GradeName | null;
  /** Quality below 60: at most B. */
  readonly isProvisional: boolean;
  /** Each 0-100, null where not measured; what is not measured has no weight. */
  readonly components: Readonly<Record<ScorePart, number | null>>;
  readonly missing: readonly ScorePart[];
  /** Why the grade is lower than the score, or absent. */
  readonly reasons: readonly string[];
}

export const scoreWeights = {
  scaling: 0.3,
  saturation: 0.2,
  latency: 0.2,
  reliability: 0.2,
  stability: 0.1,
} as const;
export type ScorePart = keyof typeof scoreWeights;
const partNames = Object.keys(scoreWeights) as ScorePart[]; // of the literal above

const gradeEdges: readonly (readonly [GradeName, number])[] = [
  ['A+', 95],
  ['A', 85],
  ['B', 70],
  ['C', 55],
  ['D', Number.NEGATIVE_INFINITY],
];
const gradeOrder: readonly GradeName[] = gradeEdges.map(([name]) => name);

export function gradeRun(input: ScoreInput, caps: GradeCaps): Grade {
  const values = scoreParts(input);
  const parts: Part[] = partNames.map((name) => ({
    name,
    weight: scoreWeights[name],
    value: values[name],
  }));
  const total = meanScore(parts);
  const score = total === null ? null : 100 * total;
  const { grade, reasons } = capGrade(score, caps);
  const ofPart = (name: ScorePart): number | null => {
    const value = values[name];
    return value === null ? null : 100 * value;
  };
  return {
    score,
    grade,
    isProvisional: grade !== null && caps.quality < 60,
    components: {
      scaling: ofPart('scaling'),
      saturation: ofPart('saturation'),
      latency: ofPart('latency'),
      reliability: ofPart('reliability'),
      stability: ofPart('stability'),
    },
    missing: partNames.filter((name) => values[name] === null),
    reasons,
  };
}

function scoreParts(input: ScoreInput): Readonly<Record<ScorePart, number | null>> {
  const { scaling, errorRatio, variation } = input;
  const ramps = input.ramps.flatMap((ramp) => scoreRamp(ramp) ?? []);
  return {
    scaling: scaling.length === 0 ? null : clamp(mean(scaling.map((value) => Math.min(1, value)))),
    saturation: ramps.length === 0 ? null : mean(ramps),
    latency: scoreLatency(input.latency),
    reliability: errorRatio === null ? null : clamp(1 - errorRatio / 0.05),
    stability: variation === null ? null : clamp(1 - variation / 0.3),
  };
}

function scoreRamp(ramp: Ramp): number | null {
  if (ramp.most <= ramp.least) return null;
  if (!ramp.isReached) return 1;
  if (ramp.last === null) return 0;
  return clamp(Math.log(ramp.last / ramp.least) / Math.log(ramp.most / ramp.least));
}

/** Full marks at the objective, none at four times; without one, p99 against 3 and 30 times p50. */
function scoreLatency(latency: ScoreInput['latency']): number | null {
  if (latency === null || latency.p99Ms <= 0 || latency.p50Ms <= 0) return null;
  const { p50Ms, p99Ms, objectiveMs } = latency;
  return objectiveMs === null
    ? clamp(1 - Math.log10(p99Ms / (3 * p50Ms)))
    : clamp(1 - Math.log2(p99Ms / objectiveMs) / 2);
}

function capGrade(
  score: number | null,
  { isUnsafe, regression, quality, unusableShare }: GradeCaps,
): Pick<Grade, 'grade' | 'reasons'> {
  if (isUnsafe)
    return { grade: 'D', reasons: ['Nodes committed different logs: no score outweighs that.'] };
  const barred: string[] = [];
  if (score === null) barred.push('Nothing that is scored was measured.');
  if (quality < 40)
    barred.push(
      `The quality of the measurement is ${Math.round(quality)} of 100; from 40 on it is graded.`,
    );
  if (unusableShare > 0.5) {
    barred.push(
      `${Math.round(100 * unusableShare)} % of the cells are invalid or measure the host.`,
    );
  }
  if (score === null || barred.length > 0) return { grade: null, reasons: barred };
  const earned = gradeEdges.find(([, least]) => score >= least)?.[0] ?? 'D';
  const caps: (readonly [GradeName, string])[] = [];
  if (regression === 'critical') {
    caps.push(['C', 'A critical regression caps the grade at C.']);
  } else if (regression === 'major') caps.push(['B', 'A major regression caps the grade at B.']);
  if (quality < 60) {
    caps.push([
      'B',
      `Provisional, and at most B: the quality of the measurement is ${Math.round(quality)} of 100.`,
    ]);
  }
  const binding = caps.filter(([cap]) => gradeOrder.indexOf(cap) > gradeOrder.indexOf(earned));
  const lowest = Math.max(
    gradeOrder.indexOf(earned),
    ...binding.map(([cap]) => gradeOrder.indexOf(cap)),
  );
  return { grade: gradeOrder[lowest] ?? earned, reasons: caps.map(([, text]) => text) };
}
