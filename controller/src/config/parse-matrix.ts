/**
 * A table of delays between regions -> the cells that a scenario wants: a matrix or a list of pairs
 * as CSV, or JSON of the kind `{from: {to: ms}}`. Plain numbers are ms; `80ms`, `50-100ms` and the
 * names of profiles are fine too; an empty value says nothing; `#` starts a comment line. Whether a
 * number is a round trip or one way is for the scenario to say. Pure: text in, cells out.
 */
import { nearest } from '../lib/nearest.ts';
import { codeOf, describeValue } from './explain-issue.ts';
import { nameRegions } from './matrix/name-regions.ts';
import {
  createPlacer,
  type Fault,
  type Field,
  type RawTable,
  tellFaults,
} from './matrix/raw-table.ts';
import { isJson, readJsonTable } from './matrix/read-json-table.ts';
import { readTextTable, someOf } from './matrix/read-text-table.ts';
import type { ConfigProblem, ProblemPlace } from './problem.ts';
import { profileText, type RawProfile } from './profile-schema.ts';
import { profileNames } from './ready-profiles.ts';

export interface Matrix {
  /** Every region that the table knows, in its order. */
  readonly regions: readonly string[];
  /** What a region is called in the table. */
  readonly tableNames: ReadonlyMap<string, string>;
  /** Between the regions that are wanted. */
  readonly cells: readonly MatrixCell[];
}

export interface MatrixCell {
  readonly from: string;
  readonly to: string;
  readonly profile: RawProfile;
  /** Computed when asked for: few of many cells have something to be told. */
  readonly place?: () => ProblemPlace;
}

/** What a scenario says of the table beside its name. */
export interface MatrixWish {
  /** Null: all that the table has. What concerns others only is neither read nor told. */
  readonly regions: readonly string[] | null;
  /** The scenario's name of a region -> the table's. */
  readonly names: Readonly<Record<string, string>>;
}

const everything: MatrixWish = { regions: null, names: {} };
const nothing: Matrix = { regions: [], tableNames: new Map(), cells: [] };

const cellForm = 'a delay in ms such as 80, or 80ms, 50-100ms, the name of a profile, or nothing';

/** @param file how the file is called in messages */
export function parseMatrix(
  text: string,
  file: string,
  wish: MatrixWish = everything,
): { readonly matrix: Matrix; readonly problems: readonly ConfigProblem[] } {
  const placeOf = createPlacer(text, file);
  const reading = isJson(text) ? readJsonTable(text) : readTextTable(text);
  if (reading.kind === 'refused') {
    return { matrix: nothing, problems: tellFaults([reading.fault], placeOf) };
  }
  const { table, faults } = reading;
  const names = [...new Set(table.names.map(({ text: name }) => name))];
  const { regionOf, unnamed } = nameRegions(names, wish.names);
  const isWanted = (name: string): boolean => {
    const region = regionOf.get(name);
    return region !== undefined && (wish.regions === null || wish.regions.includes(region));
  };
  const values = readValues(table, isWanted);
  const cells = values.cells.map(({ from, to, profile, field }): MatrixCell => {
    const ends = { from: regionOf.get(from) ?? from, to: regionOf.get(to) ?? to };
    return { ...ends, profile, place: () => placeOf(field) };
  });
  const told = [
    ...faults.filter(({ row }) => row === undefined || isWanted(row)),
    ...(wish.regions === null ? namelessFaults(table.names, unnamed) : []),
    ...values.faults,
  ];
  return {
    matrix: {
      regions: [...regionOf.values()],
      tableNames: new Map([...regionOf].map(([name, region]) => [region, name])),
      cells,
    },
    problems: tellFaults(told, placeOf),
  };
}

/** One for all names that cannot be a region's, where all regions are wanted. */
function namelessFaults(fields: readonly Field[], unnamed: readonly string[]): Fault[] {
  const field = fields.find(({ text }) => unnamed.includes(text));
  if (field === undefined) return [];
  const others = unnamed.slice(1).map((name) => describeValue(name));
  const also = others.length === 0 ? '' : `; nor can ${someOf(others)}`;
  return [
    {
      code: 'wrong-form',
      field,
      message: `${describeValue(field.text)} cannot be the name of a region${also}`,
      expected:
        'regions that name some of the others, or matrix-names with a name of yours for each, such as {paris: "..."}',
    },
  ];
}

interface ReadValue {
  readonly from: string;
  readonly to: string;
  readonly profile: RawProfile;
  readonly field: Field;
}

function readValues(
  { values, hasDecimalCommas }: RawTable,
  isWanted: (name: string) => boolean,
): { readonly cells: readonly ReadValue[]; readonly faults: readonly Fault[] } {
  const spoken = values.filter(
    ({ from, to, value }) =>
      value.text !== '' && value.text !== '-' && isWanted(from) && isWanted(to),
  );
  const mixed = hasDecimalCommas ? findMixed(spoken.map(({ value }) => value)) : undefined;
  if (mixed !== undefined) return { cells: [], faults: [mixed] };
  const faults: Fault[] = [];
  const cells = spoken.flatMap(({ from, to, value }): ReadValue[] => {
    const profile = readCell(value, hasDecimalCommas);
    if ('fault' in profile) {
      faults.push(profile.fault);
      return [];
    }
    return [{ from, to, profile: profile.value, field: value }];
  });
  return { cells, faults };
}

/** `1.234` beside `1,5` may be one and a bit, or a thousand. */
function findMixed(values: readonly Field[]): Fault | undefined {
  if (!values.some(({ text }) => text.includes(','))) return undefined;
  const field = values.find(({ text }) => text.includes('.'));
  if (field === undefined) return undefined;
  const message = `found ${describeValue(field.text)} where other values have a decimal comma`;
  return { code: 'wrong-form', field, message, expected: 'a comma or a point in all, not both' };
}

function readCell(
  field: Field,
  hasDecimalCommas: boolean,
): { readonly value: RawProfile } | { readonly fault: Fault } {
  const written = hasDecimalCommas ? field.text.replace(/(?<=\d),(?=\d)/g, '.') : field.text;
  // A plain number is ms here: that is how such tables are published.
  const parsed = profileText.safeParse(/^[\d.]+$/.test(written) ? `${written}ms` : written);
  if (parsed.success) return { value: parsed.data };
  const found = `found ${describeValue(field.text)}`;
  if (/^\d+,\d+$/.test(written)) {
    const message = `${found}: commas part the values here`;
    const suggestion = written.replace(',', '.');
    const more = { expected: cellForm, suggestion, kind: 'comma' };
    return { fault: { code: 'wrong-form', field, message, ...more } };
  }
  const suggestion = nearest(field.text.slice(0, 60), profileNames);
  const [issue] = parsed.error.issues;
  const why = issue?.message ?? '';
  return {
    fault: {
      code: codeOf(issue?.code === 'custom' ? issue.params?.problem : undefined),
      field,
      message: why === '' ? found : `${found}: ${why}`,
      expected: cellForm,
      ...(suggestion === undefined ? {} : { suggestion }),
      kind: why.replace(/[\d.]+/g, '#'),
    },
  };
}
