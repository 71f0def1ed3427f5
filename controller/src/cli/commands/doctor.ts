import { exitCodes } from '../../errors/catalogue.ts';
import { wrapText } from '../../lib/wrap-text.ts';
import {
  defaultRuntime,
  outerRuntimes,
  runtimeKinds,
  runtimeTraits,
} from '../../model/runtime-traits.ts';
import type { RuntimeKind } from '../../model/scenario.ts';
import type { Command, CommandContext } from '../command.ts';
import type { Check } from '../doctor/check.ts';
import {
  checkDataFolder,
  checkLoad,
  checkNeighbours,
  checkNodeVersion,
  checkOpenFiles,
  checkSize,
} from '../doctor/check-host.ts';
import {
  checkDatabase,
  checkDocker,
  checkImage,
  checkLeftovers,
  checkShaper,
} from '../doctor/check-services.ts';

/** Looks at everything a measurement needs, and says what to do about what is missing. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Check whether this machine is ready, and say what to do if not',
  positionals: [],
  options: {
    runtime: {
      kind: 'text',
      describe: 'Check for this runtime',
      choices: runtimeKinds,
      defaultText: defaultRuntime,
    },
  },
  examples: [
    ['doctor', 'everything, Docker included'],
    ['doctor --runtime process', 'what is needed without Docker'],
  ],
  notes:
    'Nothing is changed, except that an embedded database is created and started once. Exit code 4 if something needed is missing; warnings do not count.',
  async run(args, context) {
    const { output } = context;
    const asked = args.text('runtime');
    const runtime = runtimeKinds.find((kind) => kind === asked) ?? defaultRuntime;
    const checks = await runChecks(runtime, context);
    const isReady = checks.every(({ status }) => status !== 'failed');
    if (output.json) output.printJson({ ready: isReady, runtime, checks });
    else output.print(formatChecks(checks, output.columns));
    return isReady ? exitCodes.ok : exitCodes.environment;
  },
};

/** In the order of a reader: the machine, then what runs on it. Load first, before we cause any. */
async function runChecks(
  runtime: RuntimeKind,
  { wiring, interrupts }: CommandContext,
): Promise<Check[]> {
  const { probe, dataFolder } = wiring;
  const signal = interrupts.stop;
  const load = await checkLoad(probe, signal);
  const machine = [
    checkNodeVersion(probe),
    checkSize(probe),
    load,
    await checkOpenFiles(probe),
    await checkDataFolder(probe, dataFolder),
  ];
  const services: Check[] = [];
  const { needsEngine, hasOwnNamespaces } = runtimeTraits[runtime];
  let isUsable = true;
  if (needsEngine) {
    const docker = await checkDocker(probe, signal);
    services.push(...docker.checks, await checkNeighbours(probe));
    isUsable = docker.answers;
  }
  if (isUsable) {
    const adapter = await wiring.openRuntime(runtime);
    try {
      services.push(await checkImage(adapter, signal));
      if (hasOwnNamespaces) services.push(await checkShaper(adapter, signal));
    } finally {
      await adapter.close();
    }
  }
  services.push(await checkDatabase(wiring, signal));
  const isThere = (kind: RuntimeKind): boolean =>
    !runtimeTraits[kind].needsEngine || (kind === runtime && isUsable);
  const runtimes = outerRuntimes.filter(isThere);
  services.push(await checkLeftovers(wiring, runtimes, signal));
  return [...machine, ...services];
}

const marks = { ok: 'ok      ', warning: 'warning ', failed: 'FAILED  ' } as const;

function formatChecks(checks: readonly Check[], columns: number): string {
  const width = Math.max(...checks.map(({ name }) => name.length)) + 2;
  const indent = ' '.repeat(8 + width);
  const lines = checks.flatMap(({ name, status, text, remedy }) => [
    wrapText(`${marks[status]}${name.padEnd(width)}${text}`, columns, indent),
    ...(remedy === null ? [] : [wrapIndented(remedy, columns, indent)]),
  ]);
  const failures = checks.filter(({ status }) => status === 'failed').length;
  const warnings = checks.filter(({ status }) => status === 'warning').length;
  const summary =
    failures > 0
      ? `Not ready: ${failures} of ${checks.length} checks failed.`
      : `Ready.${warnings > 0 ? ` ${warnings} warnings: read them before you trust a result.` : ''}`;
  return [...lines, '', summary].join('\n');
}

function wrapIndented(text: string, columns: number, indent: string): string {
  return text
    .split('\n')
    .map((line) => wrapText(`${indent}-> ${line}`, columns, `${indent}   `))
    .join('\n');
}
