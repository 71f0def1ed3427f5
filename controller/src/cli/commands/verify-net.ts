import { preparePlan } from '../../conduct/prepare-plan.ts';
import { exitCodes } from '../../errors/catalogue.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import { createRunId } from '../../model/ids.ts';
import type { CellVerification } from '../../run/verify-plan.ts';
import type { Command } from '../command.ts';

import { formatVerification } from '../format-verification.ts';
import { openProgress } from '../progress/open-progress.ts';
import { removeLeftoversHere } from '../remove-leftovers-here.ts';
import { readScenarioOf, scenarioOptions } from '../scenario-options.ts';

/** Shapes the network of a scenario, measures it, and says whether it is the one asked for. */
export const verifyNetCommand: Command = {
  name: 'verify-net',
  summary: 'Shape the network of a scenario, measure every pair of regions, and remove it',
  positionals: [
    {
      name: 'file',
      describe: 'Scenario file, - for standard input; without it, options say all',
      required: false,
    },
  ],
  options: scenarioOptions,
  examples: [
    ['verify-net topologies/five-regions.yaml', 'the matrix: asked, planned, measured'],
    ['verify-net --nodes 4 --network wan', 'without a file'],
    ['verify-net my.yaml --json', 'every check as data'],
  ],
  notes:
    'Starts the nodes of every size, shapes their links, measures round trips, loss and rate, and removes everything: no consensus, no load, nothing is stored. Exit code 6 if anything is off its tolerance (docs/verdicts.md), 4 if this host cannot shape.',
  async run(args, context) {
    const { environment, wiring, interrupts, output } = context;
    const scenario = await readScenarioOf(args, args.positional('file'), context);
    const runtime = await wiring.openRuntime(scenario.runtime);
    try {
      const signal = interrupts.stop;
      await removeLeftoversHere(runtime, context);
      const strict = args.flag('strict');
      const { shaperWarnings, ...prepared } = await preparePlan(
        scenario,
        runtime,
        { strict },
        { probe: wiring.probe, signal },
      );
      const runId = createRunId(environment.clock.now(), environment.chance());
      const view = openProgress(environment, output);
      const cells = await wiring
        .verify({ ...prepared, runId, runtime, interrupts, onProgress: view.onProgress })
        .finally(() => view.end());
      const isWithin = cells.every(isAsPlanned);
      if (output.json) {
        const { plan } = prepared;
        const facts = { planHash: plan.hash, shaper: plan.shaper, warnings: shaperWarnings };
        output.printJson({ isWithin, ...facts, cells });
        return isWithin ? exitCodes.ok : exitCodes.untrusted;
      }
      output.print(formatVerification(cells, output.columns));
      for (const text of shaperWarnings) output.note(`warning: ${text}`);
      if (isWithin) return exitCodes.ok;
      throw new TestbedError('NETWORK_MISMATCH', 'The network is not the one asked for.', {
        hint: 'What was set: testbed plan FILE --show tc. What passes: docs/verdicts.md.',
      });
    } finally {
      await runtime.close();
    }
  },
};

function isAsPlanned({ network: { checks, drift } }: CellVerification): boolean {
  return drift.length === 0 && checks.every(({ isWithin }) => isWithin);
}
