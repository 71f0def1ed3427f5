import { exitCodes } from '../../errors/catalogue.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { HostFacts } from '../../model/record.ts';
import { chosenRuntime, plainRuntime, runtimeTraits } from '../../model/runtime-traits.ts';
import type { RuntimeKind, Scenario } from '../../model/scenario.ts';
import { assertFits } from '../../plan/estimate-capacity.ts';
import { type ResolvedShaper, resolveShaper } from '../../plan/resolve-shaper.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Command, CommandContext } from '../command.ts';
import { formatPlan } from '../format-plan.ts';
import { holdAgainst } from '../hold-plan.ts';
import { formatPrograms, listPrograms } from '../list-programs.ts';
import { describeError } from '../print-error.ts';
import { readScenarioOf, scenarioOptions } from '../scenario-options.ts';

/** Shows what would run, in which order, and whether it fits. Starts no node. */
export const planCommand: Command = {
  name: 'plan',
  summary: 'Show what a scenario would run, what it takes, and whether it fits this host',
  positionals: [
    {
      name: 'file',
      describe: 'Scenario file, - for standard input; without it, options say all',
      required: false,
    },
  ],
  options: {
    ...scenarioOptions,
    show: {
      kind: 'text',
      describe: 'Also what the kernel would be told, node by node',
      choices: ['tc'],
    },
  },
  examples: [
    ['plan topologies/quickstart.yaml', 'cells, memory, order, duration'],
    ['plan topologies/five-regions.yaml', 'what a ping will show, pair by pair'],
    ['plan --nodes 4 --network wan --show tc', 'the qdiscs of every node'],
    ['plan --nodes 4,40 --repetitions 3', 'the same without a file'],
    ['plan topologies/quickstart.yaml --json', 'the plan as data'],
    ['plan - < my.yaml', 'what another program writes'],
  ],
  notes:
    'No node is started; where a network is shaped, netem is tried in a namespace of its own. The same scenario, seed and shaper always give the same plan, byte for byte; its hash is stored with every run. Exit code 3 if the plan cannot run here, 4 if nobody here can shape it.',
  async run(args, context) {
    const { output, wiring } = context;
    const scenario = await readScenarioOf(args, args.positional('file'), context);
    const kind = chosenRuntime(scenario.runtime);
    const surroundings = await lookAround(scenario, kind, context);
    const { hosts, shaper, failure } = surroundings;
    const where = { runtime: kind, hosts, shaper };
    const { plan, capacity } = await holdAgainst(scenario, where, wiring.probe);
    const warned = { ...capacity, warnings: [...surroundings.warnings, ...capacity.warnings] };
    const isDetailed = args.text('show') === 'tc';
    const refusal = findRefusal(() => assertFits(plan, capacity, { strict: args.flag('strict') }));
    const error = refusal ?? failure;
    if (output.json) {
      const programs = isDetailed ? { programs: listPrograms(plan) } : {};
      const told = error === null ? null : describeError(error);
      output.printJson({ plan, capacity: warned, hosts, ...programs, error: told });
      return error?.exitCode ?? exitCodes.ok;
    }
    output.print(formatPlan(plan, warned, hosts, output.columns));
    if (isDetailed) output.print(`\n${formatPrograms(plan)}`);
    if (error !== null) throw error;
    return exitCodes.ok;
  },
};

function findRefusal(assertion: () => void): TestbedError | null {
  try {
    assertion();
    return null;
  } catch (error) {
    if (error instanceof TestbedError) return error;
    throw error;
  }
}

interface Surroundings extends ResolvedShaper {
  readonly hosts: readonly HostFacts[];
  /** Why the scenario cannot be shaped here, though it can be planned. */
  readonly failure: TestbedError | null;
}

/** The hosts of the runtime; without Docker, this machine, so that a plan can be made anywhere. */
async function lookAround(
  scenario: Scenario,
  kind: RuntimeKind,
  context: Pick<CommandContext, 'wiring' | 'interrupts'>,
): Promise<Surroundings> {
  const { wiring, interrupts } = context;
  const { stop: signal } = interrupts;
  const runtime = await wiring.openRuntime(kind);
  try {
    const hosts = await runtime.inspectHosts({ signal });
    return { hosts, ...(await chooseShaper(scenario, runtime, signal)) };
  } catch (error) {
    if (!runtimeTraits[kind].needsEngine || !(error instanceof TestbedError)) throw error;
    const machine = await wiring.openRuntime(plainRuntime);
    const hosts = await machine.inspectHosts({ signal }).finally(() => machine.close());
    const { shaper } = await resolveShaper(scenario, assumeNetem);
    const unasked = shaper === 'netem' ? ' Links are planned for netem.' : '';
    const warning = `Docker cannot be asked, so this is the arithmetic of this machine.${unasked} ${error.message}`;
    return { hosts, shaper, warnings: [warning], failure: null };
  } finally {
    await runtime.close();
  }
}

/** A scenario that cannot be shaped here is planned for netem all the same, to be looked at. */
async function chooseShaper(
  scenario: Scenario,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<Omit<Surroundings, 'hosts'>> {
  let trial: TestbedError | null = null;
  const tryNetem = async () => {
    try {
      return await runtime.probeNetem({ signal });
    } catch (error) {
      if (!(error instanceof TestbedError) || signal.aborted) throw error;
      trial = error;
      return assumeNetem();
    }
  };
  const noteTrial = (): string[] =>
    trial === null
      ? []
      : [`Whether netem works here could not be tried; it is assumed. ${trial.message}`];
  try {
    const { shaper, warnings } = await resolveShaper(scenario, tryNetem);
    return { shaper, warnings: [...warnings, ...noteTrial()], failure: null };
  } catch (error) {
    if (!(error instanceof TestbedError) || error.code !== 'SHAPER_UNAVAILABLE') throw error;
    const { shaper } = await resolveShaper(scenario, assumeNetem);
    return { shaper, warnings: [], failure: error };
  }
}

async function assumeNetem(): Promise<{ readonly kind: 'works' }> {
  return { kind: 'works' };
}
