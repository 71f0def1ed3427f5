import { exitCodes } from '../../errors/catalogue.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { HostFacts } from '../../model/record.ts';
import type { RuntimeKind } from '../../model/scenario.ts';
import { assertFits } from '../../plan/estimate-capacity.ts';
import type { Command, CommandContext } from '../command.ts';
import { formatPlan } from '../format-plan.ts';
import { holdAgainst } from '../hold-plan.ts';
import { readScenarioOf, scenarioOptions } from '../scenario-options.ts';

/** Shows what would run, in which order, and whether it fits. Starts nothing. */
export const planCommand: Command = {
  name: 'plan',
  summary: 'Show what a scenario would run, what it takes, and whether it fits this host',
  positionals: [
    { name: 'file', describe: 'Scenario file; without it, options say all', required: false },
  ],
  options: scenarioOptions,
  examples: [
    ['plan topologies/quickstart.yaml', 'cells, memory, order, duration'],
    ['plan --nodes 4,40 --repetitions 3', 'the same without a file'],
    ['plan topologies/quickstart.yaml --json', 'the plan as data'],
  ],
  notes:
    'Nothing is started. The same scenario and seed always give the same plan, byte for byte; its hash is stored with every run. Exit code 3 if the plan cannot run here.',
  async run(args, context) {
    const { environment, output, wiring } = context;
    const scenario = await readScenarioOf(args, args.positional('file'), environment);
    const runtime = scenario.runtime === 'process' ? 'process' : 'docker';
    const { host, warning } = await findHost(runtime, context);
    const { plan, capacity } = await holdAgainst(scenario, { runtime, host }, wiring.probe);
    const warnings = warning === null ? capacity.warnings : [warning, ...capacity.warnings];
    const told = { ...capacity, warnings };
    if (output.json) output.printJson({ plan, capacity: told, host });
    else output.print(formatPlan(plan, told, host, output.columns));
    assertFits(plan, capacity);
    return exitCodes.ok;
  },
};

/** The host of the runtime; without Docker, this machine, so that a plan can be made anywhere. */
async function findHost(
  kind: RuntimeKind,
  context: Pick<CommandContext, 'wiring' | 'interrupts'>,
): Promise<{ readonly host: HostFacts; readonly warning: string | null }> {
  const { wiring, interrupts } = context;
  const runtime = await wiring.openRuntime(kind);
  try {
    return { host: await runtime.inspectHost({ signal: interrupts.stop }), warning: null };
  } catch (error) {
    if (kind === 'process' || !(error instanceof TestbedError)) throw error;
    const { host } = await findHost('process', context);
    return {
      host,
      warning: `Docker cannot be asked, so this is the arithmetic of this machine. ${error.message}`,
    };
  } finally {
    await runtime.close();
  }
}
