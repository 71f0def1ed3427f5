import type { Command } from '../command.ts';
import { executeOptionsOf, executeScenario } from '../execute-scenario.ts';
import { runRemotely } from '../remote/run-remotely.ts';
import { serverOption, waitOption } from '../remote/server-option.ts';
import { measureOptions, readScenarioOf } from '../scenario-options.ts';

/** The same as `run`, with options instead of a file. */
export const sweepCommand: Command = {
  name: 'sweep',
  summary: 'Measure several network sizes without writing a scenario file',
  positionals: [],
  options: { ...measureOptions, server: serverOption, wait: waitOption },
  examples: [
    ['sweep --nodes 4,7,10,16', '5 repetitions of 70 s for each size'],
    ['sweep --nodes 4,10 --repetitions 3 --warmup 5s --measure 15s', 'a quick look'],
    ['sweep --nodes 4,7 --runtime process', 'without Docker'],
    ['sweep --nodes 10 --rate 5000 --cpus none --memory none', 'under load, no limits'],
  ],
  notes:
    'The defaults are those of a scenario file: docs/scenario.md. Exit codes as for run. What would run: testbed plan with the same options.',
  async run(args, context) {
    const server = args.text('server');
    if (server !== undefined) return runRemotely(args, { file: undefined, server }, context);
    const scenario = await readScenarioOf(args, undefined, context);
    return executeScenario(scenario, executeOptionsOf(args), context);
  },
};
