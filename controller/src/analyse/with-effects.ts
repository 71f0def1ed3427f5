import type { RepetitionRecord } from '../model/record.ts';
import { judgeAttempt } from './judge-attempt.ts';
import { measureRepetition } from './measure-repetition.ts';

/** The record with what its events did and what its adversary came to, as reports tell it, for SQL. */
export function withEffects(record: RepetitionRecord): RepetitionRecord {
  const { timeline, byzantine } = record;
  return {
    ...record,
    ...(timeline.length === 0 ? {} : { effects: measureRepetition(record).finding.impacts ?? [] }),
    ...(byzantine === undefined
      ? {}
      : { byzantine: { ...byzantine, judgement: judgeAttempt(record) } }),
  };
}
