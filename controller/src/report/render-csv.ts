import { stringify } from 'csv-stringify/sync';
import type { CellFinding, RepetitionFinding, RunFinding } from '../model/finding.ts';
import type { NodeRecord, RepetitionRecord, StoredRun, VerdictReason } from '../model/record.ts';
import { allFigures } from './figures.ts';

/**
 * The run as three tables, RFC 4180: comma, CRLF, quotes where needed, a header line, UTF-8.
 * Numbers are unrounded with a point, missing values are empty, times are ISO 8601 in UTC, and
 * the unit of a column is in its name. Text that a spreadsheet would take for a formula is
 * defused with an apostrophe.
 */
export interface CsvFile {
  readonly name: 'cells.csv' | 'repetitions.csv' | 'nodes.csv';
  readonly text: string;
}

type Value = string | number | boolean | Date | null;
type Row = readonly (readonly [column: string, value: Value])[];

export function renderCsv(finding: RunFinding, stored: StoredRun): readonly CsvFile[] {
  const runId = finding.run.id;
  const repetitions = finding.cells.flatMap((cell) => cell.repetitions);
  const records = [...stored.repetitions].sort(
    (a, b) => a.nodeCount - b.nodeCount || a.repetition - b.repetition || a.attempt - b.attempt,
  );
  const recordOf = ({ id, attempt }: RepetitionFinding): RepetitionRecord | undefined =>
    records.find((record) => record.id === id && record.attempt === attempt);
  const nodes = records.flatMap((record) => record.nodes.map((node) => nodeRow(record, node)));
  return [
    { name: 'cells.csv', text: toCsv(finding.cells.map((cell) => cellRow(runId, cell))) },
    {
      name: 'repetitions.csv',
      text: toCsv(repetitions.map((one) => repetitionRow(runId, one, recordOf(one)))),
    },
    { name: 'nodes.csv', text: toCsv(nodes) },
  ];
}

function cellRow(runId: string, cell: CellFinding): Row {
  const { merged } = cell.latency;
  return [
    ['run_id', runId],
    ['cell', cell.cellId],
    ['nodes', cell.nodeCount],
    ['verdict', cell.verdict],
    ['reasons', codes(cell.reasons)],
    ['basis', cell.basis],
    ['quality_score', cell.quality.score],
    ['repetitions_planned', cell.repetitionsPlanned],
    ['repetitions_done', cell.repetitionsDone],
    ['repetitions_counted', cell.repetitionsCounted],
    ['offered_tx_per_sec', cell.offeredTxPerSec],
    ...allFigures.flatMap((figure): Row => {
      const estimate = figure.ofCell(cell);
      return [
        [`${figure.column}_mean`, estimate?.mean ?? null],
        [`${figure.column}_ci95_low`, estimate?.interval?.low ?? null],
        [`${figure.column}_ci95_high`, estimate?.interval?.high ?? null],
        [`${figure.column}_repetitions`, estimate?.values.length ?? 0],
      ];
    }),
    ['merged_commit_latency_count', merged?.count ?? 0],
    ['merged_commit_latency_mean_ms', merged?.meanMs ?? null],
    ['merged_commit_latency_p50_ms', merged?.p50Ms ?? null],
    ['merged_commit_latency_p95_ms', merged?.p95Ms ?? null],
    ['merged_commit_latency_p99_ms', merged?.p99Ms ?? null],
    ['merged_commit_latency_max_ms', merged?.maxMs ?? null],
  ];
}

/** Last attempt of each repetition. */
function repetitionRow(
  runId: string,
  finding: RepetitionFinding,
  record: RepetitionRecord | undefined,
): Row {
  const { figures, steadiness } = finding;
  return [
    ['run_id', runId],
    ['cell', finding.cellId],
    ['nodes', finding.nodeCount],
    ['repetition', finding.repetition],
    ['attempt', finding.attempt],
    ['seed', record?.seed ?? null],
    ['verdict', finding.verdict],
    ['reasons', codes(finding.reasons)],
    ['is_counted', finding.isCounted],
    ['started_at', record?.startedAt ?? null],
    ['ended_at', record?.endedAt ?? null],
    ['failure_code', record?.failure?.code ?? null],
    ['nodes_reporting', finding.nodesReporting],
    ['scrape_completeness_ratio', record?.scrapeCompleteness ?? null],
    ['window_s', figures.windowSeconds],
    ['commit_latency_count', figures.latency?.count ?? 0],
    ...allFigures.map((figure) => [figure.column, figure.ofRepetition(figures)] as const),
    ['steadiness', steadiness.kind],
    ['warm_up_windows', steadiness.warmUpWindows],
    ['drift_ratio', steadiness.driftRatio],
  ];
}

/** Every node of every attempt, as it reported at the end. */
function nodeRow(record: RepetitionRecord, node: NodeRecord): Row {
  const { results } = node;
  const counters = results?.counters;
  return [
    ['run_id', record.runId],
    ['cell', record.cellId],
    ['nodes', record.nodeCount],
    ['repetition', record.repetition],
    ['attempt', record.attempt],
    ['node_index', node.nodeIndex],
    ['name', node.name],
    ['region', node.region],
    ['peer_id', node.peerId],
    ['data_address', node.dataAddress],
    ['exit_code', node.exit?.code ?? null],
    ['is_oom_killed', node.exit?.oomKilled ?? null],
    ['committed_height', node.log?.committedHeight ?? null],
    ['window_start', results ? new Date(results.window.startUnixMs) : null],
    ['window_end', results ? new Date(results.window.endUnixMs) : null],
    ['scheduled_in_window', results?.scheduledInWindow ?? null],
    ['committed_of_window', results?.committedOfWindow ?? null],
    ['rejected_of_window', results?.rejectedOfWindow ?? null],
    ['committed_in_window', results?.committedInWindow ?? null],
    ['blocks_committed', counters?.blocksCommitted ?? null],
    ['blocks_proposed', counters?.blocksProposed ?? null],
    ['transactions_committed', counters?.transactionsCommitted ?? null],
    ['rounds_entered', counters?.roundsEntered ?? null],
    ['rounds_timed_out', counters?.roundsTimedOut ?? null],
    ['messages_sent', counters?.messagesSent ?? null],
    ['messages_received', counters?.messagesReceived ?? null],
    ['messages_dropped', counters?.messagesDropped ?? null],
    ['bytes_sent', counters?.bytesSent ?? null],
    ['bytes_received', counters?.bytesReceived ?? null],
    ['signatures_verified', counters?.signaturesVerified ?? null],
    ['cpu_us', counters?.cpuMicros ?? null],
    ['memory_max_bytes', counters?.memoryBytesMax ?? null],
    ['memory_limit_bytes', counters?.memoryLimitBytes ?? null],
    ['cpu_periods', counters?.cpuPeriods ?? null],
    ['cpu_periods_throttled', counters?.cpuPeriodsThrottled ?? null],
    ['event_loop_delay_p99_ms', counters?.eventLoopDelayMsP99 ?? null],
  ];
}

function codes(reasons: readonly VerdictReason[]): string {
  return [...new Set(reasons.map(({ code }) => code))].join(' ');
}

function toCsv(rows: readonly Row[]): string {
  const header = rows[0]?.map(([column]) => column) ?? [];
  return stringify([header, ...rows.map((row) => row.map(([, value]) => value))], {
    record_delimiter: 'windows',
    escape_formulas: true,
    // Without casts the library writes false as nothing and dates as milliseconds.
    cast: {
      boolean: (value) => (value ? 'true' : 'false'),
      date: (value) => value.toISOString(),
      number: (value) => (Number.isFinite(value) ? String(value) : ''),
    },
  });
}
