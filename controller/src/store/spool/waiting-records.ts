import { describeVaried, sizesOf } from '../../model/axes.ts';
import {
  type RepetitionRecord,
  type RunListing,
  type RunRecord,
  type StoredRun,
  wasCut,
} from '../../model/record.ts';
import { describeNetworks } from '../../plan/describe-network.ts';
import type { StorableRecord } from '../record.ts';
import type { SeriesOrigin, SeriesSelection } from '../store.ts';

/*
 * Records that are on disk and not in the database yet, laid over what the database says. Pure:
 * records in, answers out. A waiting record is newer than its stored version, or the same.
 */

/** Waiting records of one run. */
export interface WaitingRun {
  /** Newest version, if one waits. */
  readonly run: RunRecord | undefined;
  readonly repetitions: readonly RepetitionRecord[];
}

/** @param storables of one run, in order of saving: of two versions the later one counts */
export function collectWaiting(storables: readonly StorableRecord[]): WaitingRun {
  let run: RunRecord | undefined;
  const repetitions = new Map<string, RepetitionRecord>();
  for (const storable of storables) {
    if (storable.kind === 'run') run = storable.record;
    else repetitions.set(attemptName(storable.record), storable.record);
  }
  return { run, repetitions: [...repetitions.values()] };
}

/**
 * @param stored what the database has of the run; undefined for nothing
 * @returns undefined if neither has the run itself
 */
export function overlayRun(
  stored: StoredRun | undefined,
  waiting: WaitingRun,
): StoredRun | undefined {
  const run = waiting.run ?? stored?.run;
  if (run === undefined) return undefined;
  const repetitions = new Map<string, RepetitionRecord>();
  for (const record of stored?.repetitions ?? []) repetitions.set(attemptName(record), record);
  for (const record of waiting.repetitions) {
    repetitions.set(attemptName(record), { ...record, samples: [], hostSamples: [] });
  }
  const all = [...repetitions.values()].sort(
    (a, b) => a.startedAt.getTime() - b.startedAt.getTime(),
  );
  return { run, repetitions: all };
}

/**
 * Series of waiting repetitions laid over stored ones.
 * @param stored all attempts
 * @param take the series of one waiting repetition
 */
export function overlaySeries<T>(
  stored: readonly (T & SeriesOrigin)[],
  waiting: WaitingRun,
  selection: SeriesSelection,
  take: (repetition: RepetitionRecord) => readonly T[],
): readonly (T & SeriesOrigin)[] {
  const wanted = waiting.repetitions.filter(
    ({ id }) => selection.repetitionId === undefined || id === selection.repetitionId,
  );
  const covered = new Set(wanted.map(attemptName));
  const kept = stored.filter(
    ({ repetitionId, attempt }) => !covered.has(attemptName({ id: repetitionId, attempt })),
  );
  const added = wanted.flatMap((repetition) =>
    take(repetition).map((item) => ({
      ...item,
      repetitionId: repetition.id,
      attempt: repetition.attempt,
    })),
  );
  const all = [...kept, ...added];
  if (selection.attempts === 'all') return all;
  const last = lastAttempts([
    ...all.map(({ repetitionId, attempt }) => ({ id: repetitionId, attempt })),
    // An attempt without values is the last one all the same.
    ...wanted,
  ]);
  return all.filter(({ repetitionId, attempt }) => last.get(repetitionId) === attempt);
}

/** What `runs` shows of a run of which nothing is in the database. */
export function listWaiting({ run, repetitions }: WaitingRun): RunListing | undefined {
  if (run === undefined) return undefined;
  const highest = lastAttempts(repetitions);
  const last = repetitions.filter(({ id, attempt }) => highest.get(id) === attempt);
  return {
    id: run.id,
    name: run.name,
    status: run.status,
    runtime: run.runtime,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    sizes: sizesOf(run.plan),
    varied: describeVaried(run.plan.axes),
    repetitionsPlanned: run.plan.order.length,
    repetitionsDone: last.filter((record) => !wasCut(record)).length,
    repetitionsValid: last.filter(({ verdict }) => verdict === 'valid').length,
    shaper: run.plan.shaper,
    network: describeNetworks(run.plan),
  };
}

interface Attempt {
  readonly id: string;
  readonly attempt: number;
}

/** Highest attempt by repetition. */
function lastAttempts(attempts: readonly Attempt[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const { id, attempt } of attempts) last.set(id, Math.max(attempt, last.get(id) ?? 0));
  return last;
}

function attemptName({ id, attempt }: Attempt): string {
  return `${id}#${attempt}`;
}
