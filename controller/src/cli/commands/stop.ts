import { exitCodes } from '../../errors/catalogue.ts';
import { parseRunId } from '../../model/ids.ts';
import { queue } from '../../serve/api/queue.ts';
import type { Command } from '../command.ts';
import { findRemoteRun } from '../remote/remote-result.ts';
import { endRemotely } from '../remote/run-remotely.ts';
import { createServerClient, type ServerClient } from '../remote/server-client.ts';
import { serverDefault, serverOption } from '../remote/server-option.ts';

/** Ends a run in the queue of a server. */
export const stopCommand: Command = {
  name: 'stop',
  summary: 'End a run of a server, or take it out of its queue',
  positionals: [
    { name: 'run', describe: 'Run id; without it, the one under way', required: false },
  ],
  options: {
    server: { ...serverOption, defaultText: serverDefault },
    now: { kind: 'flag', describe: 'Remove everything at once; nothing more is collected' },
  },
  examples: [
    ['stop', 'ends the load, collects what there is, removes'],
    ['stop 20260102-030405-ab12 --now', 'a certain one, at once'],
  ],
  async run(args, context) {
    const { output } = context;
    const client = createServerClient(args.text('server') ?? serverDefault, context);
    const id = await findEntry(args.positional('run'), client);
    if (id === null) {
      if (output.json) output.printJson({ entry: null });
      else output.print('nothing runs');
      return exitCodes.ok;
    }
    const entry = await endRemotely(id, args.flag('now') ? 'cancel' : 'stop', client);
    if (output.json) output.printJson({ entry });
    else output.print(`run ${entry.id}: ${entry.state}`);
    return exitCodes.ok;
  },
};

async function findEntry(given: string | undefined, client: ServerClient): Promise<string | null> {
  if (given === undefined) return (await client.get('/api/v1/queue', queue)).current?.id ?? null;
  return parseRunId(given) ?? (await findRemoteRun(given, client));
}
