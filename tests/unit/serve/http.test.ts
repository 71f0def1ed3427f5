import { describe, expect, it } from '@jest/globals';
import { checkRequest, hostOf } from '../../../controller/src/serve/http/guard.ts';
import { identify } from '../../../controller/src/serve/http/identify.ts';
import { createRateLimit } from '../../../controller/src/serve/http/rate-limit.ts';
import { matchRoute } from '../../../controller/src/serve/http/router.ts';
import {
  cookieName,
  createSession,
  findSession,
  findToken,
  readTokens,
} from '../../../controller/src/serve/http/tokens.ts';

describe('matchRoute', () => {
  it('finds a route and its parameters', () => {
    expect(matchRoute('GET', '/api/v1/runs/20260102-030405-ab12')).toMatchObject({
      kind: 'found',
      name: 'getRun',
      params: { run: '20260102-030405-ab12' },
    });
  });

  it('says which methods an address takes', () => {
    expect(matchRoute('DELETE', '/api/v1/runs')).toEqual({
      kind: 'method',
      allowed: ['GET', 'POST'],
    });
  });

  it.each([
    '/api/v1/runs/../../etc/passwd',
    '/api/v1/scenarios/..%2f..%2fetc%2fpasswd',
    '/api/v1/scenarios/%2e%2e',
    '/api/v1/scenarios/a%5cb',
    '/api/v1/scenarios/%00',
    '/api/v1/scenarios/%ff',
    '//api/v1/status',
    '/api/v1/status/',
    'http://elsewhere/api/v1/status',
    `/${'a'.repeat(600)}`,
  ])('knows nothing at %s', (path) => {
    expect(matchRoute('GET', path)).toEqual({ kind: 'unknown' });
  });
});

describe('checkRequest', () => {
  const local = { bind: '127.0.0.1', hosts: ['controller'] };
  const all = { bind: '0.0.0.0', hosts: [] };

  it.each([
    ['localhost:8080', local],
    ['127.0.0.1:8080', local],
    ['[::1]:8080', local],
    ['controller:8080', local],
    ['10.1.2.3:8080', all],
  ])('lets %s pass', (host, options) => {
    expect(() => checkRequest('GET', { host }, options)).not.toThrow();
  });

  it.each([
    ['evil.example', local],
    ['10.1.2.3', local],
    ['127.0.0.1.evil.example', local],
    ['evil.example:8080', all],
    ['', local],
    ['localhost:8080@evil.example', local],
    ['local host', local],
  ])('turns away the name "%s"', (host, options) => {
    expect(() => checkRequest('GET', { host }, options)).toThrow(
      expect.objectContaining({ code: 'REQUEST_REFUSED' }),
    );
  });

  it.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:9090' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('turns away what a foreign page sends: %j', (headers) => {
    const sent = { host: 'localhost:8080', ...headers };
    expect(() => checkRequest('POST', sent, local)).toThrow('may not use this server');
  });

  it('takes what the own page sends', () => {
    const sent = {
      host: 'localhost:8080',
      origin: 'http://localhost:8080',
      'sec-fetch-site': 'same-origin',
    };
    expect(() => checkRequest('POST', sent, local)).not.toThrow();
  });

  it('reads names without port and brackets', () => {
    expect(hostOf('LocalHost.:80')).toBe('localhost');
    expect(hostOf('[::1]')).toBe('::1');
    expect(hostOf('a b')).toBeNull();
  });
});

describe('tokens', () => {
  const secret = 'a'.repeat(32);
  const tokens = readTokens(`# people\nci: ${secret}\nann: sha256:${'0'.repeat(64)}\n`, 'tokens');

  it('are found by their hash alone', () => {
    expect(findToken(secret, tokens)?.name).toBe('ci');
    expect(findToken(`${secret}b`, tokens)).toBeNull();
    expect(findToken(`sha256:${'0'.repeat(64)}`, tokens)).toBeNull();
    expect(JSON.stringify(tokens)).not.toContain(secret);
  });

  it.each([
    ['', 'holds no token'],
    ['short', 'at least 32'],
    ['sha256:12', 'no SHA-256'],
    [`a: ${secret}\na: ${'b'.repeat(32)}`, 'two tokens of one name'],
  ])('that are no good are refused: %j', (text, why) => {
    expect(() => readTokens(text, 'tokens')).toThrow(why);
  });

  it('give a session that ends, and that nobody can make longer', () => {
    const now = new Date('2026-01-02T03:04:05Z');
    const [token] = tokens;
    if (token === undefined) throw new Error('no token');
    const { cookie, expiresAt } = createSession(token, now);
    expect(findSession(cookie, tokens, now)?.name).toBe('ci');
    expect(findSession(cookie, tokens, expiresAt)).toBeNull();
    const [name, until, mark] = cookie.split('.');
    expect(findSession(`${name}.${until}0.${mark}`, tokens, now)).toBeNull();
    expect(findSession(`ann.${until}.${mark}`, tokens, now)).toBeNull();
    expect(identify({ cookie: `x=1; ${cookieName}=${cookie}` }, tokens, now)).toMatchObject({
      name: 'ci',
    });
  });

  it('are needed only where there are any', () => {
    const now = new Date(0);
    expect(identify({}, [], now)).toEqual({ name: 'local' });
    expect(identify({}, tokens, now)).toBeNull();
    expect(identify({ authorization: `Bearer ${secret}` }, tokens, now)?.name).toBe('ci');
  });
});

describe('createRateLimit', () => {
  it('lets a burst pass, then so many a second, by address', () => {
    const limit = createRateLimit({ perSec: 2, burst: 3 });
    expect([1, 2, 3].map(() => limit.take('a', 0))).toEqual([0, 0, 0]);
    expect(limit.take('a', 0)).toBe(500);
    expect(limit.take('b', 0)).toBe(0);
    expect(limit.take('a', 500)).toBe(0);
    expect(limit.take('a', 500)).toBe(500);
  });
});
