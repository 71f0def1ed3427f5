import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ring } from '../../../controller/src/plan/topology/ring.ts';
import {
  endpoints,
  identityFile,
  logDigestsSchema,
  metricNames,
  readinessSchema,
} from '../../../node-image/src/contract/index.ts';
import { createShaper } from '../../../node-image/src/shell/shaping/shaper.ts';
import { createLibp2pHost } from '../../../node-image/src/shell/transport/libp2p-host.ts';
import { ed25519 } from '../../../node-image/src/signatures/ed25519.ts';
import {
  defaultEngine,
  formNetwork,
  identityOf,
  type LocalNetwork,
  type LocalNode,
  runLoad,
  startLocalNetwork,
} from '../../../scripts/bench/local-network.ts';
import { buildNode } from './build-node.ts';

/** Seven real processes in a ring: what is meant for others than the two neighbours is relayed. */
const NODES = 7;
let network: LocalNetwork;
let nodes: readonly LocalNode[] = [];

beforeAll(async () => {
  buildNode();
  network = await startLocalNetwork({ nodeCount: NODES });
  nodes = network.nodes;
  await formNetwork(nodes, defaultEngine, 'ring', { edges: ring(NODES) });
}, 90_000);
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

const load = {
  arrivals: 'poisson',
  sizeBytes: 128,
  warmupMs: 500,
  measureMs: 2_000,
  totalTxPerSec: 100,
  drainMsMax: 15_000,
} as const;

async function metricOf(node: LocalNode, name: string): Promise<number> {
  const page = await (await fetch(node.controlUrl + endpoints.metrics)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1]);
}

describe('a ring of seven', () => {
  it('commits everything with two links a node', async () => {
    const { results, pending } = await runLoad(nodes, load);
    expect(pending).toBe(0);
    const counts = results.map(({ committedOfWindow }) => committedOfWindow);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(100);
    for (const node of nodes) {
      expect(await metricOf(node, metricNames.linksUp)).toBe(2);
      expect(await metricOf(node, metricNames.overlayRelayed)).toBeGreaterThan(0);
      expect(await metricOf(node, metricNames.overlayForged)).toBe(0);
      expect(await metricOf(node, metricNames.overlayUnroutable)).toBe(0);
    }
  }, 60_000);

  it('tells who it is linked to, and lets no member in that is no neighbour', async () => {
    const peersOf = async (node: LocalNode | undefined) =>
      node?.get(endpoints.ready, (value) => readinessSchema.parse(value).peers);
    for (const node of nodes) {
      const neighbours = [(node.index + NODES - 1) % NODES, (node.index + 1) % NODES];
      expect(await peersOf(node)).toEqual(neighbours.sort());
    }
    // With the key of node 0, which is a member, at the door of one that is no neighbour of it.
    const seed = readFileSync(join(network.folder, '0', identityFile)).subarray(0, 32);
    const [target] = await Promise.all(nodes.slice(3, 4).map(identityOf));
    if (target === undefined) throw new Error('There is no node 3.');
    const clock = { nowMs: () => performance.now(), after: () => () => undefined };
    const host = await createLibp2pHost({
      privateKeyRaw: Buffer.concat([seed, ed25519.createKey(seed).publicKey]),
      listen: { address: '127.0.0.1', port: 0 },
      shaper: createShaper({ selfIndex: 0, clock }),
    });
    try {
      const closed = Promise.withResolvers<string>();
      const listener = { onBytes: () => undefined, onDrain: () => undefined };
      const dialled = host
        .dial(target, { signal: AbortSignal.timeout(5_000) })
        .then((link) => link.listen({ ...listener, onClose: closed.resolve }));
      dialled.catch((error: unknown) => closed.resolve(String(error)));
      expect(await closed.promise).toEqual(expect.any(String));
      expect(host.connected()).toEqual([]);
      expect(await peersOf(nodes[3])).toEqual([2, 4]);
    } finally {
      await host.close();
    }
  });

  it('goes round a relay that died, and loses nothing that the others took in', async () => {
    await nodes[3]?.kill('SIGKILL');
    const rest = nodes.filter(({ index }) => index !== 3);
    const { pending } = await runLoad(rest, load);
    expect(pending).toBe(0);
    const logs = await Promise.all(
      rest.map((node) => node.get(endpoints.log, (value) => logDigestsSchema.parse(value))),
    );
    const least = Math.min(...logs.map(({ committedHeight }) => committedHeight));
    const digests = logs.map(
      (log) => log.digests.find(({ height }) => height === least)?.digestHex,
    );
    expect(new Set(digests).size).toBe(1);
  }, 60_000);
});
