import type { ClientBase } from 'pg';
import type { CellId, RepetitionId, RunId } from '../../model/ids.ts';
import type { ShaperKind } from '../../model/network.ts';
import type {
  EventRecord,
  PhaseName,
  PhaseRecord,
  RepetitionRecord,
  SafetyViolation,
  Verdict,
  VerdictReason,
} from '../../model/record.ts';
import { decodeText } from '../codec/text.ts';
import { attemptFilter, type ByAttempt, groupByAttempt } from './attempts.ts';
import { readByzantine } from './read-byzantine.ts';
import { readGraphs } from './read-graphs.ts';
import { readNetworks } from './read-network.ts';
import { readNodes } from './read-nodes.ts';
import { readTimelines } from './read-timeline.ts';

interface AttemptRow {
  readonly attempt_key: number;
  readonly repetition_id: RepetitionId;
  readonly run_id: RunId;
  readonly cell_id: CellId;
  readonly repetition: number;
  readonly attempt: number;
  readonly node_count: number;
  readonly seed: number;
  readonly started_at: Date;
  readonly ended_at: Date;
  readonly verdict: Verdict;
  readonly safety_violation_height: number | null;
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly bring_up_ms: number | null;
  readonly scrape_completeness: number;
  readonly shaper: ShaperKind | null;
}

/** All attempts in order of start, without their series. Call inside one repeatable-read transaction. */
export async function readRepetitions(
  client: ClientBase,
  runId: RunId,
): Promise<readonly RepetitionRecord[]> {
  const filter = attemptFilter.all;
  const rows = await client.query<AttemptRow>(
    `select * from testbed.repetitions where attempt_key in (${filter})
     order by started_at, attempt_key`,
    [runId],
  );
  const reasons = await readReasons(client, runId, filter);
  const phases = await readPhases(client, runId, filter);
  const events = await readEvents(client, runId, filter);
  const groups = await readGroups(client, runId, filter);
  const nodes = await readNodes(client, runId, filter);
  const networkOf = await readNetworks(client, runId, filter);
  const timelines = await readTimelines(client, runId, filter);
  const graphs = await readGraphs(client, runId, filter);
  const byzantine = await readByzantine(client, runId, filter);
  return rows.rows.map((row): RepetitionRecord => {
    const key = row.attempt_key;
    const adversary = byzantine.get(key);
    return {
      id: row.repetition_id,
      runId: row.run_id,
      cellId: row.cell_id,
      repetition: row.repetition,
      nodeCount: row.node_count,
      seed: row.seed,
      attempt: row.attempt,
      startedAt: row.started_at,
      endedAt: row.ended_at,
      verdict: row.verdict,
      reasons: reasons.get(key) ?? [],
      safetyViolation:
        row.safety_violation_height === null
          ? null
          : { height: row.safety_violation_height, groups: groups.get(key) ?? [] },
      failure:
        row.failure_code === null
          ? null
          : { code: decodeText(row.failure_code), message: decodeText(row.failure_message ?? '') },
      bringUpMs: row.bring_up_ms,
      phases: phases.get(key) ?? [],
      events: events.get(key) ?? [],
      nodes: nodes.get(key) ?? [],
      samples: [],
      hostSamples: [],
      scrapeCompleteness: row.scrape_completeness,
      network: networkOf(key, row.shaper),
      timeline: timelines.get(key) ?? [],
      graphs: graphs.get(key) ?? [],
      ...(adversary === undefined ? {} : { byzantine: adversary }),
    };
  });
}

interface ReasonRow {
  readonly attempt_key: number;
  readonly code: string;
  readonly verdict: VerdictReason['verdict'];
  readonly text: string;
  readonly measured_value: number | null;
  readonly limit_value: number | null;
}

async function readReasons(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<VerdictReason>> {
  const result = await client.query<ReasonRow>(
    `select attempt_key, code, verdict, text, measured_value, limit_value
     from testbed.verdict_reasons where attempt_key in (${filter}) order by attempt_key, position`,
    [runId],
  );
  return groupByAttempt(result.rows, (row) => ({
    code: decodeText(row.code),
    verdict: row.verdict,
    text: decodeText(row.text),
    value: row.measured_value,
    limit: row.limit_value,
  }));
}

interface PhaseRow {
  readonly attempt_key: number;
  readonly phase: PhaseName;
  readonly started_at: Date;
  readonly ended_at: Date;
}

async function readPhases(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<PhaseRecord>> {
  const result = await client.query<PhaseRow>(
    `select attempt_key, phase, started_at, ended_at
     from testbed.phases where attempt_key in (${filter}) order by attempt_key, position`,
    [runId],
  );
  return groupByAttempt(result.rows, (row) => ({
    phase: row.phase,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }));
}

interface EventRow {
  readonly attempt_key: number;
  readonly at: Date;
  readonly kind: string;
  readonly node_index: number | null;
  readonly text: string;
}

async function readEvents(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<EventRecord>> {
  const result = await client.query<EventRow>(
    `select attempt_key, at, kind, node_index, text
     from testbed.events where attempt_key in (${filter}) order by attempt_key, position`,
    [runId],
  );
  return groupByAttempt(result.rows, (row) => ({
    at: row.at,
    kind: decodeText(row.kind),
    nodeIndex: row.node_index,
    text: decodeText(row.text),
  }));
}

interface GroupRow {
  readonly attempt_key: number;
  readonly digest: string;
  readonly nodes: number[];
}

async function readGroups(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<SafetyViolation['groups'][number]>> {
  const result = await client.query<GroupRow>(
    `select attempt_key, digest, nodes
     from testbed.safety_groups where attempt_key in (${filter}) order by attempt_key, position`,
    [runId],
  );
  return groupByAttempt(result.rows, (row) => ({
    digestHex: decodeText(row.digest),
    nodes: row.nodes,
  }));
}
