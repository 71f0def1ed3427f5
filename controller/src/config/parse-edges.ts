/**
 * A file of edges -> pairs of node indexes with their places: two of them on a line, parted by a
 * comma, a semicolon, a tab or blanks; `#` starts a comment line, a first line of words is a header.
 * Which nodes there are is for the scenario to say. Pure: text in, edges out.
 */
import type { EdgeTable, GivenEdge } from './edge-table.ts';
import { describeValue } from './explain-issue.ts';
import { createPlacer, type Fault, type Field, tellFaults } from './matrix/raw-table.ts';
import { splitLines, withoutTail } from './matrix/split-lines.ts';
import type { ConfigProblem } from './problem.ts';

const lineForm = 'two indexes of nodes on a line, such as 0,3';

export function parseEdges(
  text: string,
  file: string,
): { readonly table: EdgeTable; readonly problems: readonly ConfigProblem[] } {
  const placeOf = createPlacer(text, file);
  const lines = splitLines(text).lines.map(fieldsOf);
  const [first = []] = lines;
  const isHeader = first.length > 0 && first.every((field) => !/\d/.test(field.text));
  const faults: Fault[] = [];
  const edges = lines.slice(isHeader ? 1 : 0).flatMap((fields): GivenEdge[] => {
    const read = readEdge(fields);
    if ('fault' in read) {
      faults.push(read.fault);
      return [];
    }
    return [{ ends: read.ends, place: () => placeOf(spanOf(fields)) }];
  });
  if (edges.length === 0 && faults.length === 0) {
    const field = { text: '', at: 0 };
    const message = 'this file lists no edges';
    faults.push({ code: 'wrong-form', field, message, expected: lineForm });
  }
  return { table: { file, edges }, problems: tellFaults(faults, placeOf) };
}

/** Blanks part what no other sign parts: `0 3`, as programs write lists of edges. */
function fieldsOf(fields: readonly Field[]): readonly Field[] {
  const own = withoutTail(fields);
  const [only] = own;
  if (own.length !== 1 || only === undefined) return own;
  return [...only.text.matchAll(/\S+/g)].map(({ 0: text, index }) => ({
    text,
    at: only.at + index,
  }));
}

function readEdge(
  fields: readonly Field[],
): { readonly ends: readonly [number, number] } | { readonly fault: Fault } {
  const wrong = fields.find(({ text }) => !/^\d{1,9}$/.test(text));
  const refuse = (field: Field, message: string, kind: string) => ({
    fault: { code: 'wrong-form' as const, field, message, expected: lineForm, kind },
  });
  if (wrong !== undefined) {
    return refuse(
      wrong,
      `found ${describeValue(wrong.text)}, which is no index of a node`,
      'index',
    );
  }
  const [a, b] = fields;
  if (a === undefined || b === undefined || fields.length > 2) {
    const count = fields.length === 1 ? 'one index' : `${fields.length} numbers`;
    return refuse(fields[2] ?? spanOf(fields), `found ${count} on this line`, 'count');
  }
  return { ends: [Number(a.text), Number(b.text)] };
}

/** From the first to the last field of a line. */
function spanOf(fields: readonly Field[]): Field {
  const first = fields[0] ?? { text: '', at: 0 };
  const last = fields.at(-1) ?? first;
  return { text: ' '.repeat(last.at + last.text.length - first.at), at: first.at };
}
