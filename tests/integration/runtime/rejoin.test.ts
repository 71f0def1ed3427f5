import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NodeClient } from '../../../controller/src/control/node-client.ts';
import {
  type DeployRequest,
  identifyNodes,
  joinNodes,
  startConsensus,
} from '../../../controller/src/deploy/deploy-network.ts';
import { rejoinNode } from '../../../controller/src/deploy/rejoin-node.ts';
import { systemClock as clock } from '../../../controller/src/lib/system-clock.ts';
import type { Deployment } from '../../../controller/src/model/deployment.ts';
import {
  createCellId,
  createRepetitionId,
  createRunId,
} from '../../../controller/src/model/ids.ts';
import { identifyOwner } from '../../../controller/src/runtime/owner.ts';
import { createProcessRuntime } from '../../../controller/src/runtime/process/process-runtime.ts';
import type { RunningNetwork } from '../../../controller/src/runtime/runtime.ts';

/** A loaded host is slow; what is tested is what happens, not how fast. */
jest.setTimeout(120_000);

/** What the stage of faults does with a running network, call by call. */
const root = join(import.meta.dirname, '../../..');
const NODES = [0, 1, 2, 3];
const signal = AbortSignal.timeout(120_000);
const call = { signal, timeoutMs: 10_000 };
const runId = createRunId(new Date(), Math.random());
const dataFolder = mkdtempSync(join(tmpdir(), 'testbed-rejoin-'));
let network: RunningNetwork;
let clients: readonly NodeClient[];
let request: DeployRequest;
let deployment: Deployment;

beforeAll(async () => {
  execFileSync(process.execPath, [join(root, 'scripts/build-node.ts')], { stdio: 'ignore' });
  const bundlePath = join(root, 'dist/node/main.mjs');
  const runtime = createProcessRuntime(
    { bundlePath, dataFolder, cwd: dataFolder, owner: identifyOwner() },
    { clock },
  );
  network = await runtime.start(
    {
      runId,
      repetitionId: createRepetitionId(runId, createCellId(NODES.length), 0),
      networkName: `${runId}-rejoin`,
      image: await runtime.resolveImage('', { signal }),
      nodes: NODES.map((index) => ({
        index,
        host: 0,
        dataOffset: 10 + index,
        resources: { cpus: null, memoryBytes: null, pidsMax: 64 },
      })),
      dataPrefix: 26,
      shaped: false,
    },
    { signal, ledger: { intend: async () => undefined, removed: async () => undefined } },
  );
  clients = network.clients;
  request = {
    runId,
    chainId: `${runId}/n4/r1`,
    signature: 'ed25519',
    engine: {
      protocol: 'jolteon',
      baseTimeoutMs: 500,
      idleDelayMs: 30,
      batchTxMax: 500,
      batchBytesMax: 100_000,
      batchAgeMsMax: 5,
      mempoolTxMax: 10_000,
      forwardLeaders: 2,
    },
    readyMsMax: 20_000,
    clients,
    resume: 'at-once',
  };
  const options = { clock, signal, remainingMs: () => 30_000 };
  deployment = await joinNodes(request, await identifyNodes(request, options), options);
  await startConsensus(request, { signal });
});
afterAll(async () => {
  await network?.stop({ graceMs: 0 });
  rmSync(dataFolder, { recursive: true, force: true });
});

const client = (node: number): NodeClient => clients[node] as NodeClient; // four were made
const heightOf = async (node: number): Promise<number> =>
  (await client(node).status(call)).committedHeight;

async function awaitHeight(node: number, height: number): Promise<void> {
  while ((await heightOf(node)) < height) await clock.sleep(20, { signal });
}

let orders = 0;

/** @returns what a load from now on came to, once it is over */
async function load(node: number, measureMs: number) {
  // As the controller does: above every order given before, whatever the node has forgotten.
  const loadNumberMin = orders++;
  const startUnixMs = clock.now().getTime();
  const order = { arrivals: 'constant', rateTxPerSec: 100, sizeBytes: 64, seed: 1 } as const;
  const window = { startUnixMs, warmupMs: 0, measureMs };
  await client(node).loadStart({ ...order, ...window, loadNumberMin }, call);
  await clock.sleep(measureMs, { signal });
  for (;;) {
    const { state, pending } = await client(node).loadStatus(call);
    if (state === 'done' && pending === 0) break;
    await clock.sleep(20, { signal });
  }
  return { startUnixMs, results: await client(node).results(call) };
}

describe('a node that is started again under a running network', () => {
  it.each(['kept', 'empty'] as const)(
    'with its state %s takes part, catches up, and makes load again',
    async (state) => {
      await load(3, 300);
      const { processes } = network;
      // While another one is away too: then not all of its links can come up.
      if (state === 'empty') await processes.pause(2, { signal });
      await processes.kill(3, { signal });
      await processes.start(3, { signal, state });
      await rejoinNode(3, deployment, request, { clock, signal, state });
      expect(await client(3).readiness(call)).toMatchObject({ state: 'running' });
      const { startUnixMs, results } = await load(3, 500);
      expect(results.window.startUnixMs).toBeCloseTo(startUnixMs, 0);
      expect(results.window.endUnixMs - results.window.startUnixMs).toBeCloseTo(500, 0);
      expect(results.scheduledInWindow).toBe(50);
      expect(results.committedOfWindow).toBe(50);
      await awaitHeight(3, await heightOf(0));
    },
  );

  it('takes part while a link of it is down', async () => {
    const { processes } = network;
    await processes.kill(3, { signal });
    await processes.pause(2, { signal });
    await processes.start(3, { signal, state: 'empty' });
    await rejoinNode(3, deployment, request, { clock, signal, state: 'empty' });
    expect((await client(3).readiness(call)).state).toBe('running');
    await processes.resume(2, { signal });
    await awaitHeight(3, await heightOf(0));
  });
});

describe('the clock of an engine', () => {
  it('is off for the engine alone: others commit on, and what is measured is true', async () => {
    await client(1).clock({ offsetMs: 600_000 }, call);
    expect((await client(1).status(call)).clockOffsetMs).toBe(600_000);
    const { results } = await load(1, 500);
    expect(results.committedOfWindow).toBe(50);
    expect(Math.abs(results.window.startUnixMs - clock.now().getTime())).toBeLessThan(60_000);
    expect(await blockLatencySeconds(1)).toBeLessThan(60);
    const others = await heightOf(0);
    await client(1).clock({ offsetMs: 0 }, call);
    await awaitHeight(0, others + 5);
    const log = await Promise.all([0, 1].map((node) => client(node).log(call)));
    const digests = new Map(log[0]?.digests.map(({ height, digestHex }) => [height, digestHex]));
    for (const { height, digestHex } of log[1]?.digests ?? []) {
      expect(digests.get(height) ?? digestHex).toBe(digestHex);
    }
  });

  it('tells who leads, the same for nodes in one round', async () => {
    const seen = await Promise.all(NODES.map((node) => client(node).status(call)));
    for (const { round, leader } of seen) {
      expect(leader).not.toBeNull();
      const same = seen.filter((other) => other.round === round);
      expect(new Set(same.map((other) => other.leader)).size).toBe(1);
    }
  });
});

/** Mean from the making of a node's own blocks to their commit. */
async function blockLatencySeconds(node: number): Promise<number> {
  const text = await client(node).metrics({ signal });
  const read = (name: string): number =>
    Number(new RegExp(`^consensus_block_latency_seconds_${name}\\S* (\\S+)$`, 'm').exec(text)?.[1]);
  return read('sum') / read('count');
}
