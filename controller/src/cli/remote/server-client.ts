/** Adapter: what the verbs ask of a server, over HTTP. */
import type { z } from 'zod';
import { catalogue, type ErrorCode } from '../../errors/catalogue.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import { messageOf } from '../../lib/message-of.ts';
import { errorReply } from '../../serve/api/parts.ts';
import type { CommandContext } from '../command.ts';
import { readEvents, type ServerEvent } from './read-events.ts';
import { tokenVariable } from './server-option.ts';

export interface ServerClient {
  readonly url: string;
  /** @throws TestbedError as the server says it, or SERVER_UNREACHABLE */
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  text(path: string): Promise<string>;
  post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T>;
  /** Ends when the stream does. */
  events(path: string, lastId: string | undefined): Promise<AsyncIterable<ServerEvent>>;
}

/** @throws TestbedError USAGE for what is no address */
export function createServerClient(
  address: string,
  { environment, interrupts }: Pick<CommandContext, 'environment' | 'interrupts'>,
): ServerClient {
  const base = readAddress(address);
  const token = environment.env[tokenVariable] ?? '';
  const ask = async (
    path: string,
    given: { readonly method?: string; readonly body?: string; readonly lastId?: string } = {},
  ): Promise<Response> => {
    const { method = 'GET', body, lastId } = given;
    const reply = await fetch(new URL(path, base), {
      method,
      signal: interrupts.stop,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
      },
      ...(body === undefined ? {} : { body }),
    }).catch((error: unknown) => {
      interrupts.stop.throwIfAborted();
      throw unreachable(address, error);
    });
    if (!reply.ok) throw errorOf(await reply.text(), reply.status, address);
    return reply;
  };
  const parse = async <T>(reply: Response, schema: z.ZodType<T>): Promise<T> => {
    const parsed = schema.safeParse(await reply.json().catch(() => null));
    if (parsed.success) return parsed.data;
    throw unreachable(address, new Error('it answers with something else'));
  };
  return {
    url: base.origin,
    get: async (path, schema) => parse(await ask(path), schema),
    text: async (path) => (await ask(path)).text(),
    post: async (path, body, schema) =>
      parse(await ask(path, { method: 'POST', body: JSON.stringify(body) }), schema),
    events: async (path, lastId) => {
      const reply = await ask(path, lastId === undefined ? {} : { lastId });
      return readEvents(reply.body);
    },
  };
}

function readAddress(address: string): URL {
  const text = /^https?:\/\//.test(address) ? address : `http://${address}`;
  if (URL.canParse(text)) return new URL(text);
  throw new TestbedError('USAGE', `--server takes the address of a server, not "${address}".`, {
    hint: 'For example: --server http://127.0.0.1:8080',
  });
}

function errorOf(text: string, status: number, address: string): TestbedError {
  const parsed = errorReply.safeParse(parseJson(text));
  if (!parsed.success) {
    return unreachable(address, new Error(`status ${status} from something that is no testbed`));
  }
  return toError(parsed.data.error);
}

/** A failure as the server tells it, as if it had happened here. */
export function toError(value: z.infer<typeof errorReply>['error']): TestbedError {
  const { code, message, hint, details } = value;
  const options = { ...(hint === null ? {} : { hint }), details };
  return new TestbedError(isKnown(code) ? code : 'SERVER_UNREACHABLE', message, options);
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}

function unreachable(address: string, error: unknown): TestbedError {
  const inner = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const cause = inner instanceof AggregateError ? inner.errors[0] : inner;
  return new TestbedError(
    'SERVER_UNREACHABLE',
    `No server answers at ${address}: ${messageOf(cause)}.`,
    {
      hint: 'Start one: testbed serve. A run that it had taken goes on without you.',
      cause: error,
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
