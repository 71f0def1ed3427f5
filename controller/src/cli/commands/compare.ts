import { analyseRun } from '../../analyse/analyse-run.ts';
import { compareAxis } from '../../analyse/comparison/compare-axis.ts';
import {
  compareTwoRuns,
  listUnpaired,
  mergeRefused,
} from '../../analyse/comparison/compare-two-runs.ts';
import { compareWithHistory } from '../../analyse/comparison/compare-with-history.ts';
import type { Comparison } from '../../analyse/comparison/comparison.ts';
import { findRun } from '../../conduct/find-run.ts';
import { loadHistory } from '../../conduct/load-history.ts';
import { exitCodes } from '../../errors/catalogue.ts';
import { describeError } from '../../errors/describe-error.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { RunFinding } from '../../model/finding.ts';
import { headlineOf, renderComparison } from '../../report/terminal-comparison.ts';
import type { Store } from '../../store/store.ts';
import { checkFactors } from '../check-factors.ts';
import type { Arguments, Command, CommandContext } from '../command.ts';
import { readLimit } from '../read-limit.ts';
import { withStore } from '../with-store.ts';

/** In CI a machine acts on the answer, so it has to be surer. */
const significances = { people: 0.05, gate: 0.01 } as const;

/** What is compared, and what else there is to say of it. */
interface Compared {
  readonly comparison: Comparison;
  /** Cells that only one run has. */
  readonly unpaired: { readonly a: readonly string[]; readonly b: readonly string[] };
}

/** Says whether something became worse, and how sure that is. */
export const compareCommand: Command = {
  name: 'compare',
  summary: 'Say whether something became better or worse, and how sure that is',
  positionals: [
    { name: 'a', describe: 'Run id, its beginning, or latest: what was before', required: true },
    { name: 'b', describe: 'The run to hold against it', required: false },
  ],
  options: {
    axis: {
      kind: 'text',
      describe: 'Compare two values of an axis of run A, block by block',
      value: 'image',
    },
    values: {
      kind: 'text',
      describe: 'With --axis: the two values, the older first',
      value: 'v1,v2',
      defaultText: 'the two that there are',
    },
    factor: {
      kind: 'list',
      describe: 'What may differ between the runs, because it is what is tested; may be repeated',
      value: 'key',
    },
    limit: {
      kind: 'text',
      describe: 'With one run: how many earlier runs to look at',
      value: 'count',
      defaultText: '50',
    },
    gate: {
      kind: 'flag',
      describe: 'For CI: a regression needs p < .01 after correction, not .05',
    },
  },
  examples: [
    ['compare latest --axis image', 'two images of one run, in its blocks: this decides'],
    ['compare latest', 'the latest run against at least five comparable ones before it'],
    ['compare 20260102-03 20260103-04', 'two runs: a report, no decision'],
    ['compare 20260102-03 20260103-04 --factor network', 'two networks, all else equal'],
  ],
  notes:
    'Three designs, the surest first. Two values of an axis of one run were measured in turn in the same blocks (--axis): a paired test, from four blocks on. One run is held against at least five comparable sessions of the same name before it. Two runs alone are compared by ranks; how much sessions differ anyway is then assumed, and said to be. Figures in parentheses are for information; throughput, latency.p99 and success decide. What is not comparable is refused, with the keys that differ; software is what is compared and may always differ. Exit code 8 if something became worse, 6 if nothing could be compared. docs/comparing.md has it all.',
  async run(args, context) {
    const { output } = context;
    const compared = await withStore(context, (store) => compare(args, store));
    const error = errorOf(compared.comparison);
    if (output.json) {
      output.printJson({ ...compared, error: error === null ? null : describeError(error) });
      return error?.exitCode ?? exitCodes.ok;
    }
    output.print(renderComparison(compared.comparison, output.columns));
    noteUnpaired(compared, context);
    if (error !== null) throw error;
    return exitCodes.ok;
  },
};

async function compare(args: Arguments, store: Store): Promise<Compared> {
  const significance = args.flag('gate') ? significances.gate : significances.people;
  const [a, b, axis] = [args.positional('a') ?? 'latest', args.positional('b'), args.text('axis')];
  const nobody = { a: [], b: [] };
  if (axis !== undefined) {
    if (b !== undefined)
      throw usage('--axis compares two values of one run: leave the second out.');
    const finding = await load(a, store);
    const values = readValues(finding, axis, args.text('values'));
    return { comparison: compareAxis(finding, { axis, values, significance }), unpaired: nobody };
  }
  if (args.text('values') !== undefined) throw usage('--values belongs to --axis.');
  const factors = args.list('factor');
  if (b === undefined) {
    const limit = readLimit(args.text('limit'), 50);
    const { finding, histories } = await loadHistory(a, store, { limit, factors });
    checkFactors(factors, finding.run, 'compare');
    return { comparison: compareWithHistory(histories, significance), unpaired: nobody };
  }
  const [older, newer] = [await load(a, store), await load(b, store)];
  checkFactors(factors, older.run, 'compare');
  if (older.run.id === newer.run.id) throw usage(`Both are run ${older.run.id}.`);
  const comparison = compareTwoRuns(older, newer, { factors, significance });
  return { comparison, unpaired: listUnpaired(older, newer) };
}

async function load(text: string, store: Store): Promise<RunFinding> {
  return analyseRun(await store.loadRun(await findRun(text, store)));
}

/** @throws TestbedError USAGE for an axis or a value that the run does not have */
function readValues(
  { run }: RunFinding,
  field: string,
  given: string | undefined,
): readonly [string, string] {
  const axis = run.plan.axes.find((one) => one.field === field);
  if (axis === undefined) {
    const fields = run.plan.axes.map((one) => one.field).join(', ');
    throw usage(`Run ${run.id} does not vary "${field}"; it varies ${fields}.`);
  }
  const texts = axis.values.map(({ text }) => text);
  const wanted = given === undefined ? texts : given.split(',').map((value) => value.trim());
  const unknown = wanted.find((value) => !texts.includes(value));
  const [first, second, third] = wanted;
  const choice = `Its values are ${texts.join(', ')}.`;
  if (unknown !== undefined) throw usage(`"${unknown}" is no value of ${field}. ${choice}`);
  if (first === undefined || second === undefined || third !== undefined || first === second) {
    throw usage(`Two values of ${field} are compared: name them with --values. ${choice}`);
  }
  return [first, second];
}

function errorOf(comparison: Comparison): TestbedError | null {
  if (comparison.outcome === 'regression') {
    return new TestbedError('REGRESSION_FOUND', headlineOf(comparison), {
      hint:
        comparison.design === 'paired-blocks'
          ? 'Bisect between the two: measure versions between them as values of the axis.'
          : 'Confirm it in blocks: run both as values of an axis (`vary: {image: [a, b]}`) and `testbed compare latest --axis image`.',
    });
  }
  if (comparison.outcome !== 'not-comparable') return null;
  const differences = mergeRefused(comparison);
  const keys = differences.map(({ key, a, b }) => `${key} (${a} | ${b})`).join('; ');
  return new TestbedError(
    'NOT_COMPARABLE',
    keys === '' ? 'They have no cell in common.' : `They differ in ${keys}.`,
    {
      hint: 'If one of these is what you want to compare, name it: --factor KEY. Otherwise repeat one of the runs as the other was.',
      details: { differences },
    },
  );
}

function noteUnpaired({ unpaired }: Compared, { output }: CommandContext): void {
  for (const [side, cells] of [
    ['first', unpaired.a],
    ['second', unpaired.b],
  ] as const) {
    if (cells.length > 0) output.note(`Only in the ${side} run: ${cells.join('; ')}.`);
  }
}

function usage(message: string): TestbedError {
  return new TestbedError('USAGE', message, { hint: 'See `testbed compare --help`.' });
}
