import { formatDuration } from '../../lib/units.ts';
import type { RunListing } from '../../model/record.ts';
import type { Command, CommandContext } from '../command.ts';
import { readLimit } from '../read-limit.ts';
import { listRemoteRuns } from '../remote/remote-result.ts';
import { createServerClient } from '../remote/server-client.ts';
import { serverOption } from '../remote/server-option.ts';
import { formatTable } from '../table.ts';

const limitDefault = 20;

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
    server: serverOption,
  },
  examples: [
    ['runs', 'the last twenty'],
    ['runs --limit 1 --json', 'the last one, as data'],
  ],
  async run(args, context) {
    const { output } = context;
    const limit = readLimit(args.text('limit'), limitDefault);
    const server = args.text('server');
    const runs =
      server === undefined
        ? await listHere(limit, context)
        : await listRemoteRuns(limit, createServerClient(server, context));
    if (output.json) output.printJson({ runs });
    else if (runs.length === 0) output.print('No runs are stored yet.');
    else output.print(formatRuns(runs, output.columns));
    return 0;
  },
};

async function listHere(
  limit: number,
  { wiring, interrupts, output }: CommandContext,
): Promise<readonly RunListing[]> {
  const { store } = await wiring.openStore({
    signal: interrupts.stop,
    onWarning: (text) => output.note(`warning: ${text}`),
  });
  try {
    return await store.listRuns(limit);
  } finally {
    await store.close();
  }
}

/** Below this width how long a run took is left out: its network says more. */
const wideColumns = 96;
const networkMin = 9;
/** What is varied besides the size, where any run has it: its start says most. */
const variedMax = 14;
const variedWideMax = 40;

function formatRuns(runs: readonly RunListing[], columns: number): string {
  const isWide = columns >= wideColumns;
  const isVaried = runs.some(({ varied }) => varied !== '');
  const before = runs.map((run) => [run.id, cut(run.name, 12), run.runtime]);
  const after = runs.map((run) => [
    cut(run.sizes.join(','), 9),
    ...(isVaried ? [cut(run.varied, isWide ? variedWideMax : variedMax)] : []),
    `${run.repetitionsValid}/${run.repetitionsPlanned}`,
    ...(isWide ? [describeTook(run)] : []),
    cut(run.status, 11),
  ]);
  const taken = widthOf(before) + widthOf(after);
  const room = Math.max(networkMin, columns - taken);
  return formatTable(
    [
      { heading: 'run' },
      { heading: 'name' },
      { heading: 'runtime' },
      { heading: 'network' },
      { heading: 'sizes' },
      ...(isVaried ? [{ heading: 'varied' }] : []),
      { heading: 'valid', align: 'right' },
      ...(isWide ? [{ heading: 'took', align: 'right' as const }] : []),
      { heading: 'status' },
    ],
    runs.map((run, row) => [...(before[row] ?? []), nameNetwork(run, room), ...(after[row] ?? [])]),
  );
}

/** Of columns that stand side by side, each with its gap. */
function widthOf(rows: readonly (readonly string[])[]): number {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(7, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return widths.reduce((sum, width) => sum + width + 2, 0);
}

/** The shaper whole, whatever there is room for: results under different ones are not comparable. */
function nameNetwork({ shaper, network }: RunListing, room: number): string {
  if (shaper === 'none') return 'unshaped';
  const left = room - shaper.length - 1;
  return left < 3 ? shaper : `${shaper} ${cut(network.replace(/^regions: /, ''), left)}`;
}

function describeTook({ startedAt, endedAt }: RunListing): string {
  return endedAt === null ? '-' : formatDuration(endedAt.getTime() - startedAt.getTime());
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
