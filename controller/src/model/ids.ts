/** Branded identifiers: plain strings that cannot be mixed up, made only by these constructors. */

export type RunId = string & { readonly brand: 'RunId' };
export type CellId = string & { readonly brand: 'CellId' };
export type RepetitionId = string & { readonly brand: 'RepetitionId' };

/**
 * Sortable by start time and safe in container names, file names and labels:
 * `yyyymmdd-hhmmss-xxxx` in UTC, the last part four base-36 characters of chance.
 * @param startedAt wall-clock start of the run
 * @param chance uniform in [0, 1)
 */
export function createRunId(startedAt: Date, chance: number): RunId {
  const stamp = startedAt.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const suffix = Math.floor(chance * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return `${stamp}-${suffix}` as RunId;
}

/** Shape of every run id, for checking what a person typed. */
export const runIdPattern: RegExp = /^\d{8}-\d{6}-[0-9a-z]{4}$/;

/** @throws never; returns undefined for text that is not a run id */
export function parseRunId(text: string): RunId | undefined {
  return runIdPattern.test(text) ? (text as RunId) : undefined;
}

/** Names a cell of the size axis alone: `n16`; plan/name-cells.ts names all others. */
export function createCellId(nodeCount: number): CellId {
  return `n${nodeCount}` as CellId;
}

/** `<run>/<cell>/<repetition>`, repetitions counted from 0. */
export function createRepetitionId(run: RunId, cell: CellId, repetition: number): RepetitionId {
  return `${run}/${cell}/${repetition}` as RepetitionId;
}
