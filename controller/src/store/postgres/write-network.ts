import type { ClientBase } from 'pg';
import type { NetworkRecord } from '../../model/record.ts';
import { copyRows } from './copy.ts';

/** Stores what was measured of the shaping of one attempt; the shaper itself is in its row. */
export async function writeNetwork(
  client: ClientBase,
  key: number,
  network: NetworkRecord | null,
): Promise<void> {
  if (network === null) return;
  await writeChecks(client, key, network);
  await writeCounters(client, key, network);
  await copyRows(
    client,
    `testbed.network_changes (attempt_key, position, change_index, kind, text, planned_at,
       node_index, applied_at, error, caught_up_at)`,
    network.changes.map((change, position) => [
      key,
      position,
      change.changeIndex,
      change.kind,
      change.text,
      change.plannedAt,
      change.nodeIndex,
      change.appliedAt,
      change.error,
      change.caughtUpAt ?? null,
    ]),
  );
  await copyRows(
    client,
    'testbed.disturbances (attempt_key, position, node_index, at, text, shaped_again_at)',
    network.disturbances.map((disturbance, position) => [
      key,
      position,
      disturbance.nodeIndex,
      disturbance.at,
      disturbance.text,
      disturbance.shapedAgainAt,
    ]),
  );
  await copyRows(
    client,
    'testbed.drift (attempt_key, position, text)',
    network.drift.map((text, position) => [key, position, text]),
  );
}

async function writeChecks(
  client: ClientBase,
  key: number,
  { checks }: NetworkRecord,
): Promise<void> {
  await copyRows(
    client,
    `testbed.link_checks (attempt_key, position, at, occasion, from_region, to_region, from_node,
       to_node, quantity, asked, planned, measured, low, high, samples, is_within)`,
    checks.map((check, position) => [
      key,
      position,
      check.at,
      check.occasion,
      check.fromRegion,
      check.toRegion,
      check.fromNode,
      check.toNode,
      check.quantity,
      check.asked,
      check.planned,
      check.measured,
      check.low,
      check.high,
      check.samples,
      check.isWithin,
    ]),
  );
}

async function writeCounters(
  client: ClientBase,
  key: number,
  { counters }: NetworkRecord,
): Promise<void> {
  await copyRows(
    client,
    `testbed.link_counters (attempt_key, position, node_index, to_region, packets, bytes, dropped,
       queue_dropped)`,
    counters.map((counter, position) => [
      key,
      position,
      counter.nodeIndex,
      counter.toRegion,
      counter.packets,
      counter.bytes,
      counter.dropped,
      counter.queueDropped,
    ]),
  );
}
