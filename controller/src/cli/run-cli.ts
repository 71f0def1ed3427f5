/** The command line as one function from an environment to an exit code. */
import { exitCodes } from '../errors/catalogue.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { errorCodeOf } from '../lib/error-code.ts';
import type { Command } from './command.ts';
import { checkCommand } from './commands/check.ts';
import { cleanCommand } from './commands/clean.ts';
import { compareCommand } from './commands/compare.ts';
import { conformCommand } from './commands/conform.ts';
import { dbCommand } from './commands/db.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import { historyCommand } from './commands/history.ts';
import { planCommand } from './commands/plan.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { runsCommand } from './commands/runs.ts';
import { scoreCommand } from './commands/score.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { stopCommand } from './commands/stop.ts';
import { sweepCommand } from './commands/sweep.ts';
import { trendCommand } from './commands/trend.ts';
import { verifyEvidenceCommand } from './commands/verify-evidence.ts';
import { verifyNetCommand } from './commands/verify-net.ts';
import type { Environment } from './environment.ts';
import { type Interrupts, listenForInterrupts } from './interrupts.ts';
import { createOutput } from './output.ts';
import { parseCommandLine } from './parse-command-line.ts';
import type { Wiring } from './ports.ts';
import { printError } from './print-error.ts';

/** All verbs, in the order of help and reference: as a person meets them. */
export const commands: readonly Command[] = [
  doctorCommand,
  planCommand,
  verifyNetCommand,
  conformCommand,
  runCommand,
  sweepCommand,
  runsCommand,
  reportCommand,
  compareCommand,
  checkCommand,
  scoreCommand,
  trendCommand,
  historyCommand,
  exportCommand,
  verifyEvidenceCommand,
  serveCommand,
  statusCommand,
  stopCommand,
  cleanCommand,
  dbCommand,
];

/** @returns the exit code; never throws */
export async function runCli(
  environment: Environment,
  createWiring: (environment: Environment) => Wiring,
): Promise<number> {
  const { argv, version } = environment;
  // Known before the line is parsed, so that a line that cannot be parsed answers in JSON too.
  const output = createOutput(environment, argv.includes('--json'));
  using interrupts = listenForInterrupts(environment);
  try {
    const columns = output.columns;
    const parsed = await parseCommandLine(argv, commands, { version, columns });
    if (parsed.kind === 'print') {
      environment.stdout.write(`${parsed.text}\n`);
      return exitCodes.ok;
    }
    const { command, args } = parsed;
    const wiring = createWiring(environment);
    const exitCode = await command.run(args, { environment, output, interrupts, wiring });
    // A verb that failed has its own exit code, which says more.
    if (exitCode === exitCodes.ok) await checkWritten(environment);
    return exitCode;
  } catch (error) {
    return printError(explainInterruption(error, interrupts), output, environment);
  }
}

/** @throws TestbedError DISK_FULL or REPORT_UNWRITABLE if stdout did not take the result */
async function checkWritten({ stdout }: Environment): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve)); // errors of streams come a turn later
  if (stdout.failure === null) return;
  const isFull = errorCodeOf(stdout.failure) === 'ENOSPC';
  throw new TestbedError(
    isFull ? 'DISK_FULL' : 'REPORT_UNWRITABLE',
    `The result could not be written to standard output: ${stdout.failure.message}.`,
    {
      hint: 'Make room there and repeat it. What a run measured is stored: `testbed report latest`.',
      cause: stdout.failure,
    },
  );
}

/** Whatever fails after Ctrl-C fails because of it; what failed by itself keeps its reason. */
function explainInterruption(error: unknown, { stop, kill }: Interrupts): unknown {
  const isOurs = error === stop.reason || error === kill.reason;
  if (!stop.aborted || (!isOurs && error instanceof TestbedError)) return error;
  return new TestbedError('INTERRUPTED', 'Interrupted before the work was done.', {
    hint: 'If something was left behind, `testbed clean` removes it.',
    cause: error,
  });
}
