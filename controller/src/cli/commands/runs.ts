import { TestbedError } from '../../errors/testbed-error.ts';
import { formatDuration } from '../../lib/units.ts';
import type { RunListing } from '../../model/record.ts';
import type { Command } from '../command.ts';
import { formatTable } from '../table.ts';

const limitDefault = 20;
const limitMax = 10_000;

/** Lists stored runs, the latest first. */
export const runsCommand: Command = {
  name: 'runs',
  summary: 'List stored runs, the latest first',
  positionals: [],
  options: {
    limit: {
      kind: 'text',
      describe: 'How many to list',
      value: 'count',
      defaultText: String(limitDefault),
    },
  },
  examples: [
    ['runs', 'the last twenty'],
    ['runs --limit 1 --json', 'the last one, as data'],
  ],
  async run(args, { output, wiring, interrupts }) {
    const limit = readLimit(args.text('limit'));
    const { store } = await wiring.openStore({
      signal: interrupts.stop,
      onWarning: (text) => output.note(`warning: ${text}`),
    });
    try {
      const runs = await store.listRuns(limit);
      if (output.json) output.printJson({ runs });
      else if (runs.length === 0) output.print('No runs are stored yet.');
      else output.print(formatRuns(runs));
      return 0;
    } finally {
      await store.close();
    }
  },
};

function readLimit(text: string | undefined): number {
  if (text === undefined) return limitDefault;
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= limitMax) return limit;
  throw new TestbedError(
    'USAGE',
    `--limit takes a whole number from 1 to ${limitMax}, not "${text}".`,
  );
}

function formatRuns(runs: readonly RunListing[]): string {
  return formatTable(
    [
      { heading: 'run' },
      { heading: 'name' },
      { heading: 'runtime' },
      { heading: 'sizes' },
      { heading: 'valid', align: 'right' },
      { heading: 'took', align: 'right' },
      { heading: 'status' },
    ],
    runs.map((run) => [
      run.id,
      cut(run.name, 16),
      run.runtime,
      cut(run.sizes.join(','), 13),
      `${run.repetitionsValid}/${run.repetitionsPlanned}`,
      run.endedAt === null ? '-' : formatDuration(run.endedAt.getTime() - run.startedAt.getTime()),
      cut(run.status, 11),
    ]),
  );
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
