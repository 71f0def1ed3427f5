import type { ClientBase } from 'pg';
import type { RunId } from '../../model/ids.ts';
import type { Edge, GraphReading } from '../../model/topology.ts';
import { type ByAttempt, groupByAttempt } from './attempts.ts';

interface GraphRow {
  readonly attempt_key: number;
  readonly occasion: GraphReading['occasion'];
  readonly at: Date;
  readonly silent_nodes: number[];
  readonly kept_low: number[];
  readonly kept_high: number[];
  readonly missing_low: number[];
  readonly missing_high: number[];
  readonly extra_low: number[];
  readonly extra_high: number[];
}

/** Who was linked to whom in all attempts, in order of time. */
export async function readGraphs(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<GraphReading>> {
  const result = await client.query<GraphRow>(
    `select * from testbed.graphs where attempt_key in (${filter}) order by attempt_key, position`,
    [runId],
  );
  return groupByAttempt(result.rows, (row) => ({
    occasion: row.occasion,
    at: row.at,
    silent: row.silent_nodes,
    kept: edgesOf(row.kept_low, row.kept_high),
    missing: edgesOf(row.missing_low, row.missing_high),
    extra: edgesOf(row.extra_low, row.extra_high),
  }));
}

function edgesOf(lows: readonly number[], highs: readonly number[]): readonly Edge[] {
  return lows.map((low, index): Edge => [low, highs[index] ?? low]);
}
