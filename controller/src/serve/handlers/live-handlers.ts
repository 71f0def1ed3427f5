import { TestbedError } from '../../errors/testbed-error.ts';
import { createKeptAgent } from '../../lib/http-exchange.ts';
import { messageOf } from '../../lib/message-of.ts';
import { createPageSource, fetchPage } from '../../observe/http-page.ts';
import type { Handlers } from '../http/call.ts';
import { runUnknown } from '../run-unknown.ts';
import type { ServerParts } from '../server-parts.ts';

type LiveHandlers = Pick<
  Handlers,
  'getStatus' | 'followLive' | 'discoverNodes' | 'getNodeMetrics' | 'getMetrics' | 'getHealth'
>;

const nodeMs = 5_000;
const plainText = 'text/plain; version=0.0.4; charset=utf-8';

/** What happens now, for people and for Prometheus. */
export function createLiveHandlers(parts: ServerParts): LiveHandlers {
  const { live, metrics, clock, version, store } = parts;
  const agent = createKeptAgent({ maxSockets: 2, maxFreeSockets: 1 });
  return {
    getStatus: () => ({ kind: 'json', value: live.status() }),
    followLive: () => ({ kind: 'stream', channel: live.channel }),
    discoverNodes: ({ headers }) => ({ kind: 'json', value: live.targets(headers.host ?? '') }),
    getNodeMetrics: async ({ params, signal }) => {
      const current = live.current();
      if (current === null || current.runId !== params.run) throw runUnknown(params.run);
      const url = current.controlUrls[params.node];
      if (url === undefined) throw unreachable(params.node, 'it has not been started yet');
      const page = createPageSource(url, '/metrics');
      const ended = AbortSignal.any([signal, clock.timeoutSignal(nodeMs)]);
      try {
        const text = await fetchPage(page, { agent, signal: ended });
        return { kind: 'text', type: plainText, text };
      } catch (error) {
        throw unreachable(params.node, messageOf(error));
      }
    },
    getMetrics: async () => ({
      kind: 'text',
      type: metrics.contentType,
      text: await metrics.page(),
    }),
    getHealth: () => ({
      kind: 'json',
      value: { status: 'ok', database: store.state().state, version },
    }),
  };
}

function unreachable(node: number, why: string): TestbedError {
  return new TestbedError('NODE_UNREACHABLE', `Node ${node} does not give its metrics: ${why}.`, {
    hint: 'Nodes that start, restart or were taken down do not answer; the next scrape may.',
  });
}
