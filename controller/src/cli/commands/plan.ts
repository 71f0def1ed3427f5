import { planHere } from '../../conduct/plan-here.ts';
import { exitCodes } from '../../errors/catalogue.ts';
import { describeError } from '../../errors/describe-error.ts';
import { listFloors } from '../../plan/latency-floor/list-floors.ts';
import type { Command } from '../command.ts';
import { formatPlan } from '../format-plan.ts';
import { formatPrograms, listPrograms } from '../list-programs.ts';
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
    const { output, wiring, interrupts } = context;
    const scenario = await readScenarioOf(args, args.positional('file'), context);
    const { plan, capacity, hosts, error } = await planHere(
      scenario,
      { strict: args.flag('strict') },
      { workshop: wiring, signal: interrupts.stop },
    );
    const isDetailed = args.text('show') === 'tc';
    if (output.json) {
      const programs = isDetailed ? { programs: listPrograms(plan) } : {};
      const told = error === null ? null : describeError(error);
      const floors = listFloors(plan);
      output.printJson({ plan, capacity, hosts, floors, ...programs, error: told });
      return error?.exitCode ?? exitCodes.ok;
    }
    output.print(formatPlan(plan, capacity, hosts, output.columns));
    if (isDetailed) output.print(`\n${formatPrograms(plan)}`);
    if (error !== null) throw error;
    return exitCodes.ok;
  },
};
