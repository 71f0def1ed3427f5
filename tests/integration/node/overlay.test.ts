import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ring } from '../../../controller/src/plan/topology/ring.ts';
import {
  endpoints,
  logDigestsSchema,
  metricNames,
} from '../../../node-image/src/contract/index.ts';
import {
  defaultEngine,
  formNetwork,
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
  await formNetwork(nodes, defaultEngine, 'ring', ring(NODES));
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
