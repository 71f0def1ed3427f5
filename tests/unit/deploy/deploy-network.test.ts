import { describe, expect, it } from '@jest/globals';
import type { NodeClient } from '../../../controller/src/control/node-client.ts';
import {
  identifyNodes,
  joinNodes,
  leaveNetwork,
  startConsensus,
} from '../../../controller/src/deploy/deploy-network.ts';
import { rejoinNode } from '../../../controller/src/deploy/rejoin-node.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import type { RunId } from '../../../controller/src/model/ids.ts';
import type {
  Configure,
  EngineParameters,
  Identity,
  SignatureSchemeName,
} from '../../../node-image/src/contract/index.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';

const runId = '20260101-000000-test' as RunId;
const signature = 'ed25519' as const;
const engine: EngineParameters = {
  protocol: 'jolteon',
  baseTimeoutMs: 1_000,
  idleDelayMs: 100,
  batchTxMax: 100,
  batchBytesMax: 10_000,
  batchAgeMsMax: 5,
  mempoolTxMax: 1_000,
  forwardLeaders: 3,
};

interface FakeNode extends NodeClient {
  configured: Configure | null;
  started: boolean;
  left: boolean;
  /** Of the consensus key that it was asked for. */
  scheme: string | null;
}

function unreachable(): TestbedError {
  return new TestbedError('NODE_UNREACHABLE', 'connection refused');
}

/** A node that answers after `bootLooks` looks and is ready after `connectLooks` more. */
function fakeNode(
  nodeIndex: number,
  { bootLooks = 2, connectLooks = 2, identity = {} as Partial<Identity> } = {},
): FakeNode {
  let looks = 0;
  let readyLooks = 0;
  const absent = async (): Promise<never> => {
    throw new Error('not part of deployment');
  };
  return {
    nodeIndex,
    address: 'nowhere',
    metrics: absent,
    send: absent,
    configured: null,
    started: false,
    left: false,
    scheme: null,
    async identity() {
      if (++looks <= bootLooks) throw unreachable();
      return {
        contractVersion: 1,
        runId,
        nodeIndex,
        peerId: `peer-${nodeIndex}`,
        publicKeyHex: `0${nodeIndex}`,
        dataAddress: `10.0.0.${nodeIndex}:7001`,
        software: 'fake',
        capabilities: ['load', 'resume'],
        ...identity,
      };
    },
    async configure(body) {
      this.configured = body;
    },
    async readiness() {
      const isReady = ++readyLooks > connectLooks;
      const joining = this.configured === null ? 'waiting' : isReady ? 'ready' : 'connecting';
      const state = this.started ? 'running' : joining;
      const linksPlanned = state === 'ready' ? (this.configured?.links.length ?? 0) : 3;
      return { state, linksPlanned, linksUp: 1, missing: [2], failure: null };
    },
    async start() {
      this.started = true;
    },
    loadStart: absent,
    loadStop: absent,
    loadStatus: absent,
    results: absent,
    log: absent,
    status: absent,
    clock: absent,
    async consensusKey({ scheme }) {
      this.scheme = scheme;
      return { publicKeyHex: `a${nodeIndex}` };
    },
    setBehaviour: absent,
    behaviour: absent,
    evidence: absent,
    async leave() {
      this.left = true;
    },
    shape: absent,
    shapingStatus: absent,
    probe: absent,
    probeRate: absent,
  };
}

/** All three steps, one after the other, as the sequencer does them. */
async function deploy(
  clients: readonly FakeNode[],
  { signal = new AbortController().signal, signature = 'ed25519' as SignatureSchemeName } = {},
) {
  const clock = createVirtualClock();
  const request = {
    runId,
    chainId: 'chain',
    engine,
    signature,
    readyMsMax: 5_000,
    clients,
    resume: 'at-once' as const,
    node: { leaders: [0, 3] },
  };
  const options = { clock, signal, remainingMs: () => 5_000 - clock.monotonicMs() };
  const identities = await identifyNodes(request, options);
  const deployment = await joinNodes(request, identities, options);
  await startConsensus(request, options);
  return deployment;
}

describe('deployment', () => {
  it('gives a node that comes back the configuration it had, and waits for it', async () => {
    const nodes = [0, 1, 2, 3].map((index) => fakeNode(index));
    const deployment = await deploy(nodes);
    const again = fakeNode(2, { bootLooks: 3 });
    const clients = nodes.map((node, index) => (index === 2 ? again : node));
    const node = { leaders: [0, 3] };
    const request = {
      runId,
      chainId: 'chain',
      engine,
      signature,
      node,
      readyMsMax: 5_000,
      clients,
    };
    await rejoinNode(
      2,
      deployment,
      { ...request, resume: 'when-configured' },
      { clock: createVirtualClock(), signal: new AbortController().signal },
    );
    const configured = { ...nodes[2]?.configured, resume: 'when-configured', isUnderWay: true };
    expect(again.configured).toEqual(configured);
  });

  it('hands every node the whole committee in order and links to all others', async () => {
    const nodes = [0, 1, 2, 3].map((index) => fakeNode(index));
    const deployment = await deploy(nodes);
    expect(deployment.identities.map(({ peerId }) => peerId)).toEqual([
      'peer-0',
      'peer-1',
      'peer-2',
      'peer-3',
    ]);
    expect(nodes[2]?.configured?.links).toEqual([0, 1, 3]);
    expect(nodes[2]?.configured?.node).toEqual({ leaders: [0, 3] });
    expect(nodes[2]?.configured?.committee.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });

  it('hands every node the consensus keys of all, where all can make one of the scheme', async () => {
    const identity = { capabilities: ['signatures', 'resume'] };
    const nodes = [0, 1, 2].map((index) => fakeNode(index, { identity }));
    const deployment = await deploy(nodes, { signature: 'ml-dsa-65' });
    for (const { configured, scheme } of nodes) {
      expect(scheme).toBe('ml-dsa-65');
      expect(configured?.signature).toBe('ml-dsa-65');
      const keys = configured?.committee.map(({ consensusKey }) => consensusKey?.publicKeyHex);
      expect(keys).toEqual(['a0', 'a1', 'a2']);
    }
    // One that comes back is told the same.
    expect(deployment.identities[1]?.consensusKey).toEqual({ publicKeyHex: 'a1' });
  });

  it('leaves all with the keys that name them, where one has no other', async () => {
    const able = { capabilities: ['signatures'] };
    const nodes = [fakeNode(0, { identity: able }), fakeNode(1)];
    await deploy(nodes);
    for (const { configured, scheme } of nodes) {
      expect(scheme).toBeNull();
      expect(configured?.signature).toBeUndefined();
      expect(configured?.committee.every((member) => !member.consensusKey)).toBe(true);
    }
    await expect(
      deploy([fakeNode(0, { identity: able }), fakeNode(1)], { signature: 'bls12-381' }),
    ).rejects.toMatchObject({
      code: 'NODE_CONTRACT',
      message: expect.stringMatching(/Node 1 .*bls/),
    });
  });

  it('asks nobody to wait who cannot, and leaves one that came back by itself alone', async () => {
    const identity = { capabilities: ['load'] };
    const nodes = [fakeNode(0), fakeNode(1, { identity })];
    const request = {
      runId,
      chainId: 'chain',
      engine,
      signature: 'ed25519' as const,
      readyMsMax: 5_000,
      clients: nodes,
      resume: 'when-configured' as const,
    };
    const clock = createVirtualClock();
    const signal = new AbortController().signal;
    const options = { clock, signal, remainingMs: () => 5_000 };
    const identities = await identifyNodes(request, options);
    const deployment = await joinNodes(request, identities, options);
    expect(nodes.map(({ configured }) => configured?.resume)).toEqual([
      'when-configured',
      'at-once',
    ]);
    const again = fakeNode(1, { identity });
    again.started = true;
    await rejoinNode(1, deployment, { ...request, clients: [fakeNode(0), again] }, options);
    expect(again.configured).toBeNull();
  });

  it('starts no node before the slowest is ready', async () => {
    const slow = fakeNode(1, { connectLooks: 6 });
    const fast = fakeNode(0, { connectLooks: 0 });
    const original = slow.readiness.bind(slow);
    slow.readiness = async (options) => {
      const readiness = await original(options);
      if (readiness.state !== 'ready') expect(fast.started).toBe(false);
      return readiness;
    };
    await deploy([fast, slow]);
    expect(fast.started && slow.started).toBe(true);
  });

  it('names the node, what it misses and the wait when the deadline passes', async () => {
    const stuck = fakeNode(3, { connectLooks: Number.POSITIVE_INFINITY });
    await expect(deploy([fakeNode(0), stuck])).rejects.toMatchObject({
      code: 'NODES_NOT_READY',
      message: expect.stringMatching(/Node 3 was not ready: 1 of 3 links up, missing 2 after \d s/),
    });
  });

  it('names every pair and the firewall where all nodes answer and no link comes up', async () => {
    const nodes = [0, 1, 2].map((index) => {
      const node = fakeNode(index);
      const missing = [0, 1, 2].filter((peer) => peer !== index);
      node.readiness = async () => ({
        state: 'connecting',
        linksPlanned: 2,
        linksUp: 0,
        missing,
        failure: null,
      });
      return node;
    });
    await expect(deploy(nodes)).rejects.toMatchObject({
      code: 'LINKS_BLOCKED',
      message: expect.stringMatching(
        /none of the 3 links .* within \d+ s: nodes 0 and 1, nodes 0 and 2, nodes 1 and 2\. .* firewall/,
      ),
    });
  });

  it('says that a node never opened its control port, with the last error', async () => {
    const dead = fakeNode(1, { bootLooks: Number.POSITIVE_INFINITY });
    await expect(deploy([fakeNode(0), dead])).rejects.toMatchObject({
      code: 'NODES_NOT_READY',
      message: expect.stringMatching(/did not open its control port.*connection refused/),
    });
  });

  it('tells a node that takes requests and answers none from one that is not there', async () => {
    const silent = fakeNode(1);
    silent.identity = async () => {
      throw new TestbedError('NODE_UNREACHABLE', 'no reply', { details: { wasTaken: true } });
    };
    await expect(deploy([fakeNode(0), silent])).rejects.toThrow(
      /opened its control port, but did not answer GET \/v1\/identity after 5 s/,
    );
  });

  it('waits for a first answer longer than for any other, and tells how long it took', async () => {
    const clock = createVirtualClock();
    const late = fakeNode(0, { bootLooks: 0 });
    const answer = late.identity.bind(late);
    late.identity = async (options) => {
      expect(options.timeoutMs).toBe(60_000);
      await clock.sleep(12_000, { signal: options.signal });
      return answer(options);
    };
    const told: string[] = [];
    const request = { runId, chainId: 'c', engine, signature, readyMsMax: 60_000, clients: [late] };
    await identifyNodes(
      { ...request, resume: 'at-once' },
      {
        clock,
        signal: new AbortController().signal,
        remainingMs: () => 59_999.4,
        onLate: (nodeIndex, text) => told.push(`${nodeIndex}: ${text}`),
      },
    );
    expect(told).toEqual([
      expect.stringMatching(/^0: Answered GET \/v1\/identity after 12\.0 s; /),
    ]);
  });

  it.each(['peerId', 'dataAddress'] as const)('refuses two nodes with one %s', async (field) => {
    const twins = [0, 1].map((index) => fakeNode(index, { identity: { [field]: 'same' } }));
    await expect(deploy(twins)).rejects.toMatchObject({
      code: 'NODE_CONTRACT',
      message: expect.stringContaining(
        `Nodes 0 and 1 both answered GET /v1/identity with /${field}`,
      ),
    });
  });

  it('refuses a node of another contract version', async () => {
    const old = fakeNode(0, { identity: { contractVersion: 99 } });
    await expect(deploy([old])).rejects.toMatchObject({ code: 'NODE_CONTRACT' });
  });

  it('refuses a node of another run at the same address', async () => {
    const stranger = fakeNode(0, { identity: { runId: 'somebody-else' } });
    await expect(deploy([stranger])).rejects.toThrow(/of run somebody-else answered/);
  });

  it('passes on why a node gave up', async () => {
    const broken = fakeNode(0);
    broken.readiness = async () => ({
      state: 'failed',
      linksPlanned: 1,
      linksUp: 0,
      missing: [1],
      failure: 'data port 7001 is taken',
    });
    await expect(deploy([broken])).rejects.toThrow(/data port 7001 is taken/);
  });

  it('stops when its signal fires', async () => {
    const abort = new AbortController();
    const node = fakeNode(0, { bootLooks: Number.POSITIVE_INFINITY });
    node.identity = async () => {
      abort.abort(new Error('stopped'));
      throw unreachable();
    };
    await expect(deploy([node], { signal: abort.signal })).rejects.toThrow('stopped');
  });
});

describe('leaveNetwork', () => {
  const { signal } = new AbortController();
  const capabilities = ['load', 'leave'];

  async function leave(nodes: readonly FakeNode[]): Promise<boolean> {
    const identities = await Promise.all(
      nodes.map((node) => node.identity({ signal, timeoutMs: 1_000 })),
    );
    return leaveNetwork(nodes, identities, { signal });
  }

  it('asks every node', async () => {
    const nodes = [0, 1, 2].map((index) =>
      fakeNode(index, { bootLooks: 0, identity: { capabilities } }),
    );
    expect(await leave(nodes)).toBe(true);
    expect(nodes.map(({ left }) => left)).toEqual([true, true, true]);
  });

  it('asks nobody if one of them cannot', async () => {
    const able = fakeNode(0, { bootLooks: 0, identity: { capabilities } });
    expect(await leave([able, fakeNode(1, { bootLooks: 0 })])).toBe(false);
    expect(able.left).toBe(false);
  });

  it('names a node that did not, when all have been asked', async () => {
    const identity = { capabilities };
    const dead = fakeNode(0, { bootLooks: 0, identity });
    dead.leave = async () => {
      throw unreachable();
    };
    const able = fakeNode(1, { bootLooks: 0, identity });
    await expect(leave([dead, able])).rejects.toThrow('node 0 did not leave: connection refused');
    expect(able.left).toBe(true);
  });
});
