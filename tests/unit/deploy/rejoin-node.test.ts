import { describe, expect, it } from '@jest/globals';
import type { NodeClient } from '../../../controller/src/control/node-client.ts';
import { rejoinNode } from '../../../controller/src/deploy/rejoin-node.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import type { RunId } from '../../../controller/src/model/ids.ts';
import type { Configure, Identity, NodeState } from '../../../node-image/src/contract/index.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';

const runId = '20260101-000000-test' as RunId;
const engine: Configure['engine'] = {
  protocol: 'jolteon',
  baseTimeoutMs: 1_000,
  idleDelayMs: 100,
  batchTxMax: 100,
  batchBytesMax: 10_000,
  batchAgeMsMax: 5,
  mempoolTxMax: 1_000,
  forwardLeaders: 3,
};

function identityOf(nodeIndex: number, capabilities: readonly string[]): Identity {
  return {
    contractVersion: 1,
    runId,
    nodeIndex,
    peerId: `peer-${nodeIndex}`,
    publicKeyHex: `0${nodeIndex}`,
    dataAddress: `10.0.0.${nodeIndex}:7001`,
    software: 'fake',
    capabilities: [...capabilities],
  };
}

/** One that goes through these states, a step with every look; the last one stays. */
function returning(
  states: readonly NodeState[],
  { key = '00', capabilities = ['resume'], refuses = false } = {},
): { client: NodeClient; told: Configure[]; asked: string[] } {
  const left = [...states];
  const told: Configure[] = [];
  const asked: string[] = [];
  const node: Partial<NodeClient> = {
    nodeIndex: 0,
    identity: async () => ({ ...identityOf(0, capabilities), publicKeyHex: key }),
    async readiness() {
      const state = (left.length > 1 ? left.shift() : left[0]) ?? 'waiting';
      return { state, linksPlanned: 1, linksUp: 0, missing: [1], failure: 'no reason' };
    },
    async configure(body) {
      told.push(body);
      if (!refuses) return;
      const details = { problemCode: 'WRONG_STATE' };
      throw new TestbedError('NODE_CONTRACT', 'refused', { details });
    },
    start: async () => void asked.push('start'),
  };
  return { client: node as NodeClient, told, asked };
}

async function rejoin(client: NodeClient, state?: 'kept' | 'empty'): Promise<void> {
  const request = {
    runId,
    chainId: 'chain',
    engine,
    signature: 'ed25519' as const,
    readyMsMax: 3_000,
    clients: [client],
    resume: 'at-once' as const,
  };
  const identities = [identityOf(0, ['resume']), identityOf(1, ['resume'])];
  const options = { clock: createVirtualClock(), signal: new AbortController().signal };
  const deployment = { identities, readyAt: new Date(0) };
  await rejoinNode(0, deployment, request, state === undefined ? options : { ...options, state });
}

describe('rejoinNode', () => {
  it('tells a node that waits who it is, and that the others run', async () => {
    const { client, told, asked } = returning(['waiting', 'running']);
    await rejoin(client);
    expect(told).toMatchObject([{ chainId: 'chain', links: [1], isUnderWay: true }]);
    expect(asked).toEqual([]);
  });

  it('starts one that does not know of a network under way', async () => {
    const { client, asked } = returning(['waiting', 'connecting', 'ready', 'running']);
    await rejoin(client);
    expect(asked).toEqual(['start']);
  });

  it('is content with one that went on by itself, also in the moment of being told', async () => {
    const alone = returning(['running']);
    await rejoin(alone.client);
    expect(alone.told).toEqual([]);
    await rejoin(returning(['waiting', 'running'], { refuses: true }).client);
  });

  it('leaves one that cannot wait to itself, unless it has forgotten everything', async () => {
    const kept = returning(['waiting', 'connecting', 'running'], { capabilities: [] });
    await rejoin(kept.client);
    expect(kept.told).toEqual([]);
    const emptied = returning(['waiting', 'running'], { capabilities: [] });
    await rejoin(emptied.client, 'empty');
    expect(emptied.told).toHaveLength(1);
  });

  it('tells a stranger, one that gave up and one that is not back in time', async () => {
    const code = (expected: string, says: RegExp) => ({
      code: expected,
      message: expect.stringMatching(says),
    });
    const stranger = rejoin(returning(['waiting'], { key: 'ff' }).client);
    await expect(stranger).rejects.toMatchObject(code('NODE_CONTRACT', /another key/));
    const failed = rejoin(returning(['failed']).client);
    await expect(failed).rejects.toMatchObject(code('NODES_NOT_READY', /gave up.*no reason/));
    const late = rejoin(returning(['connecting']).client);
    await expect(late).rejects.toMatchObject(code('NODES_NOT_READY', /not take part again.*3 s/));
  });
});
