import type { LinkCheckRecord, NetworkChangeRecord, RepetitionRecord } from '../model/record.ts';
import { type CellColumns, cellTableColumns } from './csv-cell.ts';
import { type CsvColumn, toCsvTable } from './csv-text.ts';

/** Something that was recorded in an attempt. */
interface InAttempt<T> {
  readonly record: RepetitionRecord;
  readonly item: T;
}

function attemptColumns<T>(columnsOf: CellColumns): readonly CsvColumn<InAttempt<T>>[] {
  return [
    { name: 'run_id', pick: ({ record }) => record.runId },
    ...cellTableColumns(columnsOf, ({ record }: InAttempt<T>) => record),
    { name: 'repetition', pick: ({ record }) => record.repetition },
    { name: 'attempt', pick: ({ record }) => record.attempt },
    { name: 'shaper', pick: ({ record }) => record.network?.shaper ?? null },
  ];
}

const linkColumns: readonly CsvColumn<InAttempt<LinkCheckRecord>>[] = [
  { name: 'at', pick: ({ item }) => item.at },
  { name: 'occasion', pick: ({ item }) => item.occasion },
  { name: 'from_region', pick: ({ item }) => item.fromRegion },
  { name: 'to_region', pick: ({ item }) => item.toRegion },
  { name: 'from_node', pick: ({ item }) => item.fromNode },
  { name: 'to_node', pick: ({ item }) => item.toNode },
  { name: 'quantity', pick: ({ item }) => item.quantity },
  { name: 'unit', pick: ({ item }) => units[item.quantity] },
  { name: 'asked', pick: ({ item }) => item.asked },
  { name: 'planned', pick: ({ item }) => item.planned },
  { name: 'measured', pick: ({ item }) => item.measured },
  { name: 'tolerance_low', pick: ({ item }) => item.low },
  { name: 'tolerance_high', pick: ({ item }) => item.high },
  { name: 'samples', pick: ({ item }) => item.samples },
  { name: 'is_within', pick: ({ item }) => item.isWithin },
];

const units: Readonly<Record<LinkCheckRecord['quantity'], string>> = {
  'rtt-median': 'ms',
  'rtt-range': 'ratio',
  loss: 'ratio',
  rate: 'bit/s',
};

const changeColumns: readonly CsvColumn<InAttempt<NetworkChangeRecord>>[] = [
  { name: 'change_index', pick: ({ item }) => item.changeIndex },
  { name: 'kind', pick: ({ item }) => item.kind },
  { name: 'text', pick: ({ item }) => item.text },
  { name: 'node_index', pick: ({ item }) => item.nodeIndex },
  { name: 'planned_at', pick: ({ item }) => item.plannedAt },
  { name: 'applied_at', pick: ({ item }) => item.appliedAt },
  {
    name: 'delay_ms',
    pick: ({ item: { appliedAt, plannedAt } }) =>
      appliedAt === null ? null : appliedAt.getTime() - plannedAt.getTime(),
  },
  { name: 'caught_up_at', pick: ({ item }) => item.caughtUpAt ?? null },
  {
    name: 'caught_up_ms',
    pick: ({ item: { appliedAt, caughtUpAt } }) =>
      appliedAt === null || caughtUpAt === undefined
        ? null
        : caughtUpAt.getTime() - appliedAt.getTime(),
  },
  { name: 'error', pick: ({ item }) => item.error },
];

/** A line for every check of every attempt. */
export function linksCsv(records: readonly RepetitionRecord[], columnsOf: CellColumns): string {
  return toCsvTable(
    [...attemptColumns<LinkCheckRecord>(columnsOf), ...linkColumns],
    gather(records, ({ checks }) => checks),
  );
}

/** A line for every planned change at every node of every attempt. */
export function changesCsv(records: readonly RepetitionRecord[], columnsOf: CellColumns): string {
  return toCsvTable(
    [...attemptColumns<NetworkChangeRecord>(columnsOf), ...changeColumns],
    gather(records, ({ changes }) => changes),
  );
}

function gather<T>(
  records: readonly RepetitionRecord[],
  pick: (network: NonNullable<RepetitionRecord['network']>) => readonly T[],
): readonly InAttempt<T>[] {
  return records.flatMap((record) =>
    record.network === null ? [] : pick(record.network).map((item) => ({ record, item })),
  );
}
