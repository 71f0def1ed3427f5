import type { CellId } from '../../model/ids.ts';
import type { Plan } from '../../model/plan.ts';
import { type LatencyFloor, latencyFloor } from './latency-floor.ts';

/** Of every cell that has one, in the order of the plan. */
export function listFloors({
  cells,
}: Plan): readonly (LatencyFloor & { readonly cellId: CellId })[] {
  return cells.flatMap((cell) => {
    const floor = latencyFloor(cell);
    return floor === null ? [] : [{ cellId: cell.id, ...floor }];
  });
}
