import type { ClientBase } from 'pg';
import { counterColumns } from '../../model/counter-columns.ts';
import type { NodeRecord } from '../../model/record.ts';
import { type CopyValue, copyRows } from './copy.ts';
import { commitFields } from './write-timeline.ts';

/** Stores the nodes of an attempt, with the digests of their logs. */
export async function writeNodes(
  client: ClientBase,
  key: number,
  nodes: readonly NodeRecord[],
): Promise<void> {
  const rows = nodes.map((node, position) => nodeFields(key, node, position));
  const columns = rows[0]?.map(([column]) => column) ?? [];
  await copyRows(
    client,
    `testbed.nodes (${columns.join(', ')})`,
    rows.map((fields) => fields.map(([, value]) => value)),
  );
  const logs = nodes.flatMap((node): CopyValue[][] => {
    if (node.log === null) return [];
    const { committedHeight, digests } = node.log;
    return [
      [
        key,
        node.nodeIndex,
        committedHeight,
        digests.map((entry) => entry.height),
        digests.map((entry) => entry.digestHex),
      ],
    ];
  });
  await copyRows(
    client,
    'testbed.log_digests (attempt_key, node_index, committed_height, heights, digests)',
    logs,
  );
}

type Field = readonly [column: string, value: CopyValue];

/** The same columns for every node; those of its results are null if it delivered none. */
function nodeFields(key: number, node: NodeRecord, position: number): readonly Field[] {
  const { results, exit } = node;
  const overlay = results?.counters.overlay;
  return [
    ['attempt_key', key],
    ['node_index', node.nodeIndex],
    ['position', position],
    ['name', node.name],
    ['region', node.region],
    ['host', node.host],
    ['peer_id', node.peerId],
    ['data_address', node.dataAddress],
    ['exit_code', exit?.code ?? null],
    ['oom_killed', exit?.oomKilled ?? null],
    ['window_start_unix_ms', results?.window.startUnixMs ?? null],
    ['window_end_unix_ms', results?.window.endUnixMs ?? null],
    ...counterColumns.map(({ column, read }): Field => [column, results && read(results)]),
    ['slice_ms', results?.series.periodMs ?? null],
    ['slices_scheduled', results?.series.scheduled ?? null],
    ['slices_committed', results?.series.committed ?? null],
    ...commitFields(results?.commits),
    ['overlay', overlay === undefined ? null : JSON.stringify(overlay)],
  ];
}
