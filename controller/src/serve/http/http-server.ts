/** Adapter: requests over node:http, held against the table of routes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { type Answer, sendAnswer, sendError } from './answer.ts';
import type { Call, Handlers } from './call.ts';
import { checkRequest, type GuardOptions } from './guard.ts';
import { hasCredential, type Identity, identify, tokenInvalid } from './identify.ts';
import { createRateLimit } from './rate-limit.ts';
import { parseWith, readJson } from './read-body.ts';
import { matchRoute } from './router.ts';
import type { Token } from './tokens.ts';

export interface HttpOptions extends GuardOptions {
  /** None: everybody who reaches the server may. */
  readonly tokens: readonly Token[];
}

export interface HttpDependencies {
  readonly clock: Clock;
  readonly handlers: Handlers;
  /** Files of the page; null for an address that is none of theirs. */
  readonly findPage: (path: string) => Promise<Answer | null>;
  /** Somebody was turned away. */
  readonly onRefused: (from: string, code: string) => void;
  readonly onAnswered: (status: number) => void;
  /** What nobody expects. */
  readonly onBug: (error: unknown) => void;
}

/** Viewers of pages and runs at one time. */
const streamsMax = 128;
const connectionsMax = 512;
const asked = { perSec: 40, burst: 200 };
const wrongTokens = { perSec: 20 / 60, burst: 20 };
/** Prometheus asks for every node each second or two. */
const unlimited = /^\/(nodes\/|sd\/|metrics$|healthz$)/;

export function createHttpServer(options: HttpOptions, deps: HttpDependencies): Server {
  const requests = createRateLimit(asked);
  const failures = createRateLimit(wrongTokens);
  let streams = 0;

  const authorise = (request: IncomingMessage, from: string): Identity => {
    const who = identify(request.headers, options.tokens, deps.clock.now());
    if (who !== null) return who;
    const wasGiven = hasCredential(request.headers);
    const waitMs = wasGiven ? failures.take(from, deps.clock.monotonicMs()) : 0;
    if (waitMs > 0) throw tooOften('wrong tokens', waitMs);
    throw tokenInvalid(wasGiven);
  };
  /** A wrong token in a body counts as one in a head. */
  const countFailure = (error: unknown, from: string): never => {
    if (error instanceof TestbedError && error.code === 'TOKEN_INVALID') {
      const waitMs = failures.take(from, deps.clock.monotonicMs());
      if (waitMs > 0) throw tooOften('wrong tokens', waitMs);
    }
    throw error;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = request;
    const from = request.socket.remoteAddress ?? '';
    checkRequest(method, request.headers, options);
    const [path = '', query = ''] = url.split('?', 2);
    if (!unlimited.test(path)) {
      const waitMs = requests.take(from, deps.clock.monotonicMs());
      if (waitMs > 0) throw tooOften('requests', waitMs);
    }
    const match = matchRoute(method, path);
    if (match.kind !== 'found') {
      const page = method === 'GET' || method === 'HEAD' ? await deps.findPage(path) : null;
      if (page !== null) return sendAnswer(response, 200, page);
      return sendMissing(response, match.kind === 'method' ? match.allowed : null, path);
    }
    const { name, route, params } = match;
    const isOpen = route.access === 'open';
    const who = isOpen ? { name: 'anybody' } : authorise(request, from);
    const call = {
      params: route.params && parseWith(route.params, params, 'address'),
      query: route.query && parseWith(route.query, readQuery(query), 'query'),
      body: route.body && parseWith(route.body, await readJson(request), 'body'),
      ...{ who, from, headers: request.headers, signal: signalOf(response) },
    };
    // The schemas of the route are those that its handler's type is made from.
    const handler = deps.handlers[name] as (call: Call<never>) => Promise<Answer> | Answer;
    const result = await Promise.resolve(handler(call as unknown as Call<never>)).catch(
      (error: unknown) => countFailure(error, from),
    );
    if (response.destroyed) return;
    if (result.kind === 'stream') {
      if (streams >= streamsMax) throw tooOften('viewers', 5_000);
      streams += 1;
      response.once('close', () => {
        streams -= 1;
      });
    }
    sendAnswer(response, route.status ?? 200, result);
    if (result.kind === 'stream') {
      if (method === 'HEAD') return void response.end();
      request.socket.setTimeout(0);
      result.channel.attach(response, headerOf(request, 'last-event-id'));
      if (result.isOver === true) response.end();
    }
  };
  const server = createServer(
    // A head has 10 s, a request 30 s, and a connection between requests 10 s: nobody holds on to one for free.
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 10_000,
      maxHeaderSize: 16 * 1024,
      connectionsCheckingInterval: 2_000,
    },
    (request, response) => {
      response.on('error', () => {});
      response.once('finish', () => deps.onAnswered(response.statusCode));
      answer(request, response).catch((error: unknown) => {
        fail(request, response, error, deps);
      });
    },
  );
  server.maxConnections = connectionsMax;
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  return server;
}

function fail(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  { onRefused, onBug }: HttpDependencies,
): void {
  if (response.destroyed || response.headersSent) {
    response.destroy();
    return;
  }
  const code = error instanceof TestbedError ? error.code : 'BUG';
  const refusals = ['TOKEN_INVALID', 'REQUEST_REFUSED', 'TOO_MANY_REQUESTS'];
  if (refusals.includes(code)) onRefused(request.socket.remoteAddress ?? '', code);
  if (code === 'BUG') onBug(error);
  // What is left of a body that was not read would be taken for the next request.
  const isRead = request.complete;
  const waitMs = error instanceof TestbedError ? error.details.waitMs : undefined;
  sendError(response, error, {
    headers: {
      ...(isRead ? {} : { connection: 'close' }),
      ...(code === 'TOKEN_INVALID' ? { 'www-authenticate': 'Bearer' } : {}),
      ...(typeof waitMs === 'number' ? { 'retry-after': String(Math.ceil(waitMs / 1_000)) } : {}),
    },
  });
}

function sendMissing(
  response: ServerResponse,
  allowed: readonly string[] | null,
  path: string,
): void {
  const error = new TestbedError(
    'ROUTE_UNKNOWN',
    allowed === null
      ? `There is nothing at ${path.slice(0, 100)}.`
      : `This address takes ${allowed.join(', ')}.`,
    { hint: 'Every address is described in docs/openapi.json and at /api/v1/openapi.json.' },
  );
  const headers = allowed === null ? {} : { allow: allowed.join(', ') };
  sendError(response, error, { status: allowed === null ? 404 : 405, headers });
}

function tooOften(what: string, waitMs: number): TestbedError {
  return new TestbedError('TOO_MANY_REQUESTS', `There are too many ${what} from this address.`, {
    hint: `Try again in ${Math.ceil(waitMs / 1_000)} s.`,
    details: { waitMs },
  });
}

/** Each once: of two, nobody could say which is meant. */
function readQuery(query: string): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (Object.hasOwn(read, name)) {
      throw new TestbedError('REQUEST_INVALID', `The query has ${name.slice(0, 50)} twice.`);
    }
    Object.defineProperty(read, name, { value, enumerable: true });
  }
  return read;
}

function signalOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the other end has gone')));
  return gone.signal;
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
