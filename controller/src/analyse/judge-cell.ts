import type { RepetitionFinding } from '../model/finding.ts';
import type { RepetitionRecord, Verdict, VerdictReason } from '../model/record.ts';

/**
 * The verdict on a cell, from the verdicts on its repetitions.
 * Valid: at least 3 valid repetitions and at least 60 % of those planned. Suspect: the same with
 * suspect repetitions counted in. Invalid: otherwise. A smoke run, planned with fewer than 3
 * repetitions, needs all of them; its warnings say that it supports no comparison.
 */

/** Repetitions that a cell needs, unless fewer were planned. */
export const repetitionsMin = 3;
const plannedShareMin = 0.6;

/** The code of a verdict that nothing else outweighs (docs/verdicts.md). */
const safetyViolation = 'safety-violation';

/** Logs that differ, or a node that saw contradicting certificates itself. */
export function brokeSafety({ safetyViolation: found, reasons }: RepetitionRecord): boolean {
  return found !== null || reasons.some(({ code }) => code === safetyViolation);
}

export interface CellJudgement {
  readonly verdict: Verdict;
  readonly reasons: readonly VerdictReason[];
}

/**
 * @param repetitions last attempt of each, with its final verdict
 * @param planned repetitions that the plan has for this cell, >= 1
 * @param violated a repetition of this cell, in any attempt, broke safety
 */
export function judgeCell(
  repetitions: readonly RepetitionFinding[],
  planned: number,
  violated: boolean,
): CellJudgement {
  const needed = Math.max(Math.min(repetitionsMin, planned), Math.ceil(plannedShareMin * planned));
  const counted = repetitions.filter((repetition) => repetition.isCounted);
  const valid = repetitions.filter((repetition) => repetition.verdict === 'valid');
  const unsteady = counted.filter((repetition) => repetition.steadiness.kind === 'unsteady');
  const reasons = [...mergeReasons(repetitions)];
  if (unsteady.length > 0) reasons.push(unsteadyReason(unsteady, counted.length));
  if (counted.length < needed) {
    const text =
      `Only ${counted.length} of ${planned} planned repetitions can be counted ` +
      `(${repetitions.length} were done), ${needed} are needed`;
    const value = counted.length;
    reasons.push({ code: 'too-few-repetitions', verdict: 'invalid', text, value, limit: needed });
  }
  if (violated && !reasons.some((reason) => reason.code === safetyViolation)) {
    const text = 'Nodes committed different logs in an attempt of this cell';
    reasons.push({ code: safetyViolation, verdict: 'invalid', text, value: null, limit: null });
  }
  const mostUnsteady = unsteady.length * 2 > counted.length;
  const verdict =
    violated || counted.length < needed
      ? 'invalid'
      : valid.length < needed || mostUnsteady
        ? 'suspect'
        : 'valid';
  return { verdict, reasons };
}

/** One reason per code, with the worst value, saying in how many repetitions it came up. */
function mergeReasons(repetitions: readonly RepetitionFinding[]): readonly VerdictReason[] {
  const byCode = new Map<string, VerdictReason[]>();
  for (const { reasons } of repetitions) {
    // One repetition may give a code twice (two nodes); it counts once.
    for (const code of new Set(reasons.map((reason) => reason.code))) {
      const own = reasons.filter((reason) => reason.code === code);
      // Of one repetition the first speaks: judges give the most telling one first.
      byCode.set(code, [...(byCode.get(code) ?? []), ...own.slice(0, 1)]);
    }
  }
  return [...byCode.values()].map((group) => {
    const worst = group.reduce(worse);
    const share = `in ${group.length} of ${repetitions.length} repetitions`;
    return { ...worst, text: `${stripFullStop(worst.text)}, ${share}` };
  });
}

function worse(a: VerdictReason, b: VerdictReason): VerdictReason {
  if (a.verdict !== b.verdict) return a.verdict === 'invalid' ? a : b;
  return excess(b) > excess(a) ? b : a;
}

/** How far beyond its limit a value is; reasons without numbers have none. */
function excess({ value, limit }: VerdictReason): number {
  return value === null || limit === null ? 0 : Math.abs(value - limit);
}

function unsteadyReason(unsteady: readonly RepetitionFinding[], counted: number): VerdictReason {
  const drifts = unsteady.map(({ steadiness }) => steadiness.driftRatio ?? 0);
  const worst = drifts.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  const percent = `${worst < 0 ? '-' : '+'}${Math.abs(100 * worst).toFixed(0)} %`;
  return {
    code: 'unsteady',
    verdict: 'suspect',
    text:
      `Throughput did not hold still over the window: drift up to ${percent}, ` +
      `in ${unsteady.length} of ${counted} counted repetitions`,
    value: Math.abs(worst),
    limit: 0.05,
  };
}

function stripFullStop(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text;
}
