import type { Clock } from '../lib/clock.ts';
import type { CellId } from '../model/ids.ts';
import type { Capacity, Plan } from '../model/plan.ts';

/** How long the rest will take: the estimate, corrected by how the past really went. */
export interface Pace {
  /**
   * @param options.isLast false: the repetition was invalid and is done again
   * @param options.isWhole false: it ended early, so that its length says nothing about others
   */
  attempted(cellId: CellId, options: { readonly isLast: boolean; readonly isWhole: boolean }): void;
  remainingMs(): number;
}

/**
 * Two corrections, kept apart: how much longer than estimated a whole attempt takes, and how much
 * time a repetition spends on attempts that are done again. One that fails after a moment says
 * little about the second and nothing about the first.
 */
export function createPace(
  plan: Plan,
  capacity: Capacity,
  clock: Pick<Clock, 'monotonicMs'>,
): Pace {
  let lastMs = clock.monotonicMs();
  const expected = new Map(
    capacity.cells.map(({ cellId, durationMs }) => [
      cellId,
      durationMs / plan.scenario.repetitions,
    ]),
  );
  const cost = (cellId: CellId): number => expected.get(cellId) ?? 0;
  const totalMs = plan.order.reduce((sum, { cellId }) => sum + cost(cellId), 0);
  /** Whole attempts: as they were estimated, and as they went. */
  const whole = { estimatedMs: 0, tookMs: 0 };
  /** Estimated, of repetitions that are over; what their earlier attempts took. */
  let doneMs = 0;
  let redoneMs = 0;
  /** Of the repetition under way, if it is done again. */
  let againMs = 0;
  let triedMs = 0;
  return {
    attempted(cellId, { isLast, isWhole }) {
      const nowMs = clock.monotonicMs();
      const tookMs = nowMs - lastMs;
      lastMs = nowMs;
      if (isWhole) {
        whole.estimatedMs += cost(cellId);
        whole.tookMs += tookMs;
      }
      if (isLast) {
        doneMs += cost(cellId);
        redoneMs += triedMs;
      }
      againMs = isLast ? 0 : cost(cellId);
      triedMs = isLast ? 0 : triedMs + tookMs;
    },
    remainingMs() {
      const slowness = whole.estimatedMs > 0 ? whole.tookMs / whole.estimatedMs : 1;
      const extra = doneMs > 0 ? redoneMs / doneMs : 0;
      // Of the repetition under way only its second attempt is left.
      const untouchedMs = totalMs - doneMs - againMs;
      return Math.max(0, untouchedMs * (slowness + extra) + againMs * slowness);
    },
  };
}
