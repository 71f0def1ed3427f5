/**
 * One request to the Docker daemon through dockerode's modem, with a deadline, a signal and
 * translated errors. The methods of dockerode itself cannot be used for this: their types and
 * some of their implementations leave out the signal.
 */
import type { Readable } from 'node:stream';
import type { Clock } from '../../lib/clock.ts';
import { dockerTimeout, translateDockerError } from './translate-docker-error.ts';

export interface DockerRequest {
  /** What is being done, for messages: `create container x`. */
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as it is, instead of a body: a tar archive. */
  readonly archive?: Buffer;
  readonly signal: AbortSignal;
  /** For all of it; a minute if not given. */
  readonly timeoutMs?: number;
}

/** Resolves with the parsed JSON of the reply, or with a Buffer if it is no JSON. */
export type SendRequest = (request: DockerRequest) => Promise<unknown>;

/**
 * Resolves with the body of the reply once it begins. The signal ends it also after that; the time
 * limit holds only until it begins.
 */
export type OpenStream = (request: DockerRequest) => Promise<Readable>;

/** The part of docker-modem that is used; it comes without types. */
export interface DialingModem {
  dial(
    options: {
      readonly method: string;
      readonly path: string;
      readonly options: Record<string, unknown>;
      readonly abortSignal: AbortSignal;
      readonly statusCodes: Readonly<Record<number, true | string>>;
      readonly isStream?: boolean;
      readonly file?: Buffer;
    },
    done: (error: unknown, reply: unknown) => void,
  ): void;
}

/** Starting a container on a crowded host takes seconds; a minute means that the daemon hangs. */
const CALL_MS = 60_000;
/** 304: it was started or stopped before, which is what was wanted. */
const accepted = { 200: true, 201: true, 204: true, 304: true } as const;

interface RequestParts {
  readonly address: string;
  readonly clock: Clock;
  /** Of this daemon, shared by all ways to it. */
  readonly history?: { answered: boolean };
}

export function createRequest(modem: DialingModem, parts: RequestParts): SendRequest {
  return async (request) => {
    const { timeoutMs = CALL_MS } = request;
    const timeout = parts.clock.timeoutSignal(timeoutMs);
    const abortSignal = AbortSignal.any([request.signal, timeout]);
    return translating(request, parts, timeout, () => dial(modem, request, { abortSignal }));
  };
}

export function createStreamRequest(modem: DialingModem, parts: RequestParts): OpenStream {
  return async (request) => {
    const { timeoutMs = CALL_MS } = request;
    const timeout = parts.clock.timeoutSignal(timeoutMs);
    const opening = new AbortController();
    const giveUp = (): void => opening.abort(timeout.reason);
    timeout.addEventListener('abort', giveUp);
    const abortSignal = AbortSignal.any([request.signal, opening.signal]);
    try {
      return await translating(request, parts, timeout, async () => {
        const body = await dial(modem, request, { abortSignal, isStream: true });
        return body as Readable; // what the modem gives for a stream
      });
    } finally {
      timeout.removeEventListener('abort', giveUp);
    }
  };
}

function dial(
  modem: DialingModem,
  { method, path, query, body, archive }: DockerRequest,
  options: { readonly abortSignal: AbortSignal; readonly isStream?: boolean },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    modem.dial(
      {
        method,
        path: query === undefined ? path : `${path}?`,
        // Fresh objects: the modem deletes fields of what it is given.
        options: { _query: { ...query }, _body: body ?? {} },
        statusCodes: accepted,
        ...(archive === undefined ? {} : { file: archive }),
        ...options,
      },
      (error, reply) => (error ? reject(error) : resolve(reply)),
    );
  });
}

async function translating<T>(
  { action, signal, timeoutMs = CALL_MS }: DockerRequest,
  { address, history }: RequestParts,
  timeout: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  try {
    const reply = await call();
    if (history !== undefined) history.answered = true;
    return reply;
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) throw dockerTimeout({ action, address }, timeoutMs);
    const answeredBefore = history?.answered === true;
    throw translateDockerError(error, { action, address, answeredBefore });
  }
}
