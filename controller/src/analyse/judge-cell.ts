import type { CellReason, RepetitionFinding } from '../model/finding.ts';
import { alarmCodes, reasonCodes } from '../model/reason-kinds.ts';
import {
  type RepetitionRecord,
  type Verdict,
  type VerdictReason,
  wasCut,
} from '../model/record.ts';
import { worseReason } from '../model/worse-reason.ts';

/**
 * The verdict on a cell, from the verdicts on its repetitions.
 * Valid: at least 3 valid repetitions and at least 60 % of those planned. Suspect: the same with
 * suspect repetitions counted in. Invalid: otherwise. A smoke run, planned with fewer than 3
 * repetitions, needs all of them; its warnings say that it supports no comparison.
 * Invalid is also a size of which any repetition, done again or not, ended with a network off its
 * tolerance: a network that is sometimes another one is not the one that was asked for.
 */

const alarms: ReadonlySet<string> = new Set(alarmCodes);

/** Repetitions that a cell needs, unless fewer were planned. */
export const repetitionsMin = 3;
const plannedShareMin = 0.6;

/** Counted repetitions that a cell with so many planned ones needs. */
export function repetitionsNeeded(planned: number): number {
  return Math.max(Math.min(repetitionsMin, planned), Math.ceil(plannedShareMin * planned));
}

/** Whether a cell with this reason is invalid however many repetitions it has. */
export function ruinsCell({ code, verdict }: VerdictReason): boolean {
  return alarms.has(code) || (code === reasonCodes.networkMismatch && verdict === 'invalid');
}

/**
 * Logs that differ, a node that saw contradicting certificates itself, or a proof against a member
 * that nobody made Byzantine.
 */
export function brokeSafety({ safetyViolation, reasons }: RepetitionRecord): boolean {
  return safetyViolation !== null || reasons.some(({ code }) => alarms.has(code));
}

export interface CellJudgement {
  readonly verdict: Verdict;
  readonly reasons: readonly CellReason[];
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
  const needed = repetitionsNeeded(planned);
  const counted = repetitions.filter((repetition) => repetition.isCounted);
  const valid = repetitions.filter((repetition) => repetition.verdict === 'valid');
  const done = repetitions.filter((repetition) => !wasCut(repetition));
  const unsteady = counted.filter((repetition) => repetition.steadiness.kind === 'unsteady');
  const reasons = [...mergeReasons(repetitions)];
  if (unsteady.length > 0) reasons.push(unsteadyReason(unsteady));
  if (counted.length < needed) {
    reasons.push(tooFewReason({ counted: counted.length, done: done.length, planned, needed }));
  }
  if (violated && !reasons.some((reason) => alarms.has(reason.code))) {
    const text = 'Safety was broken in an attempt that was done again.';
    reasons.push({
      code: reasonCodes.safetyViolation,
      verdict: 'invalid',
      text,
      value: null,
      limit: null,
      repetitions: null,
    });
  }
  const mostUnsteady = unsteady.length * 2 > counted.length;
  const verdict =
    reasons.some(ruinsCell) || counted.length < needed
      ? 'invalid'
      : valid.length < needed || mostUnsteady
        ? 'suspect'
        : 'valid';
  return { verdict, reasons };
}

/** One reason per code, with the worst value and the number of repetitions it came up in. */
function mergeReasons(repetitions: readonly RepetitionFinding[]): readonly CellReason[] {
  const byCode = new Map<string, VerdictReason[]>();
  for (const { reasons } of repetitions) {
    // One repetition may give a code twice (two nodes); it counts once.
    for (const code of new Set(reasons.map((reason) => reason.code))) {
      const own = reasons.filter((reason) => reason.code === code);
      // Of one repetition the first speaks: judges give the most telling one first.
      byCode.set(code, [...(byCode.get(code) ?? []), ...own.slice(0, 1)]);
    }
  }
  return [...byCode.values()].map((group) => ({
    ...group.reduce(worseReason),
    repetitions: group.length,
  }));
}

function tooFewReason({
  counted,
  done,
  planned,
  needed,
}: Readonly<Record<'counted' | 'done' | 'planned' | 'needed', number>>): CellReason {
  const undone = planned > done ? ` (${done} ${done === 1 ? 'was' : 'were'} done)` : '';
  const text =
    planned === 1
      ? `The only planned repetition ${done === 0 ? 'was not done' : 'cannot be counted'}.`
      : `${counted === 0 ? 'None' : `Only ${counted}`} of ${planned} planned repetitions can be ` +
        `counted${undone}; at least ${needed} ${needed === 1 ? 'is' : 'are'} needed.`;
  return {
    code: reasonCodes.tooFewRepetitions,
    verdict: 'invalid',
    text,
    value: counted,
    limit: needed,
    repetitions: null,
  };
}

function unsteadyReason(unsteady: readonly RepetitionFinding[]): CellReason {
  const drifts = unsteady.map(({ steadiness }) => steadiness.driftRatio ?? 0);
  const worst = drifts.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  const percent = `${worst < 0 ? '-' : '+'}${Math.abs(100 * worst).toFixed(0)} %`;
  return {
    code: reasonCodes.unsteady,
    verdict: 'suspect',
    text: `Throughput did not hold still over the window: drift up to ${percent}.`,
    value: Math.abs(worst),
    limit: 0.05,
    repetitions: unsteady.length,
  };
}
