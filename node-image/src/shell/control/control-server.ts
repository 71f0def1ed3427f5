import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ListenAddress } from '../environment.ts';
import { ProblemError } from './problem.ts';

/** What an endpoint answers: a value sent as JSON, or a text of its own type. */
export type Reply =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly text: string; readonly contentType: string };

/** @param body the parsed JSON body of a POST, `{}` if it was empty; undefined for a GET */
export type Endpoint = (body: unknown) => Reply | Promise<Reply>;

export type Routes = Readonly<
  Record<string, { readonly GET?: Endpoint; readonly POST?: Endpoint }>
>;

export interface ControlServer {
  readonly port: number;
  /** Stops listening; replies under way get a moment to leave. */
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 8 * 1024 * 1024;
const CLOSE_GRACE_MS = 300;

/**
 * The control API's HTTP side: routing, body limits, problem bodies. Knows no endpoint itself.
 * @param onBug called with what an endpoint threw that is not a ProblemError
 * @throws Error if the address cannot be listened on
 */
export async function startControlServer(
  options: { readonly listen: ListenAddress; readonly routes: Routes },
  onBug: (error: unknown) => void,
): Promise<ControlServer> {
  const server = createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    answer(options.routes, request)
      .catch((error: unknown) => problemReply(error, onBug))
      .then((reply) => send(response, reply))
      .catch(onBug);
  });
  await listen(server, options.listen);
  const bound = server.address();
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : options.listen.port,
    close: () => close(server),
  };
}

async function answer(routes: Routes, request: IncomingMessage): Promise<Reply> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) throw new ProblemError(404, 'NOT_FOUND', `There is no ${path}.`);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const endpoint = method === 'GET' || method === 'POST' ? route[method] : undefined;
  if (endpoint === undefined) {
    throw new ProblemError(405, 'METHOD_NOT_ALLOWED', `${path} does not take ${request.method}.`);
  }
  return endpoint(method === 'POST' ? await readJson(request) : undefined);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    // Without an encoding set, a request yields buffers.
    const piece = chunk as Buffer;
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX) {
      throw new ProblemError(413, 'TOO_LARGE', `A body may have ${BODY_BYTES_MAX} bytes.`);
    }
    chunks.push(piece);
  }
  if (bytes === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ProblemError(400, 'BAD_REQUEST', `The body is not JSON: ${why}.`);
  }
}

function problemReply(error: unknown, onBug: (error: unknown) => void): Reply {
  if (error instanceof ProblemError) {
    return { status: error.status, json: { code: error.code, message: error.message } };
  }
  onBug(error);
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, json: { code: 'INTERNAL', message } };
}

function send(response: ServerResponse, reply: Reply): void {
  const isText = 'text' in reply;
  const text = isText ? reply.text : JSON.stringify(reply.json);
  response.writeHead(reply.status, {
    'content-type': isText ? reply.contentType : 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function listen(server: Server, { address, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS).unref();
  });
}
