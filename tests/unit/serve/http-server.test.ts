import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../controller/src/lib/system-clock.ts';
import type { Handlers } from '../../../controller/src/serve/http/call.ts';
import { createHttpServer } from '../../../controller/src/serve/http/http-server.ts';
import { readTokens } from '../../../controller/src/serve/http/tokens.ts';
import { lockServer } from '../../../controller/src/serve/server-lock.ts';
import { run } from '../cli/fakes.ts';

const token = 'f'.repeat(32);
const refused: string[] = [];
// Only those that are asked for here.
const handlers = {
  getStatus: () => ({ kind: 'json', value: { fine: true } }),
  orderQueue: ({ body }: { body: unknown }) => ({ kind: 'json', value: body }),
} as unknown as Handlers;
const server = createHttpServer(
  { bind: '127.0.0.1', hosts: [], tokens: readTokens(token, 'tokens') },
  {
    clock: systemClock,
    handlers,
    findPage: async () => null,
    onRefused: (_from, code) => refused.push(code),
    onAnswered: () => {},
    onBug: (error) => {
      throw error;
    },
  },
);
let base = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(path: string, init: RequestInit = {}, bearer = token) {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const reply = await fetch(`${base}${path}`, { headers, ...init });
  const { error } = JSON.parse(await reply.text());
  return { status: reply.status, code: error?.code, headers: reply.headers };
}

describe('createHttpServer', () => {
  it('answers whoever has a token, and says what nobody may do with the answer', async () => {
    const { status, headers } = await ask('/api/v1/status');
    expect(status).toBe(200);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it.each([
    ['/api/v1/nothing', {}, 404, 'ROUTE_UNKNOWN'],
    ['/api/v1/status', { method: 'DELETE' }, 405, 'ROUTE_UNKNOWN'],
    ['/api/v1/queue/short', {}, 400, 'REQUEST_INVALID'],
    ['/api/v1/queue', { method: 'PUT', body: '{"order": 1}' }, 400, 'REQUEST_INVALID'],
    ['/api/v1/queue', { method: 'PUT', body: '{' }, 400, 'REQUEST_INVALID'],
    ['/api/v1/queue', { method: 'PUT', body: '['.repeat(9_999) }, 400, 'REQUEST_INVALID'],
    ['/api/v1/queue', { method: 'PUT', body: 'x'.repeat(2 ** 21) }, 413, 'REQUEST_TOO_LARGE'],
    ['/api/v1/runs?limit=1&limit=2', {}, 400, 'REQUEST_INVALID'],
  ])('refuses %s %j', async (path, init, status, code) => {
    expect(await ask(path, init)).toMatchObject({ status, code });
  });

  it('tires of wrong tokens, and still takes the right one', async () => {
    expect(await ask('/api/v1/status', { headers: {} })).toMatchObject({
      status: 401,
      code: 'TOKEN_INVALID',
    });
    const wrong = 'e'.repeat(32);
    const codes: string[] = [];
    for (let i = 0; i < 25; i++) codes.push((await ask('/api/v1/status', {}, wrong)).code);
    expect(codes[0]).toBe('TOKEN_INVALID');
    expect(codes.at(-1)).toBe('TOO_MANY_REQUESTS');
    expect(refused).toContain('TOKEN_INVALID');
    expect((await ask('/api/v1/status')).status).toBe(200);
  });
});

describe('the command line', () => {
  it('says that nobody answers', async () => {
    const { exitCode, stderr } = await run(['status', '--server', 'http://127.0.0.1:9']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('SERVER_UNREACHABLE');
  });

  it('serves nobody else without a token', async () => {
    const { exitCode, stderr } = await run(['serve', '--bind', '0.0.0.0']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('TOKEN_UNUSABLE');
  });

  it('says that the port goes apart from the address', async () => {
    const { exitCode, stderr } = await run(['serve', '--bind', '127.0.0.1:8081']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--bind 127.0.0.1 --port 8081');
  });
});

describe('lockServer', () => {
  it('lets one server into a data folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'testbed-lock-'));
    try {
      const lock = await lockServer(folder);
      await expect(lockServer(folder)).rejects.toMatchObject({ code: 'SERVER_RUNNING' });
      await lock[Symbol.asyncDispose]();
      await (await lockServer(folder))[Symbol.asyncDispose]();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
