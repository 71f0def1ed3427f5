import { analyseRun } from '../../analyse/analyse-run.ts';
import {
  checkThresholds,
  type ThresholdResult,
} from '../../analyse/thresholds/check-thresholds.ts';
import { findRun } from '../../conduct/find-run.ts';
import { readScenario } from '../../config/read-scenario.ts';
import { exitCodes } from '../../errors/catalogue.ts';
import { describeError } from '../../errors/describe-error.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { RunFinding } from '../../model/finding.ts';
import type { Threshold } from '../../model/threshold.ts';
import { renderThresholds } from '../../report/terminal-thresholds.ts';
import type { Command, CommandContext } from '../command.ts';
import { resolvePath } from '../print-result.ts';
import { withStore } from '../with-store.ts';

/** Holds a run against the thresholds of its scenario. */
export const checkCommand: Command = {
  name: 'check',
  summary: 'Hold a stored run against its thresholds: pass or fail, for CI',
  positionals: [
    { name: 'run', describe: 'Run id, its beginning, or latest (the default)', required: false },
  ],
  options: {
    thresholds: {
      kind: 'text',
      describe: 'Take the thresholds of this scenario file, not those stored with the run',
      value: 'file.yaml',
    },
  },
  examples: [
    ['check', 'the latest run, against the thresholds of its scenario'],
    ['check latest --thresholds slo.yaml', 'against those of another file'],
    ['check --json', 'every threshold with what was measured'],
  ],
  notes:
    'In the scenario: `thresholds: {latency.p99: "< 500ms", success: ">= 99%"}`. Each is held against the mean over the repetitions of every cell that it is meant for. Exit code 7 if one is missed; 6 if none is missed but one could not be measured, because its cell is invalid or has no such figure: that is no pass. This is a test of limits, not of change: whether something became worse says `testbed compare`.',
  async run(args, context) {
    const { output } = context;
    const text = args.positional('run') ?? 'latest';
    const finding = await withStore(context, async (store) =>
      analyseRun(await store.loadRun(await findRun(text, store))),
    );
    const file = args.text('thresholds');
    const thresholds = await thresholdsOf(finding, file, context);
    const results = checkThresholds(finding, thresholds);
    const error = errorOf(results);
    if (output.json) {
      const told = error === null ? null : describeError(error);
      output.printJson({ run: finding.run.id, passed: error === null, results, error: told });
      return error?.exitCode ?? exitCodes.ok;
    }
    output.print(renderThresholds(results, output.columns));
    if (error !== null) throw error;
    output.print(`\nAll ${results.length} checks passed: run ${finding.run.id}.`);
    return exitCodes.ok;
  },
};

async function thresholdsOf(
  { run }: RunFinding,
  file: string | undefined,
  { environment }: CommandContext,
): Promise<readonly Threshold[]> {
  const own =
    file === undefined
      ? run.plan.scenario.thresholds
      : (await readScenario({ path: resolvePath(file, environment), displayName: file }))
          .thresholds;
  if (own !== undefined && own.length > 0) return own;
  throw new TestbedError('USAGE', `${file ?? `The scenario of run ${run.id}`} has no thresholds.`, {
    hint: 'Write some, such as `thresholds: {latency.p99: "< 500ms"}`, in a file: testbed check latest --thresholds FILE.',
  });
}

function errorOf(results: readonly ThresholdResult[]): TestbedError | null {
  const missed = results.filter(({ state }) => state === 'missed');
  const unmeasured = results.filter(({ state }) => state === 'not-measured');
  if (missed.length > 0) {
    return new TestbedError(
      'THRESHOLD_MISSED',
      `${missed.length} of ${results.length} thresholds are missed: ${listed(missed)}.`,
      { hint: 'What was measured is above; `testbed report` has the whole run.' },
    );
  }
  if (unmeasured.length === 0) return null;
  return new TestbedError(
    'THRESHOLD_UNMEASURED',
    `${unmeasured.length} of ${results.length} thresholds could not be judged: ${listed(unmeasured)}.`,
    { hint: 'That is no pass. `testbed report` says what is wrong with the run; repeat it.' },
  );
}

function listed(results: readonly ThresholdResult[]): string {
  const texts = results.map(({ threshold }) => `${threshold.metric} ${threshold.text}`);
  return [...new Set(texts)].join(', ');
}
