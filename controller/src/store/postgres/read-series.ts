import type { ClientBase } from 'pg';
import type { RunId } from '../../model/ids.ts';
import type { HostSampleRecord, SampleRecord } from '../../model/record.ts';
import { decodeText, encodeText } from '../codec/text.ts';
import type { SampleSelection, SeriesOrigin, SeriesSelection } from '../store.ts';
import { attemptFilter } from './attempts.ts';

interface SeriesRow {
  readonly repetition_id: string;
  readonly attempt: number;
  readonly node_index: number;
  readonly metric: string;
  readonly at_ms: number[];
  readonly value: number[];
}

export async function readSamples(
  client: ClientBase,
  runId: RunId,
  selection: SampleSelection,
): Promise<readonly (SampleRecord & SeriesOrigin)[]> {
  const { attempts = 'last', repetitionId, metrics } = selection;
  const result = await client.query<SeriesRow>(
    `select r.repetition_id, r.attempt, s.node_index, s.metric, s.value,
       array(select (extract(epoch from t) * 1000)::float8 from unnest(s.at) t) as at_ms
     from testbed.series s join testbed.repetitions r using (attempt_key)
     where s.attempt_key in (${attemptFilter[attempts]})
       and ($2::text is null or r.repetition_id = $2)
       and ($3::text[] is null or s.metric = any ($3))
     order by r.started_at, r.attempt_key, s.position`,
    [runId, repetitionId ?? null, metrics?.map(encodeText) ?? null],
  );
  return result.rows.flatMap((row) => {
    const metric = decodeText(row.metric);
    return row.value.map((value, index) => ({
      repetitionId: row.repetition_id,
      attempt: row.attempt,
      nodeIndex: row.node_index,
      at: new Date(row.at_ms[index] ?? Number.NaN),
      metric,
      value,
    }));
  });
}

interface HostRow {
  readonly repetition_id: string;
  readonly attempt: number;
  readonly host: number;
  readonly at: Date;
  readonly period_ms: number;
  readonly cpu_busy_ratio: number;
  readonly cpu_own_ratio: number;
  readonly cpu_foreign_ratio: number;
  readonly cpu_steal_ratio: number;
  readonly psi_cpu_some_ratio: number | null;
  readonly psi_memory_some_ratio: number | null;
  readonly psi_io_full_ratio: number | null;
  readonly memory_available_bytes: number;
  readonly swap_in_pages: number;
  readonly controller_loop_delay_ms_p99: number;
}

export async function readHostSamples(
  client: ClientBase,
  runId: RunId,
  { attempts = 'last', repetitionId }: SeriesSelection,
): Promise<readonly (HostSampleRecord & SeriesOrigin)[]> {
  const result = await client.query<HostRow>(
    `select r.repetition_id, r.attempt, h.*
     from testbed.host_samples h join testbed.repetitions r using (attempt_key)
     where h.attempt_key in (${attemptFilter[attempts]})
       and ($2::text is null or r.repetition_id = $2)
     order by r.started_at, r.attempt_key, h.position`,
    [runId, repetitionId ?? null],
  );
  return result.rows.map((row) => ({
    repetitionId: row.repetition_id,
    attempt: row.attempt,
    host: row.host,
    at: row.at,
    periodMs: row.period_ms,
    cpuBusyRatio: row.cpu_busy_ratio,
    cpuOwnRatio: row.cpu_own_ratio,
    cpuForeignRatio: row.cpu_foreign_ratio,
    cpuStealRatio: row.cpu_steal_ratio,
    psiCpuSomeRatio: row.psi_cpu_some_ratio,
    psiMemorySomeRatio: row.psi_memory_some_ratio,
    psiIoFullRatio: row.psi_io_full_ratio,
    memoryAvailableBytes: row.memory_available_bytes,
    swapInPages: row.swap_in_pages,
    controllerLoopDelayMsP99: row.controller_loop_delay_ms_p99,
  }));
}
