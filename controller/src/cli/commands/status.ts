import { exitCodes } from '../../errors/catalogue.ts';
import { formatDuration } from '../../lib/units.ts';
import { phaseWords } from '../../report/progress-words.ts';
import { type Status, status } from '../../serve/api/live.ts';
import { type Queue, queue } from '../../serve/api/queue.ts';
import type { Command } from '../command.ts';
import { createServerClient } from '../remote/server-client.ts';
import { serverDefault, serverOption } from '../remote/server-option.ts';

/** What a server does now. */
export const statusCommand: Command = {
  name: 'status',
  summary: 'Say what a server runs now, and what waits',
  positionals: [],
  options: { server: { ...serverOption, defaultText: serverDefault } },
  examples: [
    ['status', 'of the server on this machine'],
    ['status --server http://lab:8080 --json', 'of another, as data'],
  ],
  async run(args, context) {
    const { output } = context;
    const client = createServerClient(args.text('server') ?? serverDefault, context);
    const now = await client.get('/api/v1/status', status);
    const waiting = await client.get('/api/v1/queue', queue);
    if (output.json) output.printJson({ status: now, queue: waiting });
    else output.print(formatStatus(now, waiting));
    return exitCodes.ok;
  },
};

function formatStatus({ run, database }: Status, { waiting, ended }: Queue): string {
  const last = ended[0];
  const lines = [
    run === null ? 'nothing runs' : `running  ${run.id} ${run.name}: ${describe(run)}`,
    ...waiting.map(({ id, name, submittedBy }) => `waits    ${id} ${name}, of ${submittedBy}`),
    ...(last === undefined ? [] : [`ended    ${last.id} ${last.name}: ${last.state}`]),
    ...(database.state === 'up'
      ? []
      : [`database ${database.state}, ${database.pending} records wait`]),
  ];
  return lines.join('\n');
}

function describe(run: NonNullable<Status['run']>): string {
  const { state, phase, position, total, remainingMs } = run;
  const turn = position === null ? '' : `, repetition ${position + 1} of ${total}`;
  const left = remainingMs === null ? '' : `, about ${formatDuration(remainingMs)} left`;
  return `${state}${phase === null ? '' : `, ${phaseWords[phase]}`}${turn}${left}`;
}
