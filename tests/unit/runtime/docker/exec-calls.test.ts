import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { DockerRequest } from '../../../../controller/src/runtime/docker/docker-request.ts';
import { eventCalls, execCalls } from '../../../../controller/src/runtime/docker/exec-calls.ts';

const { signal } = new AbortController();

describe('execute', () => {
  it('creates, runs and reads an execution, with the time limit on the run', async () => {
    const sent: DockerRequest[] = [];
    const output = Buffer.concat([
      Buffer.from([1, 0, 0, 0, 0, 0, 0, 2]),
      Buffer.from('ok'),
      Buffer.from([2, 0, 0, 0, 0, 0, 0, 3]),
      Buffer.from('bad'),
    ]);
    const replies = [{ Id: 'e1' }, output, { ExitCode: 4 }];
    const { execute } = execCalls(async (request) => {
      sent.push(request);
      return replies[sent.length - 1];
    });
    const outcome = await execute('c1', ['sh', '-c', 'x'], { signal, timeoutMs: 5_000 });
    expect(outcome.exitCode).toBe(4);
    expect([String(outcome.stdout), String(outcome.stderr)]).toEqual(['ok', 'bad']);
    expect(sent.map(({ path, timeoutMs }) => [path, timeoutMs])).toEqual([
      ['/containers/c1/exec', undefined],
      ['/exec/e1/start', 5_000],
      ['/exec/e1/json', undefined],
    ]);
  });
});

describe('watchEvents', () => {
  /** As Engine 20.10 writes them. */
  const start = {
    status: 'start',
    id: 'c1',
    Type: 'container',
    Action: 'start',
    Actor: { ID: 'c1', Attributes: { name: 'node' } },
    time: 1795617844,
    timeNano: 1795617844352671500,
  };
  const disconnect = {
    Type: 'network',
    Action: 'disconnect',
    Actor: { ID: 'n1', Attributes: { container: 'c2', name: 'data', type: 'bridge' } },
    time: 1795617844,
    timeNano: 1795617844487868200,
  };
  const text = [start, { ...disconnect, Actor: { ID: 'n1', Attributes: null } }, disconnect]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');

  it.each([1, 7, 64, 100_000])('reads events however they are cut: %d', async (length) => {
    const chunks = Array.from({ length: Math.ceil(text.length / length) }, (_, at) =>
      text.slice(at * length, (at + 1) * length),
    );
    const { watchEvents } = eventCalls(async () => Readable.from(chunks, { objectMode: false }));
    const found: unknown[] = [];
    for await (const event of await watchEvents(['start'], { signal })) found.push(event);
    const at = new Date(1795617844352);
    expect(found).toEqual([
      { action: 'start', containerId: 'c1', at },
      { action: 'disconnect', containerId: 'c2', at: new Date(1795617844487) },
    ]);
  });

  it('fails when the connection does', async () => {
    const body = new PassThrough();
    const { watchEvents } = eventCalls(async () => body);
    const events = await watchEvents(['start'], { signal });
    body.destroy(new Error('gone'));
    const reading = (async () => {
      for await (const event of events) expect(event).toBeUndefined();
    })();
    await expect(reading).rejects.toThrow('gone');
  });
});
