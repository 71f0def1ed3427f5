import type { Cell } from '../model/plan.ts';
import { placeOf } from '../model/planned-node.ts';
import type { NetworkRecord, RepetitionRecord } from '../model/record.ts';

/** A repetition that has a record of its network. */
export interface ShapedRepetition {
  readonly record: RepetitionRecord;
  readonly network: NetworkRecord;
  readonly isCounted: boolean;
}

/** Unix time of a record's date, which is text in a record that comes back from result.json. */
export function timeMs(at: Date): number {
  return new Date(at).getTime();
}

/** Name of the region that a node of the plan lives in. */
export function regionOf({ nodes }: Pick<Cell, 'nodes'>, nodeIndex: number): string {
  const node = nodes[nodeIndex];
  return node === undefined ? `node ${nodeIndex}` : placeOf(node);
}
