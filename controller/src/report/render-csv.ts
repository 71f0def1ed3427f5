import { counterColumns, overlayColumns } from '../model/counter-columns.ts';
import type { CellFinding, RepetitionFinding, RunFinding } from '../model/finding.ts';
import type { CellId } from '../model/ids.ts';
import type { ShaperKind } from '../model/network.ts';
import {
  accessDown,
  type LinkCounterRecord,
  type NodeRecord,
  type RepetitionRecord,
  type RunRecord,
  type StoredRun,
  type VerdictReason,
} from '../model/record.ts';
import { byzantineCsv, evidenceCsv } from './csv-byzantine.ts';
import { cellColumnsOf } from './csv-cell.ts';
import { eventsCsv } from './csv-events.ts';
import { changesCsv, linksCsv } from './csv-network.ts';
import { type Row, toCsv } from './csv-text.ts';
import { allFigures, type Figure, latencyFigures } from './figures.ts';

/**
 * The run as eight tables in the form of csv-text.ts. The unit of a column is in its name. An
 * unshaped run has no lines in the tables of its network, one without a timeline none in events,
 * one in which nobody broke the rules none in byzantine and evidence.
 */
export interface CsvFile {
  readonly name: `${'cells' | 'repetitions' | 'nodes' | 'links' | 'changes' | 'events' | 'byzantine' | 'evidence'}.csv`;
  readonly text: string;
}

export function renderCsv(finding: RunFinding, stored: StoredRun): readonly CsvFile[] {
  const { run } = finding;
  const repetitions = finding.cells.flatMap((cell) => cell.repetitions);
  const columnsOf = cellColumnsOf(run.plan);
  const planned = new Map(run.plan.cells.map((cell, position) => [cell.id, { cell, position }]));
  const placeOf = ({ cellId }: RepetitionRecord): number => planned.get(cellId)?.position ?? -1;
  const records = [...stored.repetitions].sort(
    (a, b) => placeOf(a) - placeOf(b) || a.repetition - b.repetition || a.attempt - b.attempt,
  );
  const byAttempt = new Map(records.map((record) => [attemptName(record), record]));
  const shaperOf = (id: CellId): ShaperKind =>
    planned.get(id)?.cell.settings.shaper ?? run.plan.shaper;
  const nodes = records.flatMap((record) =>
    record.nodes.map((node) =>
      nodeRow(columnsOf(record.cellId, record.nodeCount), record, node, run.hosts),
    ),
  );
  return [
    {
      name: 'cells.csv',
      text: toCsv(
        finding.cells.map((cell) => [
          ['run_id', run.id],
          ...columnsOf(cell.cellId, cell.nodeCount),
          ['shaper', shaperOf(cell.cellId)],
          ...cellRow(cell),
        ]),
      ),
    },
    {
      name: 'repetitions.csv',
      text: toCsv(
        repetitions.map((one) => {
          const record = byAttempt.get(attemptName(one));
          return [
            ['run_id', run.id],
            ...columnsOf(one.cellId, one.nodeCount),
            ['repetition', one.repetition],
            ['attempt', one.attempt],
            ['seed', record?.seed ?? null],
            ['shaper', shaperOf(one.cellId)],
            ...repetitionRow(one, record),
          ];
        }),
      ),
    },
    { name: 'nodes.csv', text: toCsv(nodes) },
    { name: 'links.csv', text: linksCsv(records, columnsOf) },
    { name: 'changes.csv', text: changesCsv(records, columnsOf) },
    { name: 'events.csv', text: eventsCsv(finding, columnsOf) },
    { name: 'byzantine.csv', text: byzantineCsv(finding, records, columnsOf) },
    { name: 'evidence.csv', text: evidenceCsv(finding, records, columnsOf) },
  ];
}

function attemptName({ id, attempt }: Pick<RepetitionFinding, 'id' | 'attempt'>): string {
  return `${id}#${attempt}`;
}

function cellRow(cell: CellFinding): Row {
  const { merged } = cell.latency;
  return [
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
function repetitionRow(finding: RepetitionFinding, record: RepetitionRecord | undefined): Row {
  const { figures, steadiness } = finding;
  return [
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

/** Only where there is more than one to tell apart. */
function hostColumn({ host }: NodeRecord, hosts: RunRecord['hosts']): Row {
  return hosts.length > 1 ? [['host', hosts[host]?.hostname ?? null]] : [];
}

/** Every node of every attempt, as it reported at the end. */
function nodeRow(
  cell: Row,
  record: RepetitionRecord,
  node: NodeRecord,
  hosts: RunRecord['hosts'],
): Row {
  const { results } = node;
  const links = sumCounters(record, node.nodeIndex);
  return [
    ['run_id', record.runId],
    ...cell,
    ['repetition', record.repetition],
    ['attempt', record.attempt],
    ['node_index', node.nodeIndex],
    ['name', node.name],
    ['region', node.region],
    ...hostColumn(node, hosts),
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
