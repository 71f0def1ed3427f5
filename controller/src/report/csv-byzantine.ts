import type { ByzantineMember, EvidenceRecord } from '../model/byzantine.ts';
import type { RunFinding } from '../model/finding.ts';
import type { RepetitionRecord } from '../model/record.ts';
import { describeBehaviours } from '../plan/describe-behaviours.ts';
import { type CellColumns, cellTableColumns } from './csv-cell.ts';
import { type CsvColumn, toCsvTable } from './csv-text.ts';

interface OfMember {
  readonly record: RepetitionRecord;
  readonly member: ByzantineMember;
}

/** A line for every member that was to break the rules, of every attempt. */
export function byzantineCsv(
  { run, cells }: RunFinding,
  records: readonly RepetitionRecord[],
  columnsOf: CellColumns,
): string {
  const findings = new Map(cells.map(({ cellId, byzantine }) => [cellId, byzantine]));
  const of = ({ record }: OfMember) => findings.get(record.cellId);
  const columns: readonly CsvColumn<OfMember>[] = [
    { name: 'run_id', pick: () => run.id },
    ...cellTableColumns(columnsOf, ({ record }: OfMember) => record),
    { name: 'repetition', pick: ({ record }) => record.repetition },
    { name: 'attempt', pick: ({ record }) => record.attempt },
    { name: 'node_index', pick: ({ member }) => member.nodeIndex },
    { name: 'behaviours', pick: ({ member }) => describeBehaviours(member.behaviours) },
    { name: 'event_indexes', pick: ({ member }) => member.events.join(' ') },
    { name: 'misbehaviours', pick: ({ member }) => totalOf(member) },
    { name: 'differs_at_height', pick: ({ member }) => member.differsAtHeight },
    { name: 'cell_is_beyond_f', pick: (one) => of(one)?.isBeyond ?? null },
    { name: 'cell_safety', pick: (one) => of(one)?.safety ?? null },
    { name: 'cell_liveness', pick: (one) => of(one)?.liveness ?? null },
    { name: 'cell_throughput_ratio', pick: (one) => of(one)?.throughputRatio ?? null },
    { name: 'cell_latency_ratio', pick: (one) => of(one)?.latencyRatio ?? null },
    { name: 'cell_offered_ratio', pick: (one) => of(one)?.offeredRatio ?? null },
  ];
  return toCsvTable(
    columns,
    records.flatMap((record) =>
      (record.byzantine?.members ?? []).map((member) => ({ record, member })),
    ),
  );
}

function totalOf({ misbehaviours }: ByzantineMember): number | null {
  if (misbehaviours === null) return null;
  return Object.values(misbehaviours).reduce((sum, count) => sum + count, 0);
}

interface OfPiece {
  readonly record: RepetitionRecord;
  readonly piece: EvidenceRecord;
}

/** A line for every piece of evidence of every attempt, with all that is needed to check it. */
export function evidenceCsv(
  { run }: RunFinding,
  records: readonly RepetitionRecord[],
  columnsOf: CellColumns,
): string {
  const committeeOf = ({ record }: OfPiece) => record.byzantine?.committee ?? null;
  const columns: readonly CsvColumn<OfPiece>[] = [
    { name: 'run_id', pick: () => run.id },
    ...cellTableColumns(columnsOf, ({ record }: OfPiece) => record),
    { name: 'repetition', pick: ({ record }) => record.repetition },
    { name: 'attempt', pick: ({ record }) => record.attempt },
    { name: 'offence', pick: ({ piece }) => piece.offence },
    { name: 'round', pick: ({ piece }) => piece.round },
    { name: 'offender', pick: ({ piece }) => piece.offender },
    { name: 'finders', pick: ({ piece }) => piece.finders.join(' ') },
    { name: 'flaw', pick: ({ piece }) => piece.flaw },
    { name: 'chain_id', pick: (one) => committeeOf(one)?.chainId ?? null },
    { name: 'signature_scheme', pick: (one) => committeeOf(one)?.scheme ?? null },
    {
      name: 'public_key_hex',
      pick: (one) => committeeOf(one)?.publicKeys[one.piece.offender] ?? null,
    },
    { name: 'first_signed_hex', pick: ({ piece }) => piece.first.signedHex },
    { name: 'first_signature_hex', pick: ({ piece }) => piece.first.signatureHex },
    { name: 'second_signed_hex', pick: ({ piece }) => piece.second.signedHex },
    { name: 'second_signature_hex', pick: ({ piece }) => piece.second.signatureHex },
  ];
  return toCsvTable(
    columns,
    records.flatMap((record) =>
      (record.byzantine?.evidence ?? []).map((piece) => ({ record, piece })),
    ),
  );
}
