import type { RepetitionRecord, RunRecord } from '../model/record.ts';

/** One thing to store, with the moment of saving: of two versions of a record the later one stays. */
export type StorableRecord =
  | { readonly kind: 'run'; readonly savedAt: Date; readonly record: RunRecord }
  | { readonly kind: 'repetition'; readonly savedAt: Date; readonly record: RepetitionRecord };

export function runIdOf(storable: StorableRecord): RunRecord['id'] {
  return storable.kind === 'run' ? storable.record.id : storable.record.runId;
}
