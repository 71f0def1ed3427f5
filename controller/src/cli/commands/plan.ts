import { createPlan } from '../../plan/create-plan.ts';
import { assertFits, estimateCapacity } from '../../plan/estimate-capacity.ts';
import type { Command } from '../command.ts';
import { formatPlan } from '../format-plan.ts';
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
  async run(args, { environment, output, wiring, interrupts }) {
    const scenario = await readScenarioOf(args, args.positional('file'), environment);
    const runtime = await wiring.openRuntime(scenario.runtime);
    try {
      const host = await runtime.inspectHost({ signal: interrupts.stop });
      const plan = createPlan(scenario, runtime.kind);
      const neighbours = await wiring.probe.sysctl('net.ipv4.neigh.default.gc_thresh3');
      const capacity = estimateCapacity(
        plan,
        host,
        host.local && neighbours !== null ? { neighbourEntriesMax: neighbours } : {},
      );
      if (output.json) output.printJson({ plan, capacity, host });
      else output.print(formatPlan(plan, capacity, host, output.columns));
      assertFits(plan, capacity);
      return 0;
    } finally {
      await runtime.close();
    }
  },
};
