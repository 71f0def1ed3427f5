import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { endpoints, logDigestsSchema } from '../../../node-image/src/contract/index.ts';
import {
  accepted,
  bundlePath,
  configurationFor,
  defaultEngine,
  formNetwork,
  identityOf,
  type LocalNode,
  runLoad,
  startLocalNetwork,
  until,
} from '../../../scripts/bench/local-network.ts';
import { buildNode } from './build-node.ts';

/** Real nodes that are killed, replaced by strangers or started wrongly. */
beforeAll(() => buildNode());

const load = {
  arrivals: 'constant',
  totalTxPerSec: 200,
  sizeBytes: 64,
  warmupMs: 200,
  measureMs: 1_000,
  drainMsMax: 20_000,
} as const;

/** A node that proposes soon and times out soon, so that faults pass quickly. */
const engine = { ...defaultEngine, baseTimeoutMs: 1_000, idleDelayMs: 30 };

function heightOf(node: LocalNode): Promise<number> {
  return node.get(endpoints.log, (value) => logDigestsSchema.parse(value).committedHeight);
}

function digestsOf(node: LocalNode): Promise<Map<number, string>> {
  return node.get(
    endpoints.log,
    (value) =>
      new Map(
        logDigestsSchema.parse(value).digests.map(({ height, digestHex }) => [height, digestHex]),
      ),
  );
}

async function waitForHeight(node: LocalNode, height: number): Promise<void> {
  for (let i = 0; i < 1_200; i++) {
    if ((await heightOf(node)) >= height) return;
    await sleep(50);
  }
  throw new Error(`Node ${node.index} is at ${await heightOf(node)}, not at ${height}.`);
}

describe('a node that is killed', () => {
  it('comes back by itself, catches up and agrees with the others', async () => {
    await using network = await startLocalNetwork({ nodeCount: 4 });
    const { nodes } = network;
    const victim = nodes[3] as LocalNode; // four were asked for
    const others = nodes.slice(0, 3);
    const before = await formNetwork(nodes, engine);
    await runLoad(nodes, load);
    const killedAt = await heightOf(victim);
    expect(await victim.kill('SIGKILL')).toBe('SIGKILL');
    // Three of four go on.
    const { pending } = await runLoad(others, load);
    expect(pending).toBe(0);
    await waitForHeight(others[0] as LocalNode, killedAt + 5);

    await victim.restart();
    const readiness = await until(victim, 'running', ({ state, linksUp }) => {
      return state === 'running' && linksUp === 3;
    });
    expect(readiness.missing).toEqual([]);
    // Now it also knows the protocol whose state it holds.
    expect(await identityOf(victim)).toMatchObject({ ...before[3] });
    await waitForHeight(victim, (await heightOf(others[0] as LocalNode)) + 3);

    // It makes load again, under numbers that it has not used before.
    const again = await runLoad(nodes, load);
    expect(again.pending).toBe(0);
    for (const results of again.results) {
      expect(results.committedOfWindow).toBe(results.scheduledInWindow);
    }
    const logs = await Promise.all(nodes.map(digestsOf));
    const shared = [...(logs[3] ?? new Map<number, string>()).keys()].filter((height) =>
      logs.every((each) => each.has(height)),
    );
    expect(shared.length).toBeGreaterThan(20);
    for (const height of shared) {
      expect(new Set(logs.map((each) => each.get(height))).size).toBe(1);
    }
  }, 120_000);
});

describe('a peer that is not who it should be', () => {
  it('gets no link when it is dialled, and the node says which one is missing', async () => {
    await using network = await startLocalNetwork({ nodeCount: 4 });
    const { nodes } = network;
    const [a, b] = nodes as [LocalNode, LocalNode];
    const identities = await Promise.all(nodes.map(identityOf));
    // Everybody is told that member 2 lives where node 3 listens.
    const wrong = identities.slice(0, 3).map((identity, index) => ({
      ...identity,
      dataAddress: (index === 2 ? identities[3] : identity)?.dataAddress ?? '',
    }));
    for (const node of [a, b]) {
      await accepted(node, endpoints.configure, configurationFor(node.index, wrong));
    }
    await until(a, 'linked to b', ({ linksUp }) => linksUp === 1);
    await sleep(1_500);
    expect(await until(a, 'still connecting', () => true)).toMatchObject({
      state: 'connecting',
      linksPlanned: 2,
      linksUp: 1,
      missing: [2],
    });
    expect(a.log()).toContain('"event":"link down"');
    expect((await a.post(endpoints.start, {})).status).toBe(409);
  }, 60_000);

  it('gets no link when it dials', async () => {
    await using network = await startLocalNetwork({ nodeCount: 3 });
    await using elsewhere = await startLocalNetwork({ nodeCount: 1 });
    const [stranger, b, c] = network.nodes as [LocalNode, LocalNode, LocalNode];
    const identities = await Promise.all(network.nodes.map(identityOf));
    const expected = await identityOf(elsewhere.nodes[0] as LocalNode);
    // b and c are told that member 0 is somebody else; the node that dials them thinks it is.
    const committee = [expected, ...identities.slice(1)];
    for (const node of [b, c]) {
      await accepted(node, endpoints.configure, configurationFor(node.index, committee));
    }
    await accepted(stranger, endpoints.configure, configurationFor(0, identities));
    await until(b, 'linked to c', ({ linksUp }) => linksUp === 1);
    await sleep(1_500);
    expect(await until(b, 'connecting', () => true)).toMatchObject({ linksUp: 1, missing: [0] });
    expect(await until(stranger, 'alone', () => true)).toMatchObject({
      state: 'connecting',
      linksUp: 0,
      missing: [1, 2],
    });
  }, 60_000);
});

describe('a node that cannot start', () => {
  async function run(env: Record<string, string>): Promise<[number | null, string]> {
    const child = spawn(process.execPath, [bundlePath], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    const [code] = await once(child, 'exit');
    return [code, text];
  }
  const env = {
    TESTBED_RUN_ID: 'run',
    TESTBED_NODE_INDEX: '0',
    TESTBED_CONTROL_LISTEN: '127.0.0.1:0',
    TESTBED_DATA_LISTEN: '127.0.0.1:0',
  };

  it('ends with 2 and one JSON line when a variable is missing', async () => {
    const [code, text] = await run(env);
    expect(code).toBe(2);
    expect(JSON.parse(text)).toMatchObject({
      level: 'error',
      event: 'failed',
      reason: 'TESTBED_STATE_DIR is not set.',
    });
  });

  it('ends with 1 when its port is taken or its state belongs to another run', async () => {
    await using network = await startLocalNetwork({ nodeCount: 1 });
    const [node] = network.nodes as [LocalNode];
    const stateDir = join(network.folder, 'second');
    const { dataAddress } = await identityOf(node);
    const taken = { ...env, TESTBED_STATE_DIR: stateDir, TESTBED_DATA_LISTEN: dataAddress };
    const [code, text] = await run(taken);
    expect(code).toBe(1);
    expect(text).toContain(dataAddress);
    rmSync(stateDir, { recursive: true });
    const foreign = { ...env, TESTBED_STATE_DIR: join(network.folder, '0') };
    await accepted(node, endpoints.configure, configurationFor(0, [await identityOf(node)]));
    const [foreignCode, foreignText] = await run(foreign);
    expect(foreignCode).toBe(1);
    expect(foreignText).toContain('belongs to node 0 of run local');
  });
});
