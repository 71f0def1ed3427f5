import type { ClientBase } from 'pg';
import type { NodeResults } from '../../../../node-image/src/contract/index.ts';
import type { EventImpact } from '../../model/event-finding.ts';
import type { TimelineRecord } from '../../model/timeline.ts';
import { type CopyValue, copyRows } from './copy.ts';

/** Stores the events of one attempt. */
export async function writeTimeline(
  client: ClientBase,
  key: number,
  timeline: readonly TimelineRecord[],
): Promise<void> {
  await copyRows(
    client,
    `testbed.timeline_events (attempt_key, position, event_index, kind, text, planned_at,
       planned_end_at, begun_at, ended_at, nodes, witness_quantity, witness_text, witness_value,
       witness_limit, witness_seen, error)`,
    timeline.map((event, position) => [
      key,
      position,
      event.eventIndex,
      event.kind,
      event.text,
      event.plannedAt,
      event.plannedEndAt,
      event.begunAt,
      event.endedAt,
      event.nodes,
      event.witness?.quantity ?? null,
      event.witness?.text ?? null,
      event.witness?.value ?? null,
      event.witness?.limit ?? null,
      event.witness?.isSeen ?? null,
      event.error,
    ]),
  );
}

/** Stores what they did. */
export async function writeEffects(
  client: ClientBase,
  key: number,
  impacts: readonly EventImpact[],
): Promise<void> {
  await copyRows(
    client,
    `testbed.event_effects (attempt_key, event_index, former_tx_per_sec, held_tx_per_sec, kept_ratio,
       offered_ratio, silence_ms, recovery, recovered_ms, resolution_ms, logs_agree, felt_with)`,
    impacts.map((impact) => [
      key,
      impact.index,
      impact.formerTxPerSec,
      impact.heldTxPerSec,
      impact.keptRatio,
      impact.offeredRatio,
      impact.silenceMs,
      impact.recovery,
      impact.recoveredMs,
      impact.resolutionMs,
      impact.logsAgree,
      impact.overlaps,
    ]),
  );
}

/** Slices by their number, which is easier to ask for in SQL than the gaps of the contract. */
export function commitFields(
  commits: NodeResults['commits'],
): readonly (readonly [column: string, value: CopyValue])[] {
  let slice = 0;
  const numbers = commits?.slices.map(([gap]) => {
    slice += gap;
    return slice;
  });
  const column = (index: 1 | 2): CopyValue => commits?.slices.map((entry) => entry[index]) ?? null;
  return [
    ['commit_slice_ms', commits?.sliceMs ?? null],
    ['commit_slices', numbers ?? null],
    ['commit_blocks', column(1)],
    ['commit_transactions', column(2)],
  ];
}
