import { describe, expect, it } from '@jest/globals';
import {
  type Configure,
  identitySchema,
  type NodeResults,
  readinessSchema,
  resultsSchema,
  type SignatureSchemeName,
} from '../../../../node-image/src/contract/index.ts';
import { createWorld, type World } from '../../../../node-image/src/simulation/world.ts';
import { simulatedCosts } from '../../../fixtures/simulated-costs.ts';

const measureMs = 800;
/** A busy machine takes seconds for what takes half of one. */
const limitMs = 30_000;

const engine: Configure['engine'] = {
  protocol: 'jolteon',
  baseTimeoutMs: 100,
  idleDelayMs: 20,
  batchTxMax: 400,
  batchBytesMax: 65_536,
  batchAgeMsMax: 2,
  mempoolTxMax: 10_000,
  forwardLeaders: 3,
};

/** Lets time pass until the answer is there. */
async function answer<T>(world: World, asked: Promise<T>): Promise<T> {
  let isThere = false;
  const noting = asked.finally(() => {
    isThere = true;
  });
  while (!isThere) {
    await world.advance(world.nowMs + 5);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return noting;
}

async function ask(world: World, node: number, path: string, body?: unknown): Promise<unknown> {
  const method = body === undefined ? 'GET' : 'POST';
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  const asked = world.nodes[node]?.ask({ method, path, ...text });
  const reply = await answer(world, world.await(asked ?? Promise.reject(new Error('no node'))));
  if (reply.status !== 200) throw new Error(reply.text);
  return JSON.parse(reply.text);
}

/** Four nodes that are connected, and run. */
async function startWorld(seed: number, scheme?: SignatureSchemeName): Promise<World> {
  const world = createWorld({
    runId: 'test',
    seed,
    startUnixMs: 1_800_000_000_000,
    cores: 2,
    costs: simulatedCosts,
    cpus: [null, null, null, null],
  });
  const indexes = [...world.nodes.keys()];
  for (const node of world.nodes) await answer(world, world.await(node.start('kept')));
  const committee = [];
  for (const index of indexes) {
    const { peerId, publicKeyHex, dataAddress } = identitySchema.parse(
      await ask(world, index, '/v1/identity'),
    );
    const key =
      scheme === undefined
        ? {}
        : { consensusKey: await ask(world, index, '/v1/consensus-key', { scheme }) };
    committee.push({ index, peerId, publicKeyHex, dataAddress, ...key });
  }
  for (const index of indexes) {
    const links = indexes.filter((other) => other !== index);
    const signature = scheme === undefined ? {} : { signature: scheme };
    await ask(world, index, '/v1/configure', {
      chainId: 'c',
      committee,
      links,
      engine,
      ...signature,
    });
  }
  await world.advance(world.nowMs + 1_000);
  for (const index of indexes) {
    const { state } = readinessSchema.parse(await ask(world, index, '/v1/ready'));
    expect(state).toBe('ready');
    await ask(world, index, '/v1/start', {});
  }
  return world;
}

/** At all nodes that are up. */
async function load(world: World): Promise<NodeResults[]> {
  const startUnixMs = world.nowMs + 100;
  const up = [...world.nodes.keys()].filter((index) => world.nodes[index]?.isUp === true);
  for (const seed of up) {
    const order = { arrivals: 'poisson', seed, rateTxPerSec: 100, sizeBytes: 64, warmupMs: 200 };
    await ask(world, seed, '/v1/load/start', { ...order, startUnixMs, measureMs });
  }
  await world.advance(startUnixMs + 200 + measureMs + 1_000);
  const results: NodeResults[] = [];
  for (const index of up) {
    results.push(resultsSchema.parse(await ask(world, index, '/v1/results')));
  }
  return results;
}

describe('a simulated network', () => {
  it(
    'commits what it is given, and the same again from the same seed',
    async () => {
      const first = await load(await startWorld(1));
      for (const { scheduledInWindow, committedOfWindow, counters } of first) {
        expect(scheduledInWindow).toBeGreaterThan(30);
        expect(committedOfWindow).toBe(scheduledInWindow);
        expect(counters.cpuMicros).toBeGreaterThan(1_000);
      }
      expect(await load(await startWorld(1))).toEqual(first);
    },
    limitMs,
  );

  it(
    'goes on without a node that was killed',
    async () => {
      const world = await startWorld(3);
      const unheard = ask(world, 3, '/v1/ready');
      world.nodes[3]?.end({ code: null, signal: 'SIGKILL', atMs: world.nowMs });
      await expect(unheard).rejects.toThrow('ECONNRESET');
      await expect(ask(world, 3, '/v1/ready')).rejects.toThrow('ECONNREFUSED');
      const results = await load(world);
      expect(results).toHaveLength(3);
      expect(results.every(({ committedInWindow }) => committedInWindow > 0)).toBe(true);
      expect(results.some(({ counters }) => counters.roundsTimedOut > 0)).toBe(true);
    },
    limitMs,
  );

  it(
    'pays more for signatures that cost more, and holds aggregates',
    async () => {
      const microsOf = async (scheme: SignatureSchemeName): Promise<number> => {
        const results = await load(await startWorld(4, scheme));
        expect(results.every(({ committedInWindow }) => committedInWindow > 0)).toBe(true);
        const { made = 0, makingMicros = 0 } = results[0]?.counters.signatures ?? {};
        return makingMicros / made;
      };
      expect(await microsOf('ml-dsa-44')).toBeCloseTo(400, 0);
      expect(await microsOf('bls12-381')).toBeCloseTo(20, 0);
    },
    limitMs,
  );
});
