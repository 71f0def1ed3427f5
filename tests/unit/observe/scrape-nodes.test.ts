import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type ConnectedNodes,
  connectNodes,
} from '../../../controller/src/control/http-node-client.ts';
import { systemClock } from '../../../controller/src/lib/system-clock.ts';
import type { Scraper, ScraperOptions } from '../../../controller/src/observe/observation.ts';
import { completenessOf } from '../../../controller/src/observe/scrape-ledger.ts';
import { scrapePeriodMs, startScraper } from '../../../controller/src/observe/scrape-nodes.ts';

/** A node that answers with whatever it is told to; everything real but the numbers. */
interface FakeNode {
  url: string;
  readonly sockets: Set<Socket>;
  requests: number;
  mostAtOnce: number;
}

const servers: Server[] = [];
const scrapers: Scraper[] = [];
const connections: ConnectedNodes[] = [];

afterEach(async () => {
  await Promise.all(scrapers.splice(0).map((scraper) => scraper.stop()));
  for (const connected of connections.splice(0)) connected.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: RequestListener): Promise<FakeNode> {
  let atOnce = 0;
  const node = { url: '', sockets: new Set<Socket>(), requests: 0, mostAtOnce: 0 };
  const server = createServer((request, reply) => {
    node.requests++;
    node.mostAtOnce = Math.max(node.mostAtOnce, ++atOnce);
    reply.on('close', () => atOnce--);
    answer(request, reply);
  });
  server.on('connection', (socket) => node.sockets.add(socket));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server's address is an AddressInfo.
  node.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return node;
}

const metrics =
  (text: () => string): RequestListener =>
  (request, reply) => {
    if (request.url === '/metrics') reply.end(text());
    else reply.writeHead(404).end();
  };

function scrape(nodes: readonly FakeNode[], options: Partial<ScraperOptions> = {}) {
  const controller = new AbortController();
  const connected = connectNodes(
    nodes.map((node, nodeIndex) => ({
      nodeIndex,
      name: `node-${nodeIndex}`,
      get controlUrl() {
        return node.url;
      },
    })),
  );
  connections.push(connected);
  const scraper = startScraper(
    {
      nodes: connected.clients,
      periodMs: 50,
      ...options,
    },
    { clock: systemClock, signal: controller.signal },
  );
  scrapers.push(scraper);
  return { scraper, controller };
}

/** Waits for a condition, not for a time; fails the test after 5 s. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('condition not met in 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('scrapePeriodMs', () => {
  it.each([
    [1, 1000],
    [30, 1000],
    [31, 2000],
    [100, 2000],
    [101, 5000],
  ])('is for %i nodes %i ms', (nodeCount, periodMs) => {
    expect(scrapePeriodMs(nodeCount)).toBe(periodMs);
  });
});

describe('startScraper', () => {
  it('records the chosen series of every node over one kept connection each', async () => {
    const page = [
      '# TYPE consensus_committed_height gauge',
      'consensus_committed_height{node="1"} 7',
      'network_messages_sent_total{kind="vote"} 3',
      'consensus_commit_latency_seconds_bucket{le="0.1"} 9',
      'consensus_commit_latency_seconds_count 9',
      'container_memory_limit_bytes NaN',
      'nodejs_heap_size_used_bytes 1',
    ].join('\n');
    const nodes = await Promise.all([serve(metrics(() => page)), serve(metrics(() => page))]);
    // A page that is late on a busy host costs the connection.
    const { scraper } = scrape(nodes, { periodMs: 250 });
    await until(() => nodes.every(({ requests }) => requests >= 4));
    const outcome = await scraper.stop();
    const ofNode1 = outcome.samples.filter(({ nodeIndex }) => nodeIndex === 1);
    expect([...new Set(ofNode1.map(({ metric }) => metric))].sort()).toEqual([
      'consensus_commit_latency_seconds_count',
      'consensus_committed_height',
      'network_messages_sent_total{kind="vote"}',
    ]);
    expect(ofNode1.find(({ metric }) => metric === 'consensus_committed_height')?.value).toBe(7);
    expect(Math.abs(Date.now() - (ofNode1[0]?.at.getTime() ?? 0))).toBeLessThan(5000);
    expect(nodes.map(({ sockets }) => sockets.size)).toEqual([1, 1]);
    expect(outcome.malformed).toEqual([]);
  });

  it('gives a live view from counters', async () => {
    const began = performance.now();
    const node = await serve(
      metrics(() => {
        const committed = Math.round((performance.now() - began) * 10);
        return `consensus_transactions_committed_total ${committed}\nconsensus_committed_height 5\n`;
      }),
    );
    const { scraper } = scrape([node]);
    expect(scraper.live()).toEqual({
      txPerSec: null,
      committedHeight: 0,
      nodesAnswering: 0,
      nodesTotal: 1,
    });
    await until(() => node.requests >= 5 && scraper.live().nodesAnswering === 1);
    const live = scraper.live();
    await scraper.stop();
    expect(live.committedHeight).toBe(5);
    // 10 per ms; the exact scrape times are the scheduler's.
    expect(live.txPerSec).toBeGreaterThan(5000);
    expect(live.txPerSec).toBeLessThan(20_000);
  });

  it('misses a node that hangs, without waiting for it or holding up the others', async () => {
    const hanging = await serve(() => undefined);
    const healthy = await serve(metrics(() => 'consensus_round 1\n'));
    const { scraper } = scrape([hanging, healthy], { concurrency: 1, periodMs: 200 });
    // With one scrape at a time the hanging node takes the whole first round; then it comes last.
    await until(() => healthy.requests >= 8);
    const outcome = await scraper.stop();
    expect(outcome.missed[1]).toEqual({
      nodeIndex: 1,
      count: 1,
      lastError: 'its turn did not come in 200 ms',
    });
    expect(hanging.mostAtOnce).toBe(1);
    const missed = outcome.missed.find(({ nodeIndex }) => nodeIndex === 0);
    expect(missed?.lastError).toBe('no whole answer in 200 ms');
    expect(outcome.completeness).toBeGreaterThan(0.3);
    expect(outcome.completeness).toBeLessThan(0.6);
    expect(outcome.samples.every(({ nodeIndex }) => nodeIndex === 1)).toBe(true);
  });

  it('says of a node that refuses, breaks off or answers with an error what went wrong', async () => {
    const refusing = await serve(metrics(() => ''));
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const failing = await serve((_request, reply) => reply.writeHead(503).end('busy'));
    const breaking = await serve((request) => request.socket.destroy());
    const { scraper } = scrape([refusing, failing, breaking]);
    await until(() => failing.requests >= 2 && breaking.requests >= 2);
    const outcome = await scraper.stop();
    expect(outcome.completeness).toBe(0);
    const errors = outcome.missed.map(({ lastError }) => lastError);
    expect(errors[0]).toContain('ECONNREFUSED');
    expect(errors[1]).toBe('status 503 instead of 200');
    expect(errors[2]).toContain('socket hang up');
  });

  it('follows a node to where it answers after it was started again', async () => {
    const before = await serve(metrics(() => 'consensus_round 1\n'));
    const after = await serve(metrics(() => 'consensus_round 2\n'));
    const { scraper } = scrape([before]);
    await until(() => before.requests >= 2);
    before.url = after.url;
    await until(() => after.requests >= 2);
    const outcome = await scraper.stop();
    expect(outcome.missed).toEqual([]);
    expect(new Set(outcome.samples.map(({ value }) => value))).toEqual(new Set([1, 2]));
  });

  it('tries once more when a node has just closed the kept connection', async () => {
    const used = new Set<unknown>();
    const node = await serve(({ socket }, reply) => {
      if (used.has(socket)) socket.destroy();
      else reply.end('consensus_round 1\n');
      used.add(socket);
    });
    const { scraper } = scrape([node], { periodMs: 200 });
    await until(() => node.requests >= 6);
    const outcome = await scraper.stop();
    expect(outcome.missed).toEqual([]);
    expect(outcome.completeness).toBe(1);
  });

  it.each([
    ['cannot be read', 'consensus_round one', 'line 1 is "consensus_round one"'],
    ['counts below nothing', 'consensus_round -3', 'consensus_round is -3'],
    ['counts in halves', 'consensus_round 1.5', 'consensus_round is 1.5'],
  ])('keeps the rest of a page with a line that %s, and says which', async (_, line, first) => {
    const node = await serve(metrics(() => `${line}\nconsensus_committed_height 2\n`));
    const { scraper } = scrape([node]);
    await until(() => node.requests >= 2);
    const outcome = await scraper.stop();
    expect(outcome.malformed).toEqual([{ nodeIndex: 0, count: expect.any(Number), first }]);
    expect(new Set(outcome.samples.map(({ metric }) => metric))).toEqual(
      new Set(['consensus_committed_height']),
    );
  });

  it('takes a page without any metric of the contract for no answer', async () => {
    const lost = await serve(metrics(() => '<html>hello</html>\nother_metric 1\n'));
    const healthy = await serve(metrics(() => 'consensus_round 1\n'));
    const { scraper } = scrape([healthy, lost]);
    await until(() => lost.requests >= 3);
    const outcome = await scraper.stop();
    expect(outcome.missed).toEqual([
      {
        nodeIndex: 1,
        count: outcome.rounds.length,
        lastError: expect.stringMatching(/without any metric of the contract \(line 1 is "<html>/),
      },
    ]);
    expect(outcome.rounds[0]).toMatchObject({ due: 2, answered: 1, missed: [1] });
  });

  it('detects a counter that went down and a violation the node reports', async () => {
    let scrapes = 0;
    const node = await serve(
      metrics(() => {
        const committed = ++scrapes === 3 ? 1 : scrapes * 100;
        return `consensus_transactions_committed_total ${committed}\nconsensus_safety_violations_total 1\n`;
      }),
    );
    const { scraper } = scrape([node]);
    await until(() => node.requests >= 5);
    const outcome = await scraper.stop();
    expect(outcome.resets.map(({ nodeIndex }) => nodeIndex)).toEqual([0]);
    expect(outcome.safetyViolations.map(({ count }) => count)).toEqual([1]);
  });

  it('drops and counts samples beyond its bounds', async () => {
    const labels = Array.from({ length: 1200 }, (_, id) => `consensus_round{x="${id}"} 1`);
    const node = await serve(metrics(() => labels.join('\n')));
    const { scraper } = scrape([node], { samplesMax: 1500 });
    await until(() => node.requests >= 3);
    const outcome = await scraper.stop();
    expect(outcome.samples).toHaveLength(1500);
    // 200 series too many in each page, and 500 of the second page's thousand.
    expect(outcome.dropped).toEqual([{ metric: 'consensus_round', count: expect.any(Number) }]);
    expect(outcome.dropped[0]?.count).toBeGreaterThanOrEqual(200 + 200 + 500);
  });

  it('never has more scrapes under way than allowed', async () => {
    let atOnce = 0;
    let most = 0;
    const slow: RequestListener = (_request, reply) => {
      most = Math.max(most, ++atOnce);
      setTimeout(() => {
        atOnce--;
        reply.end('consensus_round 1\n');
      }, 5);
    };
    const nodes = await Promise.all(Array.from({ length: 9 }, () => serve(slow)));
    const { scraper } = scrape(nodes, { periodMs: 300, concurrency: 3 });
    await until(() => nodes.every(({ requests }) => requests >= 2));
    const outcome = await scraper.stop();
    expect(most).toBe(3);
    expect(outcome.missed).toEqual([]);
  });

  it('ends with its signal and when stopped, leaves no connection, and may be stopped twice', async () => {
    const node = await serve(metrics(() => 'consensus_round 1\n'));
    const { scraper, controller } = scrape([node]);
    await until(() => node.requests >= 1);
    controller.abort();
    const first = await scraper.stop();
    const { requests } = node;
    expect(await scraper.stop()).toBe(first);
    await until(() => [...node.sockets].every((socket) => socket.destroyed));
    expect(node.requests).toBe(requests);
  });

  it('does not count the round that the end of the measurement cut short', async () => {
    const node = await serve(() => undefined);
    const { scraper } = scrape([node], { periodMs: 5000 });
    await until(() => node.requests === 1);
    const outcome = await scraper.stop();
    expect(outcome).toMatchObject({ rounds: [], completeness: 1, missed: [] });
  });
});

describe('completenessOf', () => {
  it('is answered over due, and whole when nothing was due', () => {
    const at = new Date(0);
    expect(
      completenessOf([
        { at, due: 4, answered: 4, missed: [] },
        { at, due: 4, answered: 2, missed: [0, 1] },
      ]),
    ).toBe(0.75);
    expect(completenessOf([])).toBe(1);
  });
});
