import type { ClientBase } from 'pg';
import type { RepetitionRecord, SampleRecord } from '../../model/record.ts';
import { encodeText } from '../codec/text.ts';
import { type CopyValue, copyRows, encodeTimestamp } from './copy.ts';
import { writeByzantine } from './write-byzantine.ts';
import { writeGraphs } from './write-graphs.ts';
import { writeHistograms } from './write-histograms.ts';
import { writeNetwork } from './write-network.ts';
import { writeNodes } from './write-nodes.ts';
import { writeEffects, writeTimeline } from './write-timeline.ts';

/**
 * Stores one attempt of a repetition, with everything that belongs to it, in one transaction.
 * An attempt with the same id is replaced, unless it was saved later than this one.
 */
export async function writeRepetition(
  client: ClientBase,
  repetition: RepetitionRecord,
  savedAt: Date,
): Promise<void> {
  await client.query('begin');
  if (!(await makeRoom(client, repetition, savedAt))) {
    await client.query('commit');
    return;
  }
  const key = await insertAttempt(client, repetition, savedAt);
  await writeStory(client, key, repetition);
  await writeNodes(client, key, repetition.nodes);
  await writeHistograms(client, key, repetition);
  await writeNetwork(client, key, repetition.network);
  await writeTimeline(client, key, repetition.timeline);
  await writeGraphs(client, key, repetition.graphs);
  await writeByzantine(client, key, repetition);
  await writeEffects(client, key, repetition.effects ?? []);
  await writeHostSamples(client, key, repetition);
  await writeSeries(client, key, repetition.samples);
  await client.query('commit');
}

/** @returns false if a newer version is stored, which then stays */
async function makeRoom(
  client: ClientBase,
  repetition: RepetitionRecord,
  savedAt: Date,
): Promise<boolean> {
  const identity = [repetition.id, repetition.attempt];
  // Two processes may drain the same spool file: the second waits here and then replaces the first.
  await client.query('select pg_advisory_xact_lock(hashtextextended($1::text, $2::int))', identity);
  const newer = await client.query(
    `select from testbed.repetitions
     where repetition_id = $1 and attempt = $2 and saved_at > $3`,
    [...identity, encodeTimestamp(savedAt)],
  );
  if (newer.rowCount !== 0) return false;
  await client.query(
    'delete from testbed.repetitions where repetition_id = $1 and attempt = $2',
    identity,
  );
  return true;
}

async function insertAttempt(
  client: ClientBase,
  repetition: RepetitionRecord,
  savedAt: Date,
): Promise<number> {
  const { failure } = repetition;
  const inserted = await client.query<{ attempt_key: number }>(
    `insert into testbed.repetitions (repetition_id, run_id, cell_id, repetition, attempt,
       node_count, seed, started_at, ended_at, verdict, safety_violation_height, failure_code,
       failure_message, bring_up_ms, scrape_completeness, shaper, saved_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
     returning attempt_key`,
    [
      repetition.id,
      repetition.runId,
      repetition.cellId,
      repetition.repetition,
      repetition.attempt,
      repetition.nodeCount,
      repetition.seed,
      encodeTimestamp(repetition.startedAt),
      encodeTimestamp(repetition.endedAt),
      repetition.verdict,
      repetition.safetyViolation?.height ?? null,
      failure === null ? null : encodeText(failure.code),
      failure === null ? null : encodeText(failure.message),
      repetition.bringUpMs,
      repetition.scrapeCompleteness,
      repetition.network?.shaper ?? null,
      encodeTimestamp(savedAt),
    ],
  );
  const row = inserted.rows[0];
  if (row === undefined) throw new Error('Broken invariant: an insert returned no row');
  return row.attempt_key;
}

async function writeStory(
  client: ClientBase,
  key: number,
  repetition: RepetitionRecord,
): Promise<void> {
  await copyRows(
    client,
    'testbed.safety_groups (attempt_key, position, digest, nodes)',
    (repetition.safetyViolation?.groups ?? []).map((group, position) => [
      key,
      position,
      group.digestHex,
      group.nodes,
    ]),
  );
  await copyRows(
    client,
    `testbed.verdict_reasons (attempt_key, position, code, verdict, text, measured_value,
       limit_value)`,
    repetition.reasons.map((reason, position) => [
      key,
      position,
      reason.code,
      reason.verdict,
      reason.text,
      reason.value,
      reason.limit,
    ]),
  );
  await copyRows(
    client,
    'testbed.phases (attempt_key, position, phase, started_at, ended_at)',
    repetition.phases.map((phase, position) => [
      key,
      position,
      phase.phase,
      phase.startedAt,
      phase.endedAt,
    ]),
  );
  await copyRows(
    client,
    'testbed.events (attempt_key, position, at, kind, node_index, text)',
    repetition.events.map((event, position) => [
      key,
      position,
      event.at,
      event.kind,
      event.nodeIndex,
      event.text,
    ]),
  );
}

async function writeHostSamples(
  client: ClientBase,
  key: number,
  repetition: RepetitionRecord,
): Promise<void> {
  await copyRows(
    client,
    `testbed.host_samples (attempt_key, position, host, at, period_ms, cpu_busy_ratio, cpu_own_ratio,
       cpu_foreign_ratio, cpu_steal_ratio, psi_cpu_some_ratio, psi_memory_some_ratio,
       psi_io_full_ratio, memory_available_bytes, swap_in_pages, controller_loop_delay_ms_p99)`,
    repetition.hostSamples.map((sample, position) => [
      key,
      position,
      sample.host,
      sample.at,
      sample.periodMs,
      sample.cpuBusyRatio,
      sample.cpuOwnRatio,
      sample.cpuForeignRatio,
      sample.cpuStealRatio,
      sample.psiCpuSomeRatio,
      sample.psiMemorySomeRatio,
      sample.psiIoFullRatio,
      sample.memoryAvailableBytes,
      sample.swapInPages,
      sample.controllerLoopDelayMsP99,
    ]),
  );
}

interface Series {
  readonly nodeIndex: number;
  readonly metric: string;
  readonly at: Date[];
  readonly value: number[];
}

async function writeSeries(
  client: ClientBase,
  key: number,
  samples: readonly SampleRecord[],
): Promise<void> {
  const series = groupSamples(samples);
  await copyRows(
    client,
    'testbed.series (attempt_key, position, node_index, metric, at, value)',
    (function* rows(): Generator<readonly CopyValue[]> {
      let position = 0;
      for (const { nodeIndex, metric, at, value } of series) {
        yield [key, position++, nodeIndex, metric, at, value];
      }
    })(),
  );
}

/** One series per node and metric, in order of first appearance; values keep their order. */
function groupSamples(samples: readonly SampleRecord[]): readonly Series[] {
  const byNode = new Map<number, Map<string, Series>>();
  const all: Series[] = [];
  for (const { nodeIndex, metric, at, value } of samples) {
    let byMetric = byNode.get(nodeIndex);
    if (byMetric === undefined) {
      byMetric = new Map();
      byNode.set(nodeIndex, byMetric);
    }
    let series = byMetric.get(metric);
    if (series === undefined) {
      series = { nodeIndex, metric, at: [], value: [] };
      byMetric.set(metric, series);
      all.push(series);
    }
    series.at.push(at);
    series.value.push(value);
  }
  return all;
}
