/** A run in the queue of a server, shown as if it ran here. Leaving stops nothing. */
import type { z } from 'zod';
import { exitCodes } from '../../errors/catalogue.ts';
import { describeError } from '../../errors/describe-error.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Progress } from '../../model/progress.ts';
import { accepted, type QueueEntry, queueEntry } from '../../serve/api/queue.ts';
import type { Arguments, CommandContext } from '../command.ts';
import { printResult } from '../print-result.ts';
import { openProgress } from '../progress/open-progress.ts';
import type { ProgressView } from '../progress/progress-view.ts';
import { loadRemoteResult } from './remote-result.ts';
import { createServerClient, type ServerClient, toError } from './server-client.ts';
import { submissionOf } from './submission-of.ts';

const retryMs = 2_000;
const retriesMax = 30;

/** @returns the exit code that the run would have had here */
export async function runRemotely(
  args: Arguments,
  { file, server }: { readonly file: string | undefined; readonly server: string },
  context: CommandContext,
): Promise<number> {
  const { output, interrupts } = context;
  const client = createServerClient(server, context);
  const submission = await submissionOf(args, file, context);
  const { entry, ahead } = await client.post('/api/v1/runs', submission, accepted);
  const where = `testbed status --server ${server}`;
  if (args.text('wait') === 'false') {
    if (output.json) output.printJson({ entry, ahead });
    else output.print(`run ${entry.id} is in the queue, ${placeWords(ahead)}; ${where}`);
    return exitCodes.ok;
  }
  output.note(`run ${entry.id} at ${client.url}, ${placeWords(ahead)}`);
  try {
    return await deliver(await follow(entry.id, client, context), client, context);
  } catch (error) {
    if (!interrupts.stop.aborted) throw error;
    output.note(
      `Left run ${entry.id}, which goes on. Look: ${where}. End it: testbed stop ${entry.id} --server ${server}`,
    );
    return exitCodes.interrupted;
  }
}

/** Resolves when the run is over; comes back where the connection breaks. */
async function follow(
  id: string,
  client: ServerClient,
  { environment, output, interrupts }: CommandContext,
): Promise<QueueEntry> {
  const view = openProgress(environment, output);
  let lastId: string | undefined;
  let tries = 0;
  try {
    for (;;) {
      try {
        for await (const { id: eventId, event, data } of await client.events(
          `/api/v1/runs/${id}/events`,
          lastId,
        )) {
          lastId = eventId;
          tries = 0;
          if (event === 'end') return queueEntry.parse(data);
          show(event, data, view);
        }
      } catch (error) {
        interrupts.stop.throwIfAborted();
        const isAway = !(error instanceof TestbedError) || error.code === 'SERVER_UNREACHABLE';
        if (!isAway || tries >= retriesMax) throw error;
      }
      tries += 1;
      if (tries > retriesMax) throw lost(id, client.url);
      await environment.clock.sleep(retryMs, { signal: interrupts.stop });
    }
  } finally {
    await view.end();
  }
}

function lost(id: string, url: string): TestbedError {
  return new TestbedError(
    'SERVER_UNREACHABLE',
    `The server at ${url} says nothing more about run ${id}.`,
    {
      hint: `Whether it goes on: testbed status --server ${url}`,
    },
  );
}

function show(event: string, data: unknown, view: ProgressView): void {
  // The server is of this program and this version's API: its steps are ours.
  if (event === 'progress') view.onProgress(data as Progress);
  if (event !== 'entry') return;
  const { entry, ahead } = accepted.parse(data);
  if (entry.state === 'waiting') view.tell(`waiting, ${placeWords(ahead)}`);
}

function placeWords(ahead: number): string {
  if (ahead === 0) return 'next';
  return ahead === 1 ? 'one run before it' : `${ahead} runs before it`;
}

async function deliver(
  entry: QueueEntry,
  client: ServerClient,
  { output }: CommandContext,
): Promise<number> {
  const error = entry.error === null ? null : toError(entry.error);
  const exitCode = entry.exitCode ?? exitCodes.bug;
  const result = entry.isStored ? await loadRemoteResult(entry.id, client) : null;
  if (output.json) {
    const told = error === null ? null : describeError(error);
    output.printJson({ ...result?.document, files: [], logsPath: null, error: told });
    return exitCode;
  }
  if (result !== null) {
    printResult(result, [], output);
    output.print(`report  ${client.url}/api/v1/runs/${entry.id}/report`);
  }
  if (error !== null) throw error;
  return exitCode;
}

/** Ends a run of a server. */
export async function endRemotely(
  id: string,
  how: 'stop' | 'cancel',
  client: ServerClient,
): Promise<z.infer<typeof queueEntry>> {
  return client.post(`/api/v1/runs/${id}/${how}`, {}, queueEntry);
}
