import { groupBy } from '../../lib/group-by.ts';
import type { CellFinding, RunFinding } from '../../model/finding.ts';
import type { CellId } from '../../model/ids.ts';
import type { Cell } from '../../model/plan.ts';
import { reasonCodes } from '../../model/reason-kinds.ts';
import type { RunRecord, Verdict } from '../../model/record.ts';
import type { Session, SessionRepetition } from '../../model/session.ts';
import type { ComparedMetric } from './compared-metrics.ts';

/** One cell of one run, as a comparison takes it. */
export interface ComparedSide {
  readonly run: RunRecord;
  readonly cell: Cell;
  readonly verdict: Verdict;
  /** Null where a session is known by its figures alone. */
  readonly quality: number | null;
  /** What needs no statistics: nodes disagreed, the chain stood still. */
  readonly events: readonly string[];
  /** Counted ones only. */
  readonly repetitions: readonly SessionRepetition[];
}

/** A repetition that has this needs no second one to be believed. */
const decisiveCodes: readonly string[] = [reasonCodes.safetyViolation, reasonCodes.noProgress];

export function sidesOf({ run, cells }: RunFinding): readonly ComparedSide[] {
  return cells.flatMap((finding) => {
    const cell = run.plan.cells.find(({ id }) => id === finding.cellId);
    return cell === undefined ? [] : [sideOf(run, cell, finding)];
  });
}

function sideOf(run: RunRecord, cell: Cell, finding: CellFinding): ComparedSide {
  return {
    run,
    cell,
    verdict: finding.verdict,
    quality: finding.quality.score,
    events: finding.reasons
      .filter(({ code }) => decisiveCodes.includes(code))
      .map(({ text }) => text),
    repetitions: finding.repetitions
      .filter(({ isCounted }) => isCounted)
      .map(({ cellId, repetition, figures }) => ({
        cellId,
        repetition,
        isCounted: true,
        figures,
      })),
  };
}

/** Repetitions that a session of the past needs to count at all, as a cell does. */
const countedMin = 3;

/** Cells of an earlier run that have enough counted repetitions. */
export function sidesOfSession({ run, repetitions }: Session): readonly ComparedSide[] {
  const counted = groupBy(
    repetitions.filter(({ isCounted }) => isCounted),
    ({ cellId }): CellId => cellId,
  );
  return run.plan.cells.flatMap((cell) => {
    const own = counted.get(cell.id) ?? [];
    if (own.length < countedMin) return [];
    return [{ run, cell, verdict: 'valid', quality: null, events: [], repetitions: own }];
  });
}

/** One value per counted repetition that has one above 0. */
export function valuesOf(side: ComparedSide, { read }: ComparedMetric): readonly number[] {
  return side.repetitions.flatMap(({ figures }) => {
    const value = read(figures);
    return value === null || value <= 0 ? [] : [value];
  });
}
