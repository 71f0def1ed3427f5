/**
 * One thing that is wrong with a scenario, and how it is shown. Problems are collected, never
 * thrown one by one: a person wants to mend a file in one go.
 */
import { TestbedError } from '../errors/testbed-error.ts';
import { wrapText } from '../lib/wrap-text.ts';

/** Stable names of the kinds of problem, for scripts that read `--json`. */
export type ProblemCode =
  | 'encoding'
  | 'empty'
  | 'too-large'
  | 'unreadable'
  | 'too-deep'
  | 'yaml-syntax'
  | 'several-documents'
  | 'too-many-aliases'
  | 'duplicate-key'
  | 'unknown-key'
  | 'missing-key'
  | 'wrong-type'
  | 'wrong-unit'
  | 'out-of-range'
  | 'wrong-form'
  | 'not-one-of'
  | 'conflict';

/** Where the offending text stands: in the file, or in an option of the command line. */
export type ProblemPlace = FilePlace | { readonly kind: 'option'; readonly option: string };

export interface FilePlace {
  readonly kind: 'file';
  readonly file: string;
  /** Both counted from 1; columns in UTF-16 code units, as editors count them. */
  readonly line: number;
  readonly column: number;
  /** The whole line, and how many of its characters from `column` on are meant (>= 1). */
  readonly lineText: string;
  readonly length: number;
  /** Aliases of the block that this stands in: each of them brings the problem along. */
  readonly uses?: readonly AliasUse[];
}

export interface AliasUse {
  /** As it is written: `*base`. */
  readonly alias: string;
  readonly line: number;
  readonly column: number;
}

export interface ConfigProblem {
  readonly code: ProblemCode;
  /** Key in the file, dots between levels: `load.rate`; empty for the file as a whole. */
  readonly path: string;
  readonly place: ProblemPlace;
  /** A clause that starts in lower case: what is wrong. */
  readonly message: string;
  /** What would have been accepted, or undefined. */
  readonly expected?: string;
  /** The known word nearest to an unknown one. */
  readonly suggestion?: string;
}

/** More than this many problems are counted, not shown: the rest follow from the first. */
const shownMax = 40;

/**
 * The error that carries all problems of one source. Its message lists them in order of position;
 * its details hold them for machines.
 * @param problems at least one
 */
export function createConfigError(
  source: string,
  problems: readonly ConfigProblem[],
): TestbedError {
  const ordered = withoutRepeats(problems).sort(byPlace);
  const optionsOnly = ordered.every(({ place }) => place.kind === 'option');
  const count = ordered.length === 1 ? 'a problem' : `${ordered.length} problems`;
  const shown = ordered.slice(0, shownMax).map(formatProblem);
  if (ordered.length > shownMax) shown.push(`... and ${ordered.length - shownMax} more`);
  const heading = optionsOnly ? `The options have ${count}:` : `${printable(source)} has ${count}:`;
  return new TestbedError(
    optionsOnly ? 'USAGE' : 'CONFIG_INVALID',
    [heading, ...shown].join('\n\n'),
    {
      hint: optionsOnly
        ? 'See `testbed sweep --help`.'
        : 'Every field is described in docs/scenario.md; topologies/quickstart.yaml is a working example.',
      details: { source, problems: ordered.map(flatten) },
    },
  );
}

/** Position and message on the first lines, then the line of the file with a caret under it. */
export function formatProblem(problem: ConfigProblem): string {
  const { place, message, expected, suggestion, path } = problem;
  const position =
    place.kind === 'file' ? `${place.file}:${place.line}:${place.column}` : place.option;
  const subject = path === '' || place.kind === 'option' ? '' : `${path}: `;
  const lines = [printable(position), wrap(`  ${printable(subject + message)}`)];
  if (expected !== undefined) lines.push(wrap(`  expected: ${printable(expected)}`));
  if (suggestion !== undefined) lines.push(`  did you mean "${printable(suggestion)}"?`);
  if (place.kind === 'file') lines.push(...usesOf(place).map(wrap), ...excerpt(place));
  return lines.join('\n');
}

/** One line for all aliases, with the first few places. */
function usesOf({ file, uses = [] }: FilePlace): string[] {
  if (uses.length === 0) return [];
  const shown = uses
    .slice(0, 4)
    .map(({ alias, line, column }) => `${alias.slice(0, 40)} at ${file}:${line}:${column}`);
  const more = uses.length > 4 ? ` and ${uses.length - 4} more` : '';
  return [printable(`  used as ${shown.join(', ')}${more}`)];
}

/** A block with several aliases is wrong once, however often it is used. */
function withoutRepeats(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const kept = new Map<string, ConfigProblem>();
  for (const problem of problems) {
    const key = identityOf(problem);
    const before = kept.get(key);
    kept.set(key, before === undefined ? problem : joinUses(before, problem));
  }
  return [...kept.values()];
}

/** What a person sees of a problem but the way to it. */
function identityOf({ place, code, path, message, expected = '' }: ConfigProblem): string {
  const where =
    place.kind === 'option' ? place.option : `${place.file}:${place.line}:${place.column}`;
  const parent = path.replace(/(?:\.[^.[]*|\[\d+\])$/, '');
  const said = parent === '' ? message : message.replaceAll(`"${parent}"`, '""');
  return JSON.stringify([where, code, said, expected]);
}

function joinUses(one: ConfigProblem, other: ConfigProblem): ConfigProblem {
  if (one.place.kind === 'option' || other.place.kind === 'option') return one;
  const uses = [...(one.place.uses ?? []), ...(other.place.uses ?? [])];
  const distinct = uses
    .filter(
      (use, index) =>
        uses.findIndex(({ line, column }) => line === use.line && column === use.column) === index,
    )
    .sort((a, b) => a.line - b.line || a.column - b.column);
  // Told of the block where it stands, if it is used there.
  const base = other.place.uses === undefined ? other : one;
  return distinct.length === 0 ? one : { ...base, place: { ...one.place, uses: distinct } };
}

/**
 * Characters that a terminal would obey (C0, C1, DEL, direction of text, ends of lines) become
 * visible ones, each a single one so that carets stay where they belong.
 */
export function printable(text: string): string {
  return text.replace(obeyed, '·');
}

const obeyed =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to replace
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function wrap(line: string): string {
  return wrapText(line, 80, '    ');
}

/** The line cut to fit 80 columns around the caret. */
function excerpt(place: FilePlace): string[] {
  const label = `  ${place.line} | `;
  const width = Math.max(20, 78 - label.length);
  const caretAt = place.column - 1;
  const start = caretAt > width - 10 ? caretAt - Math.floor(width / 2) : 0;
  const text = printable(place.lineText.slice(start, start + width)).trimEnd();
  if (text === '') return [];
  const carets = Math.max(1, Math.min(place.length, text.length - (caretAt - start)));
  const indent = ' '.repeat(label.length - 2);
  return [`${label}${text}`, `${indent}| ${' '.repeat(caretAt - start)}${'^'.repeat(carets)}`];
}

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return order(a) - order(b);
}

function order({ place }: ConfigProblem): number {
  return place.kind === 'option' ? -1 : place.line * 1e6 + Math.min(place.column, 999_999);
}

function flatten({ place, ...problem }: ConfigProblem): Record<string, unknown> {
  if (place.kind === 'option') return { option: place.option, ...problem };
  const { file, line, column, uses } = place;
  return { file, line, column, ...(uses === undefined ? {} : { uses }), ...problem };
}
