import type { ClientBase } from 'pg';
import type {
  EncodedHistogram,
  LogDigests,
  NodeResults,
  OverlayCounters,
} from '../../../../node-image/src/contract/index.ts';
import { countersOfRow } from '../../model/counter-columns.ts';
import type { RunId } from '../../model/ids.ts';
import type { NodeRecord } from '../../model/record.ts';
import { decodeText } from '../codec/text.ts';
import { type ByAttempt, groupByAttempt } from './attempts.ts';
import { type CommitRow, decodeCommits } from './read-timeline.ts';
import { histogramKinds } from './write-histograms.ts';

/** Columns that hold results are null together, if the node delivered none. */
interface NodeRow extends CommitRow {
  /** Those of what it counted: see `counterColumns`. */
  readonly [column: string]: unknown;
  readonly attempt_key: number;
  readonly node_index: number;
  readonly name: string;
  readonly region: string | null;
  readonly host: number;
  readonly peer_id: string;
  readonly data_address: string;
  readonly exit_code: number | null;
  readonly oom_killed: boolean | null;
  readonly has_results: boolean;
  readonly window_start_unix_ms: number;
  readonly window_end_unix_ms: number;
  readonly slice_ms: number;
  readonly slices_scheduled: number[];
  readonly slices_committed: number[];
  readonly overlay: OverlayCounters | null;
}

/** Nodes in the order in which they were recorded, with their histograms and log digests. */
export async function readNodes(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<NodeRecord>> {
  const result = await client.query<NodeRow>(
    `select *, window_start_unix_ms is not null as has_results
     from testbed.nodes where attempt_key in (${filter}) order by attempt_key, position`,
    [runId],
  );
  const histograms = await readHistograms(client, runId, filter);
  const logs = await readLogs(client, runId, filter);
  return groupByAttempt(result.rows, (row) => {
    const key = nodeKey(row);
    return {
      nodeIndex: row.node_index,
      name: decodeText(row.name),
      region: row.region === null ? null : decodeText(row.region),
      host: row.host,
      peerId: decodeText(row.peer_id),
      dataAddress: decodeText(row.data_address),
      results: row.has_results ? decodeResults(row, histograms.get(key)) : null,
      log: logs.get(key) ?? null,
      exit: row.oom_killed === null ? null : { code: row.exit_code, oomKilled: row.oom_killed },
    };
  });
}

function nodeKey(row: { readonly attempt_key: number; readonly node_index: number }): string {
  return `${row.attempt_key}/${row.node_index}`;
}

function decodeResults(
  row: NodeRow,
  histograms: ReadonlyMap<string, EncodedHistogram> | undefined,
): NodeResults {
  const histogram = (name: keyof typeof histogramKinds): EncodedHistogram => {
    const found = histograms?.get(histogramKinds[name]);
    if (found === undefined) throw new Error(`Broken invariant: results without ${name}`);
    return found;
  };
  const { counters, ...totals } = countersOfRow(row);
  return {
    window: { startUnixMs: row.window_start_unix_ms, endUnixMs: row.window_end_unix_ms },
    ...totals,
    counters: { ...counters, ...(row.overlay === null ? {} : { overlay: row.overlay }) },
    histograms: {
      commitLatency: histogram('commitLatency'),
      serviceLatency: histogram('serviceLatency'),
      sendLag: histogram('sendLag'),
      blockLatency: histogram('blockLatency'),
    },
    series: {
      periodMs: row.slice_ms,
      scheduled: row.slices_scheduled,
      committed: row.slices_committed,
    },
    ...decodeCommits(row),
  };
}

interface HistogramRow {
  readonly attempt_key: number;
  readonly node_index: number;
  readonly kind: string;
  readonly encoding: EncodedHistogram['encoding'];
  readonly encoded: string;
}

async function readHistograms(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ReadonlyMap<string, ReadonlyMap<string, EncodedHistogram>>> {
  const result = await client.query<HistogramRow>(
    `select attempt_key, node_index, kind, encoding, encoded
     from testbed.histograms where attempt_key in (${filter})`,
    [runId],
  );
  const nodes = new Map<string, Map<string, EncodedHistogram>>();
  for (const row of result.rows) {
    const key = nodeKey(row);
    const kinds = nodes.get(key) ?? new Map<string, EncodedHistogram>();
    nodes.set(key, kinds.set(row.kind, decodeHistogramRow(row)));
  }
  return nodes;
}

function decodeHistogramRow(row: HistogramRow): EncodedHistogram {
  return row.encoding === 'hdr-v2'
    ? { encoding: 'hdr-v2', base64: decodeText(row.encoded) }
    : { encoding: 'counts', counts: JSON.parse(row.encoded) };
}

interface LogRow {
  readonly attempt_key: number;
  readonly node_index: number;
  readonly committed_height: number;
  readonly heights: number[];
  readonly digests: string[];
}

async function readLogs(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ReadonlyMap<string, LogDigests>> {
  const result = await client.query<LogRow>(
    `select attempt_key, node_index, committed_height, heights, digests
     from testbed.log_digests where attempt_key in (${filter})`,
    [runId],
  );
  const logs = new Map<string, LogDigests>();
  for (const row of result.rows) {
    logs.set(nodeKey(row), {
      committedHeight: row.committed_height,
      digests: row.heights.map((height, index) => ({
        height,
        digestHex: decodeText(row.digests[index] ?? ''),
      })),
    });
  }
  return logs;
}
