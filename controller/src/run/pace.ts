import type { Clock } from '../lib/clock.ts';
import type { CellId } from '../model/ids.ts';
import type { Capacity, Plan } from '../model/plan.ts';

/** How long the rest will take: the estimate, corrected by how the past really went. */
export interface Pace {
  /** @param options.isLast false: the repetition was invalid and is done again */
  attempted(cellId: CellId, options: { readonly isLast: boolean }): void;
  remainingMs(): number;
}

/**
 * Two corrections, kept apart: how much longer than estimated an attempt takes, and how many
 * attempts a repetition takes. An attempt that failed is evidence for both.
 */
export function createPace(
  plan: Plan,
  capacity: Capacity,
  clock: Pick<Clock, 'monotonicMs'>,
): Pace {
  const startedMs = clock.monotonicMs();
  const expected = new Map(
    capacity.cells.map(({ cellId, durationMs }) => [
      cellId,
      durationMs / plan.scenario.repetitions,
    ]),
  );
  const cost = (cellId: CellId): number => expected.get(cellId) ?? 0;
  const totalMs = plan.order.reduce((sum, { cellId }) => sum + cost(cellId), 0);
  /** All in estimated time: repetitions that are over, attempts, the next attempt of a repetition. */
  let doneMs = 0;
  let attemptedMs = 0;
  let againMs = 0;
  return {
    attempted(cellId, { isLast }) {
      attemptedMs += cost(cellId);
      if (isLast) doneMs += cost(cellId);
      againMs = isLast ? 0 : cost(cellId);
    },
    remainingMs() {
      if (attemptedMs === 0) return totalMs;
      const slowness = (clock.monotonicMs() - startedMs) / attemptedMs;
      const finished = attemptedMs - againMs;
      const attempts = doneMs > 0 ? finished / doneMs : 1;
      // Of the repetition under way only its second attempt is left.
      const untouchedMs = totalMs - doneMs - againMs;
      return Math.max(0, slowness * (untouchedMs * attempts + againMs));
    },
  };
}
