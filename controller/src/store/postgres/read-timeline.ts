import type { ClientBase } from 'pg';
import type { NodeResults } from '../../../../node-image/src/contract/index.ts';
import type { RunId } from '../../model/ids.ts';
import type { EventKind, TimelineRecord, Witness } from '../../model/timeline.ts';
import { decodeText } from '../codec/text.ts';
import { type ByAttempt, groupByAttempt } from './attempts.ts';

interface EventRow {
  readonly attempt_key: number;
  readonly event_index: number;
  readonly kind: EventKind;
  readonly text: string;
  readonly planned_at: Date;
  readonly planned_end_at: Date | null;
  readonly begun_at: Date | null;
  readonly ended_at: Date | null;
  readonly nodes: number[];
  readonly witness_quantity: string | null;
  readonly witness_text: string | null;
  readonly witness_value: number | null;
  readonly witness_limit: number | null;
  readonly witness_seen: boolean | null;
  readonly error: string | null;
}

/** The events of all attempts in the order in which they were recorded. */
export async function readTimelines(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<TimelineRecord>> {
  const result = await client.query<EventRow>(
    `select * from testbed.timeline_events where attempt_key in (${filter})
     order by attempt_key, position`,
    [runId],
  );
  return groupByAttempt(result.rows, (row) => ({
    eventIndex: row.event_index,
    kind: row.kind,
    text: decodeText(row.text),
    plannedAt: row.planned_at,
    plannedEndAt: row.planned_end_at,
    begunAt: row.begun_at,
    endedAt: row.ended_at,
    nodes: row.nodes,
    witness: decodeWitness(row),
    error: row.error === null ? null : decodeText(row.error),
  }));
}

function decodeWitness(row: EventRow): Witness | null {
  if (row.witness_seen === null) return null;
  return {
    quantity: decodeText(row.witness_quantity ?? ''),
    text: decodeText(row.witness_text ?? ''),
    value: row.witness_value,
    limit: row.witness_limit,
    isSeen: row.witness_seen,
  };
}

/** Columns of testbed.nodes; null together. */
export interface CommitRow {
  readonly commit_slice_ms: number | null;
  readonly commit_slices: number[] | null;
  readonly commit_blocks: number[] | null;
  readonly commit_transactions: number[] | null;
}

/** Nothing where the node did not tell, or where it was not stored. */
export function decodeCommits(row: CommitRow): Pick<NodeResults, 'commits'> {
  const { commit_slice_ms: sliceMs, commit_slices: numbers } = row;
  if (sliceMs === null || numbers === null) return {};
  return {
    commits: {
      sliceMs,
      slices: numbers.map((slice, index) => [
        slice - (numbers[index - 1] ?? 0),
        row.commit_blocks?.[index] ?? 0,
        row.commit_transactions?.[index] ?? 0,
      ]),
    },
  };
}
