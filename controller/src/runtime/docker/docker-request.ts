/**
 * One request to the Docker daemon through dockerode's modem, with a deadline, a signal and
 * translated errors. The methods of dockerode itself cannot be used for this: their types and
 * some of their implementations leave out the signal.
 */
import type { Clock } from '../../lib/clock.ts';
import { dockerTimeout, translateDockerError } from './translate-docker-error.ts';

export interface DockerRequest {
  /** What is being done, for messages: `create container x`. */
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/** Resolves with the parsed JSON of the reply, or with a Buffer if it is no JSON. */
export type SendRequest = (request: DockerRequest) => Promise<unknown>;

/** The part of docker-modem that is used; it comes without types. */
export interface DialingModem {
  dial(
    options: {
      readonly method: string;
      readonly path: string;
      readonly options: Record<string, unknown>;
      readonly abortSignal: AbortSignal;
      readonly statusCodes: Readonly<Record<number, true | string>>;
    },
    done: (error: unknown, reply: unknown) => void,
  ): void;
}

/** Starting a container on a crowded host takes seconds; a minute means that the daemon hangs. */
const CALL_MS = 60_000;
/** 304: it was started or stopped before, which is what was wanted. */
const accepted = { 200: true, 201: true, 204: true, 304: true } as const;

export function createRequest(
  modem: DialingModem,
  { address, clock }: { readonly address: string; readonly clock: Clock },
): SendRequest {
  return async ({ action, method, path, query, body, signal }) => {
    const timeout = clock.timeoutSignal(CALL_MS);
    signal.throwIfAborted();
    try {
      return await new Promise((resolve, reject) => {
        modem.dial(
          {
            method,
            path: query === undefined ? path : `${path}?`,
            // Fresh objects: the modem deletes fields of what it is given.
            options: { _query: { ...query }, _body: body ?? {} },
            abortSignal: AbortSignal.any([signal, timeout]),
            statusCodes: accepted,
          },
          (error, reply) => (error ? reject(error) : resolve(reply)),
        );
      });
    } catch (error) {
      signal.throwIfAborted();
      if (timeout.aborted) throw dockerTimeout({ action, address }, CALL_MS);
      throw translateDockerError(error, { action, address });
    }
  };
}
