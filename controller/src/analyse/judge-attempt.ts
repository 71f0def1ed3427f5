import type { Safety } from '../model/byzantine-finding.ts';
import { reasonCodes } from '../model/reason-kinds.ts';
import type { RepetitionRecord } from '../model/record.ts';
import { brokeSafety } from './judge-cell.ts';

/** Of one attempt with an adversary: whether safety held, and whether it went on. Pure. */
export interface AttemptJudgement {
  readonly faultyMax: number;
  readonly safety: Safety;
  readonly isHalted: boolean;
}

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
