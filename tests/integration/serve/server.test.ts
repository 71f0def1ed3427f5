import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readEvents } from '../../../controller/src/cli/remote/read-events.ts';
import { snapshot, status, update } from '../../../controller/src/serve/api/live.ts';
import { accepted, type QueueEntry, queueEntry } from '../../../controller/src/serve/api/queue.ts';
import { runList } from '../../../controller/src/serve/api/runs.ts';
import {
  buildNodeProgram,
  type RunningProgram,
  startProgram,
} from '../../fixtures/testbed-program.ts';

/** The real server with its own database, on the process runtime: submit, watch, kill, come back. */

const limitMs = 120_000;
let home = '';
let server: RunningProgram;
let url = '';

async function start(): Promise<void> {
  server = startProgram(home, ['serve', '--port', '0']);
  while (!server.output.stdout.includes('serving at ')) {
    if (server.child.exitCode !== null) throw new Error(server.output.stderr);
    await pause(20);
  }
  url = /serving at (\S+)/.exec(server.output.stdout)?.[1] ?? '';
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const get = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(new URL(path, url), init);
const json = async (path: string): Promise<unknown> => (await get(path)).json();

function submit(measure: string): Promise<Response> {
  const text = `name: tiny\nnodes: [4]\nrepetitions: 1\nruntime: process\nload: {rate: 100}\nphases: {warmup: 1s, measure: ${measure}, drain: 3s}\n`;
  const headers = { 'content-type': 'application/json' };
  return get('/api/v1/runs', { method: 'POST', headers, body: JSON.stringify({ text }) });
}

async function until(id: string, isIt: (entry: QueueEntry) => boolean): Promise<QueueEntry> {
  for (;;) {
    const entry = queueEntry.parse(await json(`/api/v1/queue/${id}`));
    if (isIt(entry)) return entry;
    await pause(100);
  }
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'testbed-serve-'));
  buildNodeProgram();
  await start();
}, limitMs);
afterAll(async () => {
  server.child.kill('SIGINT');
  await server.ended;
  await rm(home, { recursive: true, force: true });
}, limitMs);

describe('testbed serve', () => {
  it(
    'carries out a run that is watched, and stores it',
    async () => {
      const reply = await submit('3s');
      expect(reply.status).toBe(202);
      const { id } = accepted.parse(await reply.json()).entry;
      const watching = new AbortController();
      const stream = await get('/api/v1/events', { signal: watching.signal });
      const seen: string[] = [];
      let nodePage = '';
      for await (const { event, data } of readEvents(stream.body)) {
        seen.push(event);
        if (event === 'snapshot') snapshot.parse(data);
        if (event !== 'update') continue;
        const { status: now, points = [] } = update.parse(data);
        if (points.length > 0 && nodePage === '') {
          nodePage = await (await get(`/nodes/${id}/0/metrics`)).text();
          expect(await json('/sd/nodes')).toHaveLength(4);
        }
        if (now.run === null) break;
      }
      watching.abort();
      expect(seen[0]).toBe('snapshot');
      expect(nodePage).toContain('consensus_committed_height');
      // A test machine is seldom quiet enough for a valid result.
      const entry = await until(id, ({ endedAt }) => endedAt !== null);
      expect([0, 6]).toContain(entry.exitCode);
      const { runs } = runList.parse(await json('/api/v1/runs?search=TINY&nodes=4'));
      expect(runs).toMatchObject([{ id, status: 'completed', repetitionsDone: 1 }]);
      expect(await (await get(`/api/v1/runs/${id}/report`)).text()).toContain('<!doctype html>');
      expect(await (await get('/metrics')).text()).toContain('testbed_queue_runs 0');
    },
    limitMs,
  );

  it(
    'has its queue after it was killed, and says which run was cut',
    async () => {
      const first = accepted.parse(await (await submit('60s')).json()).entry.id;
      const second = accepted.parse(await (await submit('2s')).json()).entry.id;
      await until(first, ({ state }) => state === 'running');
      server.child.kill('SIGKILL');
      await server.ended;
      await start();
      const cut = queueEntry.parse(await json(`/api/v1/queue/${first}`));
      expect(cut).toMatchObject({ state: 'interrupted', error: { code: 'SERVER_ENDED' } });
      await until(second, ({ state }) => state !== 'waiting');
      const reply = await get(`/api/v1/runs/${second}/cancel`, { method: 'POST' });
      expect(reply.status).toBe(202);
      const ended = await until(second, ({ endedAt }) => endedAt !== null);
      expect(ended).toMatchObject({ state: 'interrupted', exitCode: 130 });
    },
    limitMs,
  );

  it('turns away what is hostile, and goes on', async () => {
    const raw = (head: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(head));
        let text = '';
        socket.on('data', (chunk) => {
          text += String(chunk);
        });
        socket.on('close', () => resolve(text.split('\r\n')[0] ?? ''));
        socket.on('error', reject);
      });
    const closing = 'Connection: close\r\n\r\n';
    const local = `Host: localhost\r\n${closing}`;
    expect(await raw(`GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\n${closing}`)).toContain(
      '403',
    );
    expect(await raw(`GET /../../etc/passwd HTTP/1.1\r\n${local}`)).toContain('404');
    expect(await raw(`GET /api/v1/scenarios/%2e%2e%2fpackage.json HTTP/1.1\r\n${local}`)).toContain(
      '404',
    );
    expect(await raw('nonsense\r\n\r\n')).toContain('400');
    const origin = { origin: 'http://evil.example', 'content-type': 'application/json' };
    const foreign = await get('/api/v1/runs', { method: 'POST', headers: origin, body: '{}' });
    expect(foreign.status).toBe(403);
    const plain = await get('/api/v1/runs', { method: 'POST', body: '{}' });
    expect(plain.status).toBe(400);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ text: 'x'.repeat(2 * 1024 ** 2) });
    const large = await get('/api/v1/runs', { method: 'POST', headers, body });
    expect(large.status).toBe(413);
    status.parse(await json('/api/v1/status'));
  });
});
