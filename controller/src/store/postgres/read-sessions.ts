import type { ClientBase } from 'pg';
import type { CellId, RunId } from '../../model/ids.ts';
import { alarmCodes, reasonCodes } from '../../model/reason-kinds.ts';
import type { Session, SessionRepetition, SessionSearch } from '../../model/session.ts';
import { encodeText } from '../codec/text.ts';
import { readRun } from './read-run.ts';

interface FigureRow {
  readonly run_id: RunId;
  readonly cell_id: CellId;
  readonly repetition: number;
  readonly is_counted: boolean;
  readonly committed_tx_per_sec: number | null;
  readonly success_ratio: number | null;
  readonly messages_per_operation: number | null;
  readonly bytes_per_operation: number | null;
  readonly cpu_cores_per_node: number | null;
  readonly latency_mean_ms: number | null;
  readonly latency_p50_ms: number | null;
  readonly latency_p95_ms: number | null;
  readonly latency_p99_ms: number | null;
}

/**
 * Completed runs of one name with the figures of their repetitions, as the view computes them: the
 * same as the analysis, without the histograms. The runs are chosen by an index first, so the time
 * taken grows with `limit` and not with what is stored.
 * @returns newest first
 */
export async function readSessions(
  client: ClientBase,
  { name, before, limit }: SessionSearch,
): Promise<readonly Session[]> {
  const chosen = await client.query<{ readonly run_id: RunId }>(
    `select run_id from testbed.runs
     where status = 'completed' and ($1::text is null or name = $1)
       and ($2::timestamptz is null or started_at < $2)
     order by started_at desc, run_id desc limit $3`,
    [name === undefined ? null : encodeText(name), before ?? null, limit],
  );
  const ids = chosen.rows.map(({ run_id }) => run_id);
  const { rows } = await client.query<FigureRow>(
    `select run_id, cell_id, repetition, is_counted, committed_tx_per_sec, success_ratio,
       messages_per_operation, bytes_per_operation, cpu_cores_per_node, latency_mean_ms,
       latency_p50_ms, latency_p95_ms, latency_p99_ms
     from testbed.run_repetitions where run_id = any($1) and is_last
     order by cell_id, repetition`,
    [ids],
  );
  const ruined = await readRuined(client, ids);
  const sessions: Session[] = [];
  // One connection answers one question at a time.
  for (const id of ids) {
    const own = rows.filter(({ run_id }) => run_id === id);
    sessions.push({
      run: await readRun(client, id),
      repetitions: own.map(decode),
      ruined: ruined.filter(({ run_id }) => run_id === id).map(({ cell_id }) => cell_id),
    });
  }
  return sessions;
}

/** As analyse/judge-cell.ts has it: alarms in any attempt, a network off its tolerance in the last. */
async function readRuined(
  client: ClientBase,
  ids: readonly RunId[],
): Promise<readonly Pick<FigureRow, 'run_id' | 'cell_id'>[]> {
  const { rows } = await client.query<Pick<FigureRow, 'run_id' | 'cell_id'>>(
    `select distinct a.run_id, a.cell_id
     from testbed.run_attempts a left join testbed.verdict_reasons v using (attempt_key)
     where a.run_id = any($1) and (a.safety_violation_height is not null or v.code = any($2)
       or (a.is_last and v.code = $3 and v.verdict = 'invalid'))
     order by a.run_id, a.cell_id`,
    [ids, alarmCodes, reasonCodes.networkMismatch],
  );
  return rows;
}

function decode(row: FigureRow): SessionRepetition {
  const { latency_mean_ms: meanMs, latency_p50_ms: p50Ms, latency_p95_ms: p95Ms } = row;
  return {
    cellId: row.cell_id,
    repetition: row.repetition,
    isCounted: row.is_counted,
    figures: {
      throughputTxPerSec: row.committed_tx_per_sec,
      successRatio: row.success_ratio,
      messagesPerOperation: row.messages_per_operation,
      bytesPerOperation: row.bytes_per_operation,
      cpuCoresPerNode: row.cpu_cores_per_node,
      latency:
        meanMs === null || p50Ms === null || p95Ms === null
          ? null
          : { meanMs, p50Ms, p95Ms, p99Ms: row.latency_p99_ms },
    },
  };
}
