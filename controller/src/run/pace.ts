import type { Clock } from '../lib/clock.ts';
import type { CellId } from '../model/ids.ts';
import type { Capacity, Plan } from '../model/plan.ts';

/** How long the rest will take: the estimate, corrected by how long the past really took. */
export interface Pace {
  done(cellId: CellId): void;
  remainingMs(): number;
}

export function createPace(plan: Plan, capacity: Capacity, clock: Clock): Pace {
  const startedMs = clock.monotonicMs();
  const expected = new Map(
    capacity.cells.map(({ cellId, durationMs }) => [
      cellId,
      durationMs / plan.scenario.repetitions,
    ]),
  );
  const cost = (cellId: CellId): number => expected.get(cellId) ?? 0;
  const totalMs = plan.order.reduce((sum, { cellId }) => sum + cost(cellId), 0);
  let doneMs = 0;
  return {
    done(cellId) {
      doneMs += cost(cellId);
    },
    remainingMs() {
      const correction = doneMs > 0 ? (clock.monotonicMs() - startedMs) / doneMs : 1;
      return Math.max(0, (totalMs - doneMs) * correction);
    },
  };
}
