import type { Command } from '../command.ts';
import { executeOptionsOf, executeScenario } from '../execute-scenario.ts';
import { runRemotely } from '../remote/run-remotely.ts';
import { serverOption, waitOption } from '../remote/server-option.ts';
import { measureOptions, readScenarioOf } from '../scenario-options.ts';

/** Measures a scenario file. */
export const runCommand: Command = {
  name: 'run',
  summary: 'Measure a scenario: start nodes, load them, store and report what they did',
  positionals: [
    {
      name: 'file',
      describe: 'Scenario file (docs/scenario.md), or - for standard input',
      required: true,
    },
  ],
  options: { ...measureOptions, server: serverOption, wait: waitOption },
  examples: [
    ['run topologies/quickstart.yaml', '4 to 16 nodes in a few minutes'],
    ['run topologies/smoke.yaml', 'without Docker'],
    ['run my.yaml --rate 2000 --cpus none', 'a file, but with these values'],
    ['run my.yaml --json > result.json', 'the result as data'],
    ['run my.yaml --server http://lab:8080', 'in the queue of a server'],
  ],
  notes:
    'Options stand in for what the file says. Progress goes to stderr, the result to stdout; report.html, result.json and CSV files are written to the run folder. Ctrl-C once stops the load, collects and removes; twice removes at once. Exit code 5 if nodes failed or disagreed, 6 if a size has no valid result.',
  async run(args, context) {
    const file = args.positional('file');
    const server = args.text('server');
    if (server !== undefined) return runRemotely(args, { file, server }, context);
    const scenario = await readScenarioOf(args, file, context);
    return executeScenario(scenario, executeOptionsOf(args), context);
  },
};
