import type { RunFinding } from '../../model/finding.ts';
import type { Session } from '../../model/session.ts';
import { ruinsCell } from '../judge-cell.ts';

/** An analysed run as a session of a history. */
export function sessionOf({ run, cells }: RunFinding): Session {
  return {
    run,
    ruined: cells.filter(({ reasons }) => reasons.some(ruinsCell)).map(({ cellId }) => cellId),
    repetitions: cells.flatMap(({ repetitions }) =>
      repetitions.map(({ cellId, repetition, isCounted, figures }) => ({
        cellId,
        repetition,
        isCounted,
        figures,
      })),
    ),
  };
}
