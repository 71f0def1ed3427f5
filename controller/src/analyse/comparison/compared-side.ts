import type { CellFinding, RunFinding } from '../../model/finding.ts';
import type { Cell } from '../../model/plan.ts';
import { reasonCodes } from '../../model/reason-kinds.ts';
import type { RunRecord, Verdict } from '../../model/record.ts';
import type { Session, SessionRepetition } from '../../model/session.ts';
import { repetitionsMin, repetitionsNeeded } from '../judge-cell.ts';
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

/**
 * Cells of an earlier run. Valid are those that were when they were measured, and had at least three
 * counted repetitions: fewer support no comparison, whatever was planned.
 */
export function sidesOfSession({ run, repetitions, ruined }: Session): readonly ComparedSide[] {
  return run.plan.cells.map((cell) => {
    const own = repetitions.filter(({ isCounted, cellId }) => isCounted && cellId === cell.id);
    const planned = run.plan.order.filter(({ cellId }) => cellId === cell.id).length;
    const isEnough = own.length >= Math.max(repetitionsMin, repetitionsNeeded(planned));
    const verdict = isEnough && !ruined.includes(cell.id) ? 'valid' : 'invalid';
    return { run, cell, verdict, quality: null, events: [], repetitions: own };
  });
}

/** One value per counted repetition that has one above 0. */
export function valuesOf(side: ComparedSide, { read }: ComparedMetric): readonly number[] {
  return side.repetitions.flatMap(({ figures }) => {
    const value = read(figures);
    return value === null || value <= 0 ? [] : [value];
  });
}
