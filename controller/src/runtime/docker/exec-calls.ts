/** Calls that carry output for as long as something runs: executions and the daemon's events. */
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { DockerClient, DockerEvent } from './docker-client.ts';
import { eventReply, execReply } from './docker-replies.ts';
import type { OpenStream, SendRequest } from './docker-request.ts';
import { splitStreams } from './split-streams.ts';

/** An event is a few hundred bytes; a line without an end is no event. */
const LINE_CHARACTERS_MAX = 1 << 20;

export function execCalls(send: SendRequest): Pick<DockerClient, 'execute'> {
  return {
    execute: async (container, command, { signal, timeoutMs }) => {
      const action = `run ${command[0]} in container ${container}`;
      const request = { action, method: 'POST', signal };
      const created = await send({
        ...request,
        path: `/containers/${container}/exec`,
        body: { Cmd: command, AttachStdout: true, AttachStderr: true },
      });
      const path = `/exec/${z.object({ Id: z.string() }).parse(created).Id}`;
      const body = { Detach: false, Tty: false };
      const output = await send({ ...request, path: `${path}/start`, body, timeoutMs });
      const ended = await send({ ...request, method: 'GET', path: `${path}/json` });
      const streams = splitStreams(z.instanceof(Buffer).parse(output));
      return { ...streams, exitCode: execReply.parse(ended).ExitCode ?? -1 };
    },
  };
}

export function eventCalls(open: OpenStream): Pick<DockerClient, 'watchEvents'> {
  return {
    watchEvents: async (actions, { signal }) => {
      const filters = { type: ['container', 'network'], event: actions };
      const query = { filters: JSON.stringify(filters) };
      const action = 'watch events';
      const body = await open({ action, method: 'GET', path: '/events', query, signal });
      return readEvents(body);
    },
  };
}

/** JSON values, one a line. */
async function* readEvents(body: Readable): AsyncGenerator<DockerEvent> {
  body.setEncoding('utf8');
  let rest = '';
  for await (const chunk of body) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_CHARACTERS_MAX) throw new Error('the daemon sends no events');
    for (const line of lines) {
      const event = line.trim() === '' ? null : toEvent(JSON.parse(line));
      if (event !== null) yield event;
    }
  }
}

/** @returns null for an event that concerns no container */
function toEvent(json: unknown): DockerEvent | null {
  const { Type, Action, Actor, timeNano } = eventReply.parse(json);
  const containerId = Type === 'network' ? Actor.Attributes.container : Actor.ID;
  if (containerId === undefined) return null;
  return { action: Action, containerId, at: new Date(timeNano / 1e6) };
}
