import { metricNames } from '../../analyse/comparison/compared-metrics.ts';
import { traceSessions } from '../../analyse/trend/trace-sessions.ts';
import { exitCodes } from '../../errors/catalogue.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Session } from '../../model/session.ts';
import { renderHistory } from '../../report/terminal-trend.ts';
import type { Command } from '../command.ts';
import { readLimit } from '../read-limit.ts';
import { withStore } from '../with-store.ts';

const limitDefault = 20;
const metricsDefault = ['throughput', 'latency.p50', 'latency.p99', 'success'];

/** What was measured before, and whether it can be set beside the newest. */
export const historyCommand: Command = {
  name: 'history',
  summary: 'List what a scenario measured over time, and which runs are comparable',
  positionals: [
    {
      name: 'name',
      describe: 'Name of the scenario; that of the newest run if left out',
      required: false,
    },
  ],
  options: {
    cell: { kind: 'text', describe: 'Which cell to show', value: 'id', defaultText: 'the first' },
    metric: {
      kind: 'list',
      describe: 'Figure to show; may be repeated',
      value: 'name',
      choices: metricNames,
      defaultText: metricsDefault.join(', '),
    },
    limit: {
      kind: 'text',
      describe: 'How many runs to list',
      value: 'count',
      defaultText: String(limitDefault),
    },
  },
  examples: [
    ['history', 'runs of the same name as the latest'],
    ['history quickstart --cell n16 --limit 100', 'one size of a scenario, further back'],
    ['history --json', 'every cell of every run'],
  ],
  notes:
    'Completed runs, the newest first; means over the counted repetitions. "comparable" names the keys in which a run differs from the newest: those that differ are in no trend and no comparison with history. Runs whose records still wait on disk come in when the database has them.',
  async run(args, context) {
    const { output } = context;
    const limit = readLimit(args.text('limit'), limitDefault);
    const sessions = await withStore(context, async (store) => {
      const name = args.positional('name') ?? (await store.loadSessions({ limit: 1 }))[0]?.run.name;
      return name === undefined ? [] : await store.loadSessions({ name, limit });
    });
    if (sessions.length === 0) throw nothing(args.positional('name'));
    const given = args.list('metric');
    const metrics = given.length === 0 ? metricsDefault : given;
    const cells = traceSessions(sessions, metrics);
    if (output.json) {
      output.printJson({ name: sessions[0]?.run.name, cells });
      return exitCodes.ok;
    }
    const cell = args.text('cell') ?? cells[0]?.cellId;
    const shown = cells.find(({ cellId }) => cellId === cell);
    if (shown === undefined) throw noCell(cell, sessions);
    output.print(`${sessions[0]?.run.name}, cell ${shown.cellId}\n`);
    output.print(renderHistory(shown.rows, metrics, output.columns));
    return exitCodes.ok;
  },
};

function nothing(name: string | undefined): TestbedError {
  const what =
    name === undefined ? 'No completed run is stored' : `No completed run is called "${name}"`;
  return new TestbedError('RUN_UNKNOWN', `${what}.`, {
    hint:
      name === undefined
        ? 'Make one: testbed run topologies/quickstart.yaml'
        : 'List them: testbed runs',
  });
}

function noCell(cell: string | undefined, [newest]: readonly Session[]): TestbedError {
  const ids = newest?.run.plan.cells.map(({ id }) => id).join(', ') ?? '';
  return new TestbedError('USAGE', `The newest run has no cell "${cell}".`, {
    hint: `It has ${ids}.`,
  });
}
