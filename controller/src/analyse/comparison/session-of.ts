import type { RunFinding } from '../../model/finding.ts';
import type { Session } from '../../model/session.ts';

/** An analysed run as a session of a history. */
export function sessionOf({ run, cells }: RunFinding): Session {
  return {
    run,
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
