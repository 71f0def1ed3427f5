import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { z } from 'zod';
import {
  endpoints,
  loadStatusSchema,
  logDigestsSchema,
  metricNames,
  problemSchema,
  resultsSchema,
} from '../../../node-image/src/contract/index.ts';
import {
  accepted,
  configurationFor,
  formNetwork,
  identityOf,
  type LoadOutcome,
  type LocalNetwork,
  type LocalNode,
  loadStatusOf,
  runLoad,
  startLocalNetwork,
  until,
} from '../../../scripts/bench/local-network.ts';
import { buildNode } from './build-node.ts';

/** Four real node processes, from their first answer to their end, through the control API alone. */
let network: LocalNetwork;
let nodes: readonly LocalNode[] = [];
let first: LocalNode;

beforeAll(async () => {
  buildNode();
  network = await startLocalNetwork({ nodeCount: 4 });
  nodes = network.nodes;
  [first] = nodes as [LocalNode, ...LocalNode[]]; // four were asked for
}, 60_000);
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

async function problem(path: string, body: unknown): Promise<[number, string]> {
  const { status, json } = await first.post(path, body);
  return [status, problemSchema.parse(json).code];
}

const load = {
  arrivals: 'poisson',
  rateTxPerSec: 10,
  sizeBytes: 128,
  seed: 1,
  startUnixMs: 0,
  warmupMs: 0,
  measureMs: 100,
} as const;

describe('a node that waits', () => {
  it('says who it is', async () => {
    const identities = await Promise.all(nodes.map(identityOf));
    identities.forEach((identity, index) => {
      expect(identity).toMatchObject({
        contractVersion: 1,
        runId: 'local',
        nodeIndex: index,
        capabilities: [
          'byzantine',
          'clock',
          'evidence',
          'leave',
          'load',
          'overlay',
          'probe',
          'resume',
          'shaping',
          'signatures',
          'status',
        ],
      });
      expect(identity.publicKeyHex).toMatch(/^[0-9a-f]{64}$/);
    });
    expect(new Set(identities.map(({ peerId }) => peerId)).size).toBe(4);
  });

  it('is not ready and has an empty log', async () => {
    expect(await until(first, 'waiting', () => true)).toEqual({
      state: 'waiting',
      linksPlanned: 0,
      linksUp: 0,
      missing: [],
      peers: [],
      failure: null,
    });
    expect(await first.get(endpoints.log, (value) => logDigestsSchema.parse(value))).toEqual({
      committedHeight: 0,
      digests: [],
    });
  });

  it('refuses what does not fit its state', async () => {
    expect(await problem(endpoints.start, {})).toEqual([409, 'WRONG_STATE']);
    expect(await problem(endpoints.loadStart, load)).toEqual([409, 'WRONG_STATE']);
    expect(await problem(endpoints.loadStop, {})).toEqual([409, 'WRONG_STATE']);
    const results = await fetch(first.controlUrl + endpoints.results);
    expect([results.status, problemSchema.parse(await results.json()).code]).toEqual([
      409,
      'NO_RESULTS',
    ]);
  });

  it('refuses bad bodies and names the field', async () => {
    const identities = await Promise.all(nodes.map(identityOf));
    const good = configurationFor(0, identities);
    expect(await problem(endpoints.configure, '{"chainId":')).toEqual([400, 'BAD_REQUEST']);
    expect(await problem(endpoints.configure, {})).toEqual([400, 'BAD_REQUEST']);
    const { status, json } = await first.post(endpoints.configure, {
      ...good,
      engine: { ...good.engine, batchTxMax: -1 },
    });
    expect(status).toBe(400);
    expect(problemSchema.parse(json).message).toContain('engine.batchTxMax');
    const strangers = {
      ...good,
      committee: configurationFor(0, [...identities].reverse()).committee,
    };
    expect(await problem(endpoints.configure, strangers)).toEqual([400, 'BAD_REQUEST']);
    expect((await until(first, 'waiting', () => true)).state).toBe('waiting');
  });

  it('answers 404 and 405 with a problem body', async () => {
    expect(await problem('/v1/nowhere', {})).toEqual([404, 'NOT_FOUND']);
    expect(await problem(endpoints.identity, {})).toEqual([405, 'METHOD_NOT_ALLOWED']);
  });
});

describe('a network under load', () => {
  let outcome: LoadOutcome;

  beforeAll(async () => {
    await formNetwork(nodes);
    outcome = await runLoad(nodes, {
      arrivals: 'poisson',
      totalTxPerSec: 800,
      sizeBytes: 128,
      warmupMs: 500,
      measureMs: 2_000,
      drainMsMax: 20_000,
    });
  }, 90_000);

  it('refuses to be configured, started or loaded a second time', async () => {
    const identities = await Promise.all(nodes.map(identityOf));
    const good = configurationFor(0, identities);
    expect(await problem(endpoints.configure, good)).toEqual([409, 'WRONG_STATE']);
    expect(await problem(endpoints.start, {})).toEqual([409, 'WRONG_STATE']);
    expect(await problem(endpoints.loadStart, { ...load, sizeBytes: 19 })).toEqual([
      400,
      'BAD_REQUEST',
    ]);
  });

  it('commits every transaction that was due', () => {
    expect(outcome.pending).toBe(0);
    for (const results of outcome.results) {
      expect(results.scheduledInWindow).toBeGreaterThan(250);
      expect(results.committedOfWindow).toBe(results.scheduledInWindow);
      expect(results.rejectedOfWindow).toBe(0);
    }
  });

  it('reports figures that fit together', () => {
    for (const { window, histograms, series, counters, commits, ...counts } of outcome.results) {
      const blocks = sum((commits?.slices ?? []).map(([, count]) => count));
      const slack = 2 + 0.05 * counters.blocksCommitted;
      expect(Math.abs(blocks - counters.blocksCommitted)).toBeLessThanOrEqual(slack);
      expect(sum((commits?.slices ?? []).map(([gap]) => gap))).toBeLessThan(100);
      expect(window.endUnixMs - window.startUnixMs).toBeCloseTo(2_000, 3);
      const sizeOf = (encoded: (typeof histograms)['sendLag']): number =>
        encoded.encoding === 'hdr-v2'
          ? decodeFromCompressedBase64(encoded.base64, 32, false).totalCount
          : -1;
      expect(sizeOf(histograms.commitLatency)).toBe(counts.committedOfWindow);
      expect(sizeOf(histograms.serviceLatency)).toBe(counts.committedOfWindow);
      expect(sizeOf(histograms.sendLag)).toBe(counts.scheduledInWindow);
      expect(sum(series.scheduled)).toBe(counts.scheduledInWindow);
      expect(sum(series.committed)).toBe(counts.committedInWindow);
      expect(series.scheduled.length * series.periodMs).toBe(2_000);
      expect(counters.cpuMicros).toBeGreaterThan(0);
      expect(counters.memoryBytesMax).toBeGreaterThan(20e6);
      expect(counters.blocksCommitted).toBeGreaterThan(0);
      expect(counters.messagesReceived).toBeGreaterThan(0);
      expect(counters.messagesDropped).toBe(0);
      expect(counters.cpuPeriods).toBeNull();
      expect(counters.memoryLimitBytes).toBeNull();
    }
    const own = sum(outcome.results.map(({ committedInWindow }) => committedInWindow));
    const seen = outcome.results[0]?.counters.transactionsCommitted ?? 0;
    // All own commits of the window against what one node saw: edges differ by a block or two.
    expect(Math.abs(own - seen)).toBeLessThan(0.2 * seen);
  });

  it('agrees on the log', async () => {
    const logs = await Promise.all(
      nodes.map((node) => node.get(endpoints.log, (value) => logDigestsSchema.parse(value))),
    );
    const common = Math.min(...logs.map(({ committedHeight }) => committedHeight));
    expect(common).toBeGreaterThan(10);
    const digests = logs.map(
      (log) => new Map(log.digests.map(({ height, digestHex }) => [height, digestHex])),
    );
    for (let height = Math.max(1, common - 50); height <= common; height++) {
      const distinct = new Set(digests.map((each) => each.get(height)));
      expect([...distinct]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    }
  });

  it('answers as the published JSON Schema says', async () => {
    const path = join(import.meta.dirname, '../../../docs/node-contract.schema.json');
    const { $defs } = JSON.parse(await readFile(path, 'utf8'));
    const replies = {
      identity: endpoints.identity,
      readiness: endpoints.ready,
      loadStatus: endpoints.load,
      results: endpoints.results,
      logDigests: endpoints.log,
      shapingStatus: endpoints.shaping,
    };
    for (const [name, endpoint] of Object.entries(replies)) {
      const schema = z.fromJSONSchema({ $defs, ...$defs[name] });
      const reply = await first.get(endpoint, (value) => value);
      expect([name, schema.safeParse(reply).error]).toEqual([name, undefined]);
      // And a schema that takes anything would say nothing.
      expect(schema.safeParse({}).success).toBe(false);
    }
  });

  it('shows the same on its metrics page', async () => {
    const page = await (await fetch(first.controlUrl + endpoints.metrics)).text();
    const value = (name: string): number =>
      Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1] ?? Number.NaN);
    const status = await loadStatusOf(first);
    expect(value(metricNames.transactionsSubmitted)).toBe(status.scheduled);
    expect(value(metricNames.linksUp)).toBe(3);
    expect(value(metricNames.safetyViolations)).toBe(0);
    expect(value('consensus_commit_latency_seconds_count')).toBe(status.committed);
    expect(page).not.toMatch(/^container_/m);
  });

  it('takes a second load when the first is done, and ends it at once when told', async () => {
    await Promise.all(
      nodes.map((node) =>
        accepted(node, endpoints.loadStart, {
          ...load,
          rateTxPerSec: 50,
          startUnixMs: Date.now(),
          measureMs: 60_000,
        }),
      ),
    );
    expect(await problem(endpoints.loadStart, load)).toEqual([409, 'LOAD_ACTIVE']);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const stopped = loadStatusSchema.parse(await accepted(first, endpoints.loadStop, {}));
    expect(['drain', 'done']).toContain(stopped.state);
    await Promise.all(nodes.slice(1).map((node) => accepted(node, endpoints.loadStop, {})));
    const results = await first.get(endpoints.results, (value) => resultsSchema.parse(value));
    expect(results.window.endUnixMs - results.window.startUnixMs).toBeLessThan(30_000);
    expect(results.scheduledInWindow).toBe(stopped.scheduled);
  });

  it('leaves the network when told, and can still be asked', async () => {
    const last = nodes[3];
    if (last === undefined) throw new Error('four were asked for');
    const left = { state: 'stopped', linksUp: 0, missing: [0, 1, 2] };
    expect(await accepted(last, endpoints.leave, {})).toMatchObject(left);
    expect(await accepted(last, endpoints.leave, {})).toMatchObject(left);
    expect((await last.post(endpoints.start, {})).status).toBe(409);
    await until(first, 'running', ({ linksUp }) => linksUp === 2);
    // It dials nobody, and nobody reaches it: the lower index would have dialled it again by now.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await until(first, 'running', () => true)).missing).toEqual([3]);
    const log = await last.get(endpoints.log, (value) => logDigestsSchema.parse(value));
    expect(log.committedHeight).toBeGreaterThan(0);
    const results = await last.get(endpoints.results, (value) => resultsSchema.parse(value));
    expect(results.scheduledInWindow).toBeGreaterThan(0);
    expect(await last.kill('SIGTERM')).toBe(0);
  });

  it('ends with 0 on SIGTERM and on POST /v1/shutdown, within two seconds', async () => {
    const startedMs = Date.now();
    expect(await nodes[1]?.kill('SIGTERM')).toBe(0);
    expect(Date.now() - startedMs).toBeLessThan(2_000);
    const second = nodes[2];
    expect((await second?.post(endpoints.shutdown, {}))?.status).toBe(200);
    for (let i = 0; i < 200 && second?.exit() === null; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(second?.exit()).toBe(0);
  });
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
