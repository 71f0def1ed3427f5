import type { ClientBase } from 'pg';
import type { Edge, GraphReading } from '../../model/topology.ts';
import { copyRows } from './copy.ts';

/** Stores who was linked to whom in one attempt. */
export async function writeGraphs(
  client: ClientBase,
  key: number,
  graphs: readonly GraphReading[],
): Promise<void> {
  await copyRows(
    client,
    `testbed.graphs (attempt_key, position, occasion, at, silent_nodes, kept_low, kept_high,
       missing_low, missing_high, extra_low, extra_high)`,
    graphs.map(({ occasion, at, silent, kept, missing, extra }, position) => [
      key,
      position,
      occasion,
      at,
      silent,
      ...[kept, missing, extra].flatMap(columnsOf),
    ]),
  );
}

function columnsOf(edges: readonly Edge[]): readonly (readonly number[])[] {
  return [edges.map(([low]) => low), edges.map(([, high]) => high)];
}
