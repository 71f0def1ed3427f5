import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type ControlServer,
  startControlServer,
} from '../../../../../node-image/src/shell/control/control-server.ts';
import { ProblemError } from '../../../../../node-image/src/shell/control/problem.ts';

let server: ControlServer | null = null;
const bugs: unknown[] = [];
afterEach(async () => {
  await server?.close();
  server = null;
  bugs.length = 0;
});

async function call(path: string, init?: RequestInit): Promise<[number, unknown]> {
  server ??= await startControlServer(
    {
      listen: { address: '127.0.0.1', port: 0 },
      routes: {
        '/echo': { POST: (body) => ({ status: 200, json: body }) },
        '/text': { GET: () => ({ status: 200, text: 'plain', contentType: 'text/plain' }) },
        '/busy': {
          GET: () => {
            throw new ProblemError(409, 'WRONG_STATE', 'not now');
          },
        },
        '/broken': { GET: () => Promise.reject(new Error('a bug')) },
      },
    },
    (error) => bugs.push(error),
  );
  const reply = await fetch(`http://127.0.0.1:${server.port}${path}`, init);
  const text = await reply.text();
  return [reply.status, text.startsWith('{') ? JSON.parse(text) : text];
}

describe('control server', () => {
  it('parses JSON bodies and takes none for an empty object', async () => {
    expect(await call('/echo', { method: 'POST', body: '{"a":1}' })).toEqual([200, { a: 1 }]);
    expect(await call('/echo', { method: 'POST' })).toEqual([200, {}]);
  });

  it('sends texts with their own type and ignores a query', async () => {
    expect(await call('/text?x=1')).toEqual([200, 'plain']);
  });

  it.each([
    ['/nowhere', undefined, 404, 'NOT_FOUND'],
    ['/constructor', undefined, 404, 'NOT_FOUND'],
    ['/echo', undefined, 405, 'METHOD_NOT_ALLOWED'],
    ['/text', { method: 'DELETE' }, 405, 'METHOD_NOT_ALLOWED'],
    ['/echo', { method: 'POST', body: '{' }, 400, 'BAD_REQUEST'],
    ['/echo', { method: 'POST', body: ' '.repeat(9_000_000) }, 413, 'TOO_LARGE'],
    ['/busy', undefined, 409, 'WRONG_STATE'],
    ['/broken', undefined, 500, 'INTERNAL'],
  ])('answers %s %j with %i %s and a problem body', async (path, init, status, code) => {
    expect(await call(path, init)).toEqual([status, { code, message: expect.any(String) }]);
  });

  it('reports what an endpoint threw unexpectedly', async () => {
    await call('/broken');
    expect(bugs).toEqual([new Error('a bug')]);
  });

  it('rejects when the port is taken', async () => {
    await call('/text');
    const listen = { address: '127.0.0.1', port: server?.port ?? 0 };
    await expect(startControlServer({ listen, routes: {} }, () => undefined)).rejects.toThrow(
      /EADDRINUSE/,
    );
  });
});
