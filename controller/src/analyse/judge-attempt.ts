import type { AttemptJudgement } from '../model/byzantine.ts';
import { reasonCodes } from '../model/reason-kinds.ts';
import type { RepetitionRecord } from '../model/record.ts';
import { brokeSafety } from './judge-cell.ts';

/** Pure. */
export function judgeAttempt(record: RepetitionRecord): AttemptJudgement {
  const { nodeCount, reasons } = record;
  const has = (code: string): boolean => reasons.some((reason) => reason.code === code);
  // Without a log at all nothing was compared.
  const isUnverified =
    has(reasonCodes.safetyUnverified) || record.nodes.every(({ log }) => log === null);
  return {
    faultyMax: Math.floor((nodeCount - 1) / 3),
    safety: brokeSafety(record) ? 'broken' : isUnverified ? 'unverified' : 'held',
    isHalted: has(reasonCodes.noProgress),
  };
}
