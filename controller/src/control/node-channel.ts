import type { Agent } from 'node:http';
import { urlToHttpOptions } from 'node:url';
import type { Clock } from '../lib/clock.ts';
import { createKeptAgent, exchange, type HttpReply } from '../lib/http-exchange.ts';
import { fetchPage } from './http-page.ts';
import {
  type CallOptions,
  CONNECTIONS_PER_NODE,
  type RawReply,
  type RawRequest,
} from './node-client.ts';
import { sendRaw } from './raw-call.ts';

/** How requests get to one node, and replies back. */
export interface NodeChannel {
  /** @throws Error when no whole reply came; the signal's reason */
  exchange(request: RawRequest, options: ExchangeOptions): Promise<HttpReply>;
  /** Over a connection that nothing else uses. */
  page(path: string, options: { readonly signal: AbortSignal }): Promise<string>;
  raw(request: RawRequest, options: CallOptions): Promise<RawReply>;
  /** In the time that the node lives in. */
  timeoutSignal(ms: number): AbortSignal;
  nowMs(): number;
}

export interface ExchangeOptions {
  readonly signal: AbortSignal;
  /** The node has taken the request; it may still say nothing. */
  readonly onConnected: () => void;
}

/** Enough for 4 histograms of 3 digits and an hour of series; more is not an answer to us. */
const REPLY_BYTES_MAX = 16 * 1024 * 1024;

export interface HttpChannels {
  to(node: { readonly controlUrl: string }): NodeChannel;
  close(): void;
}

export function createHttpChannels(): HttpChannels {
  const calls = createKeptAgent({ maxSockets: CONNECTIONS_PER_NODE, maxFreeSockets: 2 });
  // Apart from the calls: a page is neither held up by probes nor does it hold up an order.
  const pages = createKeptAgent({ maxSockets: 1, maxFreeSockets: 1 });
  return {
    to: (node) => httpChannel(node, { calls, pages }),
    close() {
      calls.destroy();
      pages.destroy();
    },
  };
}

function httpChannel(
  node: { readonly controlUrl: string },
  { calls: agent, pages }: { readonly calls: Agent; readonly pages: Agent },
): NodeChannel {
  return {
    exchange({ method, path: endpoint, body }, options) {
      const { hostname, port, path } = urlToHttpOptions(new URL(`${node.controlUrl}${endpoint}`));
      const to = { hostname: hostname ?? '', port: port ?? 80, path: path ?? endpoint };
      const content =
        body === undefined
          ? {}
          : {
              body,
              headers: {
                'content-type': 'application/json',
                'content-length': Buffer.byteLength(body),
              },
            };
      const sent = { ...to, method: method === 'POST' ? ('POST' as const) : ('GET' as const) };
      return exchange(
        { ...sent, ...content },
        {
          ...options,
          agent,
          replyBytesMax: REPLY_BYTES_MAX,
          tooLarge: 'reply larger than 16 MiB',
        },
      );
    },
    page: (path, { signal }) => fetchPage(`${node.controlUrl}${path}`, { agent: pages, signal }),
    raw: (request, options) => sendRaw({ controlUrl: node.controlUrl, agent }, request, options),
    timeoutSignal: (ms) => AbortSignal.timeout(ms),
    nowMs: () => performance.now(),
  };
}

/** Whoever answers for simulated nodes. */
export interface SimulatedNodes {
  ask(nodeIndex: number, request: RawRequest): Promise<RawReply>;
  readonly clock: Pick<Clock, 'timeoutSignal' | 'monotonicMs'>;
}

export function createSimulatedChannel(nodeIndex: number, nodes: SimulatedNodes): NodeChannel {
  const ask = (request: RawRequest, signal: AbortSignal): Promise<RawReply> =>
    unlessAborted(nodes.ask(nodeIndex, request), signal);
  return {
    async exchange(request, { signal, onConnected }) {
      const answer = ask(request, signal);
      onConnected();
      return answer;
    },
    async page(path, { signal }) {
      const { status, text } = await ask({ method: 'GET', path }, signal);
      if (status !== 200) throw new Error(`status ${status} instead of 200`);
      return text;
    },
    raw: (request, { signal, timeoutMs }) =>
      ask(request, AbortSignal.any([signal, nodes.clock.timeoutSignal(timeoutMs)])),
    timeoutSignal: nodes.clock.timeoutSignal,
    nowMs: nodes.clock.monotonicMs,
  };
}

function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
