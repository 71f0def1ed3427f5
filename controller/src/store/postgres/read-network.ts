import type { ClientBase } from 'pg';
import type { RunId } from '../../model/ids.ts';
import type { ShaperKind } from '../../model/network.ts';
import type {
  DisturbanceRecord,
  LinkCheckRecord,
  LinkCounterRecord,
  NetworkChangeRecord,
  NetworkRecord,
} from '../../model/record.ts';
import { decodeText } from '../codec/text.ts';
import { type ByAttempt, groupByAttempt } from './attempts.ts';

/** What is stored of the shaping of all attempts; ask for one with its key and its shaper. */
export type NetworkOf = (key: number, shaper: ShaperKind | null) => NetworkRecord | null;

export async function readNetworks(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<NetworkOf> {
  const checks = await readChecks(client, runId, filter);
  const counters = await readCounters(client, runId, filter);
  const changes = await readChanges(client, runId, filter);
  const disturbances = await readDisturbances(client, runId, filter);
  const drift = await readDrift(client, runId, filter);
  return (key, shaper) =>
    shaper === null
      ? null
      : {
          shaper,
          checks: checks.get(key) ?? [],
          counters: counters.get(key) ?? [],
          changes: changes.get(key) ?? [],
          disturbances: disturbances.get(key) ?? [],
          drift: drift.get(key) ?? [],
        };
}

interface CheckRow {
  readonly attempt_key: number;
  readonly at: Date;
  readonly occasion: LinkCheckRecord['occasion'];
  readonly from_region: string;
  readonly to_region: string;
  readonly from_node: number;
  readonly to_node: number;
  readonly quantity: LinkCheckRecord['quantity'];
  readonly asked: string;
  readonly planned: number;
  readonly measured: number | null;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
  readonly is_within: boolean;
}

async function readChecks(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<LinkCheckRecord>> {
  const result = await client.query<CheckRow>(select('link_checks', filter), [runId]);
  return groupByAttempt(result.rows, (row) => ({
    at: row.at,
    occasion: row.occasion,
    fromRegion: decodeText(row.from_region),
    toRegion: decodeText(row.to_region),
    fromNode: row.from_node,
    toNode: row.to_node,
    quantity: row.quantity,
    asked: decodeText(row.asked),
    planned: row.planned,
    measured: row.measured,
    low: row.low,
    high: row.high,
    samples: row.samples,
    isWithin: row.is_within,
  }));
}

interface CounterRow {
  readonly attempt_key: number;
  readonly node_index: number;
  readonly to_region: string;
  readonly packets: number;
  readonly bytes: number;
  readonly dropped: number;
  readonly queue_dropped: number;
}

async function readCounters(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<LinkCounterRecord>> {
  const result = await client.query<CounterRow>(select('link_counters', filter), [runId]);
  return groupByAttempt(result.rows, (row) => ({
    nodeIndex: row.node_index,
    toRegion: decodeText(row.to_region),
    packets: row.packets,
    bytes: row.bytes,
    dropped: row.dropped,
    queueDropped: row.queue_dropped,
  }));
}

interface ChangeRow {
  readonly attempt_key: number;
  readonly change_index: number;
  readonly kind: string;
  readonly text: string;
  readonly planned_at: Date;
  readonly node_index: number;
  readonly applied_at: Date | null;
  readonly error: string | null;
  readonly caught_up_at: Date | null;
}

async function readChanges(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<NetworkChangeRecord>> {
  const result = await client.query<ChangeRow>(select('network_changes', filter), [runId]);
  return groupByAttempt(result.rows, (row) => ({
    changeIndex: row.change_index,
    kind: decodeText(row.kind),
    text: decodeText(row.text),
    plannedAt: row.planned_at,
    nodeIndex: row.node_index,
    appliedAt: row.applied_at,
    error: row.error === null ? null : decodeText(row.error),
    ...(row.caught_up_at === null ? {} : { caughtUpAt: row.caught_up_at }),
  }));
}

interface DisturbanceRow {
  readonly attempt_key: number;
  readonly node_index: number;
  readonly at: Date;
  readonly text: string;
  readonly shaped_again_at: Date | null;
}

async function readDisturbances(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<DisturbanceRecord>> {
  const result = await client.query<DisturbanceRow>(select('disturbances', filter), [runId]);
  return groupByAttempt(result.rows, (row) => ({
    nodeIndex: row.node_index,
    at: row.at,
    text: decodeText(row.text),
    shapedAgainAt: row.shaped_again_at,
  }));
}

async function readDrift(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<string>> {
  const result = await client.query<{ readonly attempt_key: number; readonly text: string }>(
    select('drift', filter),
    [runId],
  );
  return groupByAttempt(result.rows, (row) => decodeText(row.text));
}

/** Rows of the attempts of a run in the order in which they were recorded. */
function select(table: string, filter: string): string {
  return `select * from testbed.${table} where attempt_key in (${filter})
    order by attempt_key, position`;
}
