import type { RepetitionRecord } from '../model/record.ts';
import { measureRepetition } from './measure-repetition.ts';

/** The record with what the events of its timeline did, as reports tell it, for SQL. */
export function withEffects(record: RepetitionRecord): RepetitionRecord {
  if (record.timeline.length === 0) return record;
  return { ...record, effects: measureRepetition(record).finding.impacts ?? [] };
}
