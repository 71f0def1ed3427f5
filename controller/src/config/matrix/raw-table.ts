/** A table of delays as it stands in its text, before anybody knows which of its names are meant. */
import type { ConfigProblem, ProblemCode, ProblemPlace } from '../problem.ts';

/** A piece of text, and where it starts: UTF-16 units from the start of the file. */
export interface Field {
  readonly text: string;
  readonly at: number;
}

export interface RawValue {
  readonly from: string;
  readonly to: string;
  readonly value: Field;
}

export interface RawTable {
  /** In the order of the table, each once. */
  readonly names: readonly Field[];
  readonly values: readonly RawValue[];
  /** Whether a comma in a number can only be a decimal one. */
  readonly hasDecimalCommas: boolean;
}

/** Something wrong with the text. */
export interface Fault {
  readonly code: ProblemCode;
  readonly field: Field;
  readonly message: string;
  readonly expected?: string;
  readonly suggestion?: string;
  /** Faults of one kind are told once. */
  readonly kind?: string;
  /** The table's name of the row, if it matters only to those who want that row. */
  readonly row?: string;
}

export type TableReading =
  | { readonly kind: 'table'; readonly table: RawTable; readonly faults: readonly Fault[] }
  /** The text has no form that is known; one fault says what it seems to be. */
  | { readonly kind: 'refused'; readonly fault: Fault };

export function refuse(
  code: ProblemCode,
  field: Field,
  message: string,
  expected?: string,
): TableReading {
  const more = expected === undefined ? {} : { expected };
  return { kind: 'refused', fault: { code, field, message, ...more } };
}

/** Problems in the order of the faults, those of one kind as one that counts the others. */
export function tellFaults(
  faults: readonly Fault[],
  placeOf: (field: Field) => ProblemPlace,
): ConfigProblem[] {
  const groups = new Map<string, Fault[]>();
  for (const [index, fault] of faults.entries()) {
    const key = fault.kind === undefined ? `${index}` : `${fault.code} ${fault.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), fault]);
  }
  return [...groups.values()].flatMap((group): ConfigProblem[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { code, field, expected, suggestion } = first;
    const others = group.length === 1 ? '' : ` (and ${group.length - 1} more of this kind)`;
    return [
      {
        code,
        path: '',
        place: placeOf(field),
        message: `${first.message}${others}`,
        ...(expected === undefined ? {} : { expected }),
        ...(suggestion === undefined ? {} : { suggestion }),
      },
    ];
  });
}

/** Places of fields in the text of a file. */
export function createPlacer(text: string, file: string): (field: Field) => ProblemPlace {
  return ({ text: meant, at }) => {
    const before = text.slice(0, at);
    const line = before.split(/\r\n|\r|\n/).length;
    const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
    const lineText = /^[^\r\n]*/.exec(text.slice(lineStart))?.[0] ?? '';
    const length = Math.max(1, meant.length);
    return { kind: 'file', file, line, column: at - lineStart + 1, lineText, length };
  };
}
