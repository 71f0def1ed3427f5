import type { EventImpact } from '../model/event-finding.ts';
import type { RepetitionFinding, RunFinding } from '../model/finding.ts';
import { type CellColumns, cellTableColumns } from './csv-cell.ts';
import { type CsvColumn, toCsvTable } from './csv-text.ts';

interface InRepetition {
  readonly finding: RepetitionFinding;
  readonly impact: EventImpact;
}

const ownColumns: readonly CsvColumn<InRepetition>[] = [
  { name: 'repetition', pick: ({ finding }) => finding.repetition },
  { name: 'attempt', pick: ({ finding }) => finding.attempt },
  { name: 'is_counted', pick: ({ finding }) => finding.isCounted },
  { name: 'event_index', pick: ({ impact }) => impact.index },
  { name: 'kind', pick: ({ impact }) => impact.kind },
  { name: 'text', pick: ({ impact }) => impact.text },
  { name: 'node_indexes', pick: ({ impact }) => impact.nodes.join(' ') },
  { name: 'planned_ms', pick: ({ impact }) => impact.plannedMs },
  { name: 'begun_ms', pick: ({ impact }) => impact.begunMs },
  { name: 'ended_ms', pick: ({ impact }) => impact.endedMs },
  { name: 'former_tx_per_sec', pick: ({ impact }) => impact.formerTxPerSec },
  { name: 'held_tx_per_sec', pick: ({ impact }) => impact.heldTxPerSec },
  { name: 'kept_ratio', pick: ({ impact }) => impact.keptRatio },
  { name: 'offered_ratio', pick: ({ impact }) => impact.offeredRatio },
  { name: 'silence_ms', pick: ({ impact }) => impact.silenceMs },
  { name: 'recovery', pick: ({ impact }) => impact.recovery },
  { name: 'recovered_ms', pick: ({ impact }) => impact.recoveredMs },
  { name: 'resolution_ms', pick: ({ impact }) => impact.resolutionMs },
  { name: 'logs_agree', pick: ({ impact }) => impact.logsAgree },
  { name: 'overlaps', pick: ({ impact }) => impact.overlaps.join(' ') },
  { name: 'witness_quantity', pick: ({ impact }) => impact.witness?.quantity ?? null },
  { name: 'witness_value', pick: ({ impact }) => impact.witness?.value ?? null },
  { name: 'witness_limit', pick: ({ impact }) => impact.witness?.limit ?? null },
  { name: 'witness_is_seen', pick: ({ impact }) => impact.witness?.isSeen ?? null },
  { name: 'error', pick: ({ impact }) => impact.error },
];

/** A line for every event of the last attempt of every repetition. */
export function eventsCsv({ run, cells }: RunFinding, columnsOf: CellColumns): string {
  const columns: readonly CsvColumn<InRepetition>[] = [
    { name: 'run_id', pick: () => run.id },
    ...cellTableColumns(columnsOf, ({ finding }: InRepetition) => finding),
    ...ownColumns,
  ];
  return toCsvTable(
    columns,
    cells.flatMap(({ repetitions }) =>
      repetitions.flatMap((finding) =>
        (finding.impacts ?? []).map((impact) => ({ finding, impact })),
      ),
    ),
  );
}
