import { exitCodes } from '../../errors/catalogue.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import { wrapText } from '../../lib/wrap-text.ts';
import { parseRunId } from '../../model/ids.ts';
import type { OwnedObject } from '../../runtime/runtime.ts';
import type { Command } from '../command.ts';
import type { CleanOutcome } from '../ports.ts';
import { formatTable } from '../table.ts';

/** Finishes what a killed controller could not. */
export const cleanCommand: Command = {
  name: 'clean',
  summary: 'Remove containers, networks and processes that dead runs have left behind',
  positionals: [],
  options: {
    run: { kind: 'text', describe: 'Only this run, even if it seems alive', value: 'id' },
    all: { kind: 'flag', describe: 'Also what belongs to runs that seem alive' },
    'dry-run': { kind: 'flag', describe: 'Say what would be removed; remove nothing' },
    runtime: {
      kind: 'text',
      describe: 'Look only there',
      choices: ['docker', 'process'],
      defaultText: 'both',
    },
  },
  examples: [
    ['clean --dry-run', 'what is left over?'],
    ['clean', 'remove it'],
    ['clean --run 20260102-030405-ab12', 'end this run, whatever it does'],
  ],
  notes:
    'Only objects that carry the label of a run, or that its ledger names, are touched. Stored\nresults stay. Every run cleans up after dead runs when it starts, too.',
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
    const outcome = await wiring.clean({
      runtimes:
        runtime === 'docker' || runtime === 'process'
          ? [runtime]
          : (['docker', 'process'] as const),
      ...(runId === undefined ? {} : { runId }),
      all: args.flag('all'),
      dryRun,
      signal: interrupts.stop,
    });
    if (output.json) output.printJson({ dryRun, ...outcome });
    else output.print(formatOutcome(outcome, dryRun, output.columns));
    return outcome.problems.length > 0 ? exitCodes.environment : exitCodes.ok;
  },
};

function formatOutcome(outcome: CleanOutcome, dryRun: boolean, columns: number): string {
  const { removed, kept, problems } = outcome;
  const parts: string[] = [];
  if (removed.length === 0) parts.push('Nothing is left over.');
  else {
    const what = `${removed.length} ${removed.length === 1 ? 'object' : 'objects'}`;
    parts.push(dryRun ? `Would remove ${what}:` : `Removed ${what}:`, formatObjects(removed));
  }
  if (kept.length > 0) {
    const reason = 'left alone, because their runs seem alive (--all removes them too)';
    parts.push(wrapText(`${kept.length} more are ${reason}:`, columns), formatObjects(kept));
  }
  for (const problem of problems) parts.push(wrapText(`problem: ${problem}`, columns, '  '));
  return parts.join('\n');
}

function formatObjects(objects: readonly OwnedObject[]): string {
  return formatTable(
    [{ heading: 'run' }, { heading: 'what' }, { heading: 'name' }],
    objects.map(({ runId, runtime, kind, name }) => [runId, `${runtime} ${kind}`, name]),
  );
}
