import { counterColumns, overlayColumns } from '../model/counter-columns.ts';
import type { CellFinding, RepetitionFinding, RunFinding } from '../model/finding.ts';
import {
  accessDown,
  type LinkCounterRecord,
  type NodeRecord,
  type RepetitionRecord,
  type RunRecord,
  type StoredRun,
  type VerdictReason,
} from '../model/record.ts';
import { eventsCsv } from './csv-events.ts';
import { changesCsv, linksCsv } from './csv-network.ts';
import { type Row, toCsv } from './csv-text.ts';
import { allFigures, type Figure, latencyFigures } from './figures.ts';

/**
 * The run as six tables in the form of csv-text.ts. The unit of a column is in its name. An
 * unshaped run has no lines in the tables of its network, one without a timeline none in events.
 */
export interface CsvFile {
  readonly name: `${'cells' | 'repetitions' | 'nodes' | 'links' | 'changes' | 'events'}.csv`;
  readonly text: string;
}

export function renderCsv(finding: RunFinding, stored: StoredRun): readonly CsvFile[] {
  const { run } = finding;
  const repetitions = finding.cells.flatMap((cell) => cell.repetitions);
  const records = [...stored.repetitions].sort(
    (a, b) => a.nodeCount - b.nodeCount || a.repetition - b.repetition || a.attempt - b.attempt,
  );
  const recordOf = ({ id, attempt }: RepetitionFinding): RepetitionRecord | undefined =>
    records.find((record) => record.id === id && record.attempt === attempt);
  const nodes = records.flatMap((record) => record.nodes.map((node) => nodeRow(record, node)));
  return [
    { name: 'cells.csv', text: toCsv(finding.cells.map((cell) => cellRow(run, cell))) },
    {
      name: 'repetitions.csv',
      text: toCsv(repetitions.map((one) => repetitionRow(run, one, recordOf(one)))),
    },
    { name: 'nodes.csv', text: toCsv(nodes) },
    { name: 'links.csv', text: linksCsv(records) },
    { name: 'changes.csv', text: changesCsv(records) },
    { name: 'events.csv', text: eventsCsv(finding) },
  ];
}

function cellRow(run: RunRecord, cell: CellFinding): Row {
  const { merged } = cell.latency;
  return [
    ['run_id', run.id],
    ['cell', cell.cellId],
    ['nodes', cell.nodeCount],
    ['shaper', run.plan.shaper],
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
        ...shareColumn(figure, cell.latency.shareOfDue),
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
    ['link_checks', cell.network?.checks ?? null],
    ['link_checks_outside', cell.network?.checksOutside ?? null],
    ['queue_dropped_packets', sumQueueDrops(cell)],
  ];
}

/** Ahead of the latencies stands the share of the transactions due that they are of. */
function shareColumn(figure: Figure, share: number | null): Row {
  return figure === latencyFigures.mean ? [['commit_latency_share_of_due', share]] : [];
}

function sumQueueDrops({ network }: CellFinding): number | null {
  return network === null
    ? null
    : network.traffic.reduce((sum, { queueDropped }) => sum + queueDropped, 0);
}

/** Last attempt of each repetition. */
function repetitionRow(
  run: RunRecord,
  finding: RepetitionFinding,
  record: RepetitionRecord | undefined,
): Row {
  const { figures, steadiness } = finding;
  return [
    ['run_id', run.id],
    ['cell', finding.cellId],
    ['nodes', finding.nodeCount],
    ['repetition', finding.repetition],
    ['attempt', finding.attempt],
    ['seed', record?.seed ?? null],
    ['shaper', run.plan.shaper],
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
    ...allFigures.flatMap(
      (figure): Row => [
        ...shareColumn(figure, figures.successRatio),
        [figure.column, figure.ofRepetition(figures)],
      ],
    ),
    ['steadiness', steadiness.kind],
    ['warm_up_windows', steadiness.warmUpWindows],
    ['drift_ratio', steadiness.driftRatio],
    ['link_checks', record?.network?.checks.length ?? null],
    [
      'link_checks_outside',
      record?.network?.checks.filter(({ isWithin, samples }) => !isWithin && samples > 0).length ??
        null,
    ],
  ];
}

/** Every node of every attempt, as it reported at the end. */
function nodeRow(record: RepetitionRecord, node: NodeRecord): Row {
  const { results } = node;
  const links = sumCounters(record, node.nodeIndex);
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
    ...[...counterColumns, ...overlayColumns].map(({ csvColumn, read }): Row[number] => [
      csvColumn,
      results && read(results),
    ]),
    ['link_packets', links?.packets ?? null],
    ['link_bytes', links?.bytes ?? null],
    ['link_packets_dropped', links?.dropped ?? null],
    ['link_packets_queue_dropped', links?.queueDropped ?? null],
  ];
}

function codes(reasons: readonly VerdictReason[]): string {
  return [...new Set(reasons.map(({ code }) => code))].join(' ');
}

type LinkSums = Pick<LinkCounterRecord, 'packets' | 'bytes' | 'dropped' | 'queueDropped'>;

/** What a node sent over all its links; null where it was not counted. */
function sumCounters({ network }: RepetitionRecord, nodeIndex: number): LinkSums | null {
  const own =
    network?.counters.filter(
      (counter) => counter.nodeIndex === nodeIndex && counter.toRegion !== accessDown,
    ) ?? [];
  if (own.length === 0) return null;
  const sum = (pick: (counter: LinkCounterRecord) => number): number =>
    own.reduce((total, counter) => total + pick(counter), 0);
  return {
    packets: sum(({ packets }) => packets),
    bytes: sum(({ bytes }) => bytes),
    dropped: sum(({ dropped }) => dropped),
    queueDropped: sum(({ queueDropped }) => queueDropped),
  };
}
