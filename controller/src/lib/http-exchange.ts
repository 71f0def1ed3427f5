import { Agent, type AgentOptions, request } from 'node:http';
import { errorCodeOf } from './error-code.ts';

/**
 * One request and its whole reply over connections that are kept. The one rule for what goes wrong
 * with those: the other side closes a connection that was idle for long enough, and a request that
 * is sent at that moment is reset unanswered.
 */

export interface HttpRequest {
  /** Without the brackets of a URL, also for IPv6. */
  readonly hostname: string;
  readonly port: string | number;
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string | undefined;
}

export interface HttpReply {
  readonly status: number;
  readonly text: string;
}

export interface ExchangeOptions {
  /** From `createKeptAgent`. */
  readonly agent: Agent;
  /** Its reason is what the promise rejects with. */
  readonly signal: AbortSignal;
  readonly replyBytesMax: number;
  /** Message of the error for a larger reply. */
  readonly tooLarge: string;
  /** The other side has taken the connection; it may still say nothing. */
  readonly onConnected?: () => void;
}

/**
 * Connections are let go after this much idleness, or a second before the time that the other side
 * announces (`Keep-Alive: timeout=`): most are then closed by us, and not under a request.
 */
const IDLE_MS_MAX = 10_000;

/** Close it with `destroy`. */
export function createKeptAgent(
  options: Pick<AgentOptions, 'maxSockets' | 'maxFreeSockets'>,
): Agent {
  // Without a time-out of its own an agent does not heed the other side's either.
  return new Agent({ ...options, keepAlive: true, timeout: IDLE_MS_MAX });
}

/**
 * A request on a used connection that was closed before anything of the reply came is sent once
 * more, on a fresh one. Only for requests that do no harm when they arrive twice.
 */
export async function exchange(sent: HttpRequest, options: ExchangeOptions): Promise<HttpReply> {
  try {
    return await exchangeOnce(sent, options, options.agent);
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    // Not from the agent: what else it keeps may be as old.
    return exchangeOnce(sent, options, false);
  }
}

class StaleConnection extends Error {}

function exchangeOnce(
  { body, ...target }: HttpRequest,
  { signal, replyBytesMax, tooLarge, onConnected = () => undefined }: ExchangeOptions,
  agent: Agent | false,
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let hasReply = false;
    const outgoing = request({ ...target, agent }, (reply) => {
      hasReply = true;
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      reply.on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length;
        if (sizeBytes > replyBytesMax) outgoing.destroy(new Error(tooLarge));
        else chunks.push(chunk);
      });
      reply.on('error', fail);
      reply.on('end', () => {
        signal.removeEventListener('abort', onAbort);
        resolve({ status: reply.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    const onAbort = (): void => {
      outgoing.destroy();
      fail(signal.reason);
    };
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', onAbort);
      const isStale = outgoing.reusedSocket && !hasReply && isReset(error);
      reject(isStale && !signal.aborted ? new StaleConnection() : error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    outgoing.on('error', fail);
    outgoing.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', onConnected);
      else onConnected();
    });
    outgoing.end(body);
  });
}

function isReset(error: unknown): boolean {
  const code = errorCodeOf(error);
  return code === 'ECONNRESET' || code === 'EPIPE';
}
