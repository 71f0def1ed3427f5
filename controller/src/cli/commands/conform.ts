import { exitCodes } from '../../errors/catalogue.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import { createRunId } from '../../model/ids.ts';
import type { Command } from '../command.ts';
import { countChecks, formatConformity } from '../format-conformity.ts';
import { removeLeftoversHere } from '../remove-leftovers-here.ts';
import { nodeOptions, readNodeOf } from '../scenario-options.ts';

/** Of the committee that makes figures: the least that tolerates a faulty member. */
const committeeSize = 4;

/** Holds an image or a program against the node contract, and says what is not as promised. */
export const conformCommand: Command = {
  name: 'conform',
  summary: 'Check an image or a program of your own against the node contract',
  positionals: [],
  options: {
    ...nodeOptions,
    'keep-logs': { kind: 'flag', describe: 'Keep the logs of all nodes, also where all is well' },
  },
  examples: [
    ['conform --image my-node', 'an image, on Docker'],
    ["conform --node-command 'python3 mynode.py'", 'a program, as processes'],
    ['conform --image my-node --json', 'every check as data'],
    ["conform --node-command './node' --set node.fast=true", 'with parameters of its own'],
  ],
  notes:
    'Starts one node, which is sent everything that it has to refuse, and then four, which reach consensus under a small load, of which one is killed and comes back, and which are ended by SIGTERM. Takes less than 30 s. Every path of docs/node-contract.md is asked; a line that fails names path and field. Exit code 5 if anything fails.',
  async run(args, context) {
    const { environment, wiring, interrupts, output } = context;
    const { runtime: choice, command, image: name, node } = readNodeOf(args);
    const runtime = await wiring.openRuntime(choice);
    try {
      await removeLeftoversHere(runtime, context);
      const image = await runtime.resolveImage(name, { signal: interrupts.stop, command });
      const runId = createRunId(environment.clock.now(), environment.chance());
      const { checks, logsPath } = await wiring.conform({
        runId,
        runtime,
        image,
        node,
        nodeCount: committeeSize,
        keepLogs: args.flag('keep-logs'),
        interrupts,
      });
      const counts = countChecks(checks);
      const subject = { image, runtime: runtime.kind, nodeCount: committeeSize };
      if (output.json) {
        output.printJson({ conforms: counts.fail === 0, ...subject, counts, logsPath, checks });
        return counts.fail === 0 ? exitCodes.ok : exitCodes.runFailed;
      }
      output.print(formatConformity(checks, output.columns));
      if (logsPath !== null) output.note(`logs of the nodes  ${logsPath}`);
      if (counts.fail === 0) return exitCodes.ok;
      const said = counts.fail === 1 ? '1 check fails' : `${counts.fail} checks fail`;
      throw new TestbedError('NODE_CONTRACT', `${image.name}: ${said}.`, {
        hint: 'Each line that fails names path and field: docs/node-contract.md says what is promised there.',
      });
    } finally {
      await runtime.close();
    }
  },
};
