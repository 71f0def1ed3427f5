import { exitCodes } from '../../errors/catalogue.ts';
import { describeError } from '../../errors/describe-error.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { CleanOutcome } from '../../ledger/clean.ts';
import { wrapText } from '../../lib/wrap-text.ts';
import { parseRunId } from '../../model/ids.ts';
import { outerRuntimes } from '../../model/runtime-traits.ts';
import type { OwnedObject } from '../../runtime/runtime.ts';
import type { Command } from '../command.ts';
import { formatTable } from '../table.ts';

/** Finishes what a killed controller could not. */
export const cleanCommand: Command = {
  name: 'clean',
  summary: 'Remove containers, networks and processes that dead runs have left behind',
  positionals: [],
  options: {
    run: { kind: 'text', describe: 'Only this run', value: 'id' },
    force: { kind: 'flag', describe: 'With --run: even if its controller is still running' },
    'dry-run': { kind: 'flag', describe: 'Say what would be removed; remove nothing' },
    runtime: {
      kind: 'text',
      describe: 'Look only there',
      choices: outerRuntimes,
      defaultText: 'both',
    },
  },
  examples: [
    ['clean --dry-run', 'what is left over?'],
    ['clean', 'remove it'],
    ['clean --run 20260102-030405-ab12', 'this run, also if it ran elsewhere'],
  ],
  notes:
    'Only objects that carry the label of a run, or that its ledger names, are touched. Stored results stay; a run whose controller was killed is marked as failed, and the database it left running is stopped if nobody uses it. Every run cleans up after dead runs when it starts, too. Exit code 4 if something could not be removed.',
  async run(args, { output, wiring, interrupts }) {
    const runtime = args.text('runtime');
    const dryRun = args.flag('dry-run');
    const runText = args.text('run');
    const runId = runText === undefined ? undefined : parseRunId(runText);
    if (runText !== undefined && runId === undefined) {
      throw new TestbedError('USAGE', `"${runText}" is not a run id.`, {
        hint: 'Ids look like 20260102-030405-ab12. List them: testbed runs',
      });
    }
    if (args.flag('force') && runId === undefined) {
      throw new TestbedError('USAGE', '--force needs --run: it ends one run, not all of them.');
    }
    const outcome = await wiring.clean({
      runtimes: outerRuntimes.filter((kind) => runtime === undefined || runtime === kind),
      runId: runId ?? null,
      force: args.flag('force'),
      dryRun,
      signal: interrupts.stop,
    });
    if (output.json) output.printJson(describeOutcome(outcome, dryRun));
    else output.print(formatOutcome(outcome, dryRun, output.columns));
    return outcome.failures.length > 0 ? exitCodes.environment : exitCodes.ok;
  },
};

function describeOutcome(
  { removed, spared, failures, unseen, notes }: CleanOutcome,
  dryRun: boolean,
): Record<string, unknown> {
  return {
    dryRun,
    removed,
    spared,
    failures: failures.map(describeError),
    unseen: unseen.map(({ runtime, error }) => ({ runtime, error: describeError(error) })),
    notes,
  };
}

function formatOutcome(outcome: CleanOutcome, dryRun: boolean, columns: number): string {
  const { removed, spared, failures, unseen, notes } = outcome;
  const parts: string[] = [];
  if (removed.length === 0) {
    if (failures.length === 0) parts.push('Nothing is left over.');
  } else {
    const what = `${removed.length} ${removed.length === 1 ? 'object' : 'objects'}`;
    parts.push(dryRun ? `Would remove ${what}:` : `Removed ${what}:`, formatObjects(removed));
  }
  const lines = [
    ...spared.map(
      (run) => `left alone: ${run.objectCount} of run ${run.runId}, because ${run.reason}`,
    ),
    ...unseen.map(({ runtime, error }) => `not looked at: ${runtime}. ${error.message}`),
    ...failures.map(({ message }) => `could not be removed: ${message}`),
    ...notes,
  ];
  return [...parts, ...lines.map((line) => wrapText(line, columns, '  '))].join('\n');
}

function formatObjects(objects: readonly OwnedObject[]): string {
  return formatTable(
    [{ heading: 'run' }, { heading: 'what' }, { heading: 'name' }],
    objects.map(({ runId, runtime, kind, name }) => [runId, `${runtime} ${kind}`, name]),
  );
}
