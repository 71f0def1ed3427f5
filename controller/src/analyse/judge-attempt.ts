import type { AttemptJudgement } from '../model/byzantine.ts';
import { reasonCodes } from '../model/reason-kinds.ts';
import type { RepetitionRecord } from '../model/record.ts';
import { brokeSafety } from './judge-cell.ts';

/** Pure. */
export function judgeAttempt(record: RepetitionRecord): AttemptJudgement {
  const { nodeCount, reasons } = record;
  const has = (code: string): boolean => reasons.some((reason) => reason.code === code);
  const members = new Set(record.byzantine?.members.map(({ nodeIndex }) => nodeIndex));
  const honest = record.nodes.filter(({ nodeIndex }) => !members.has(nodeIndex));
  // Without a log of an honest node nothing was compared.
  const isUnverified = has(reasonCodes.safetyUnverified) || honest.every(({ log }) => log === null);
  return {
    faultyMax: Math.floor((nodeCount - 1) / 3),
    safety: brokeSafety(record) ? 'broken' : isUnverified ? 'unverified' : 'held',
    isHalted: has(reasonCodes.noProgress),
  };
}
