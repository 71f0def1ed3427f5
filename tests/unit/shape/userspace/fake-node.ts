import type { NodeClient } from '../../../../controller/src/control/node-client.ts';
import { TestbedError } from '../../../../controller/src/errors/testbed-error.ts';
import type { Shaping, ShapingStatus } from '../../../../node-image/src/contract/index.ts';

/** A node as the userspace shaper meets it: takes orders, remembers them, answers probes. */
export interface FakeNode {
  readonly client: NodeClient;
  /** The last of them holds. Emptied, the node has forgotten it, as one that began anew. */
  readonly told: Shaping[];
}

export interface Behaviour {
  readonly capabilities?: readonly string[];
  readonly fail?: (attempt: number) => TestbedError | null;
  links?: ShapingStatus['links'];
  readonly carries?: 'nothing';
  /** So many probes are refused because the link is down. */
  readonly refusals?: number;
}

const linkDown = new TestbedError('NODE_CONTRACT', 'refused', {
  details: { problemCode: 'LINK_DOWN' },
});

const unshaped: Shaping = { seed: 0, links: [], upBitsPerSec: null, downBitsPerSec: null };

export function fakeNode(nodeIndex: number, behaviour: Behaviour = {}): FakeNode {
  const told: Shaping[] = [];
  let attempts = 0;
  let refusals = behaviour.refusals ?? 0;
  const refuse = (): void => {
    if (refusals-- > 0) throw linkDown;
  };
  const absent = async (): Promise<never> => {
    throw new Error('not part of shaping');
  };
  const client: NodeClient = {
    nodeIndex,
    address: 'nowhere',
    metrics: absent,
    send: absent,
    identity: async () => ({
      contractVersion: 1,
      runId: 'run',
      nodeIndex,
      peerId: `peer-${nodeIndex}`,
      publicKeyHex: '00',
      dataAddress: `10.0.0.${nodeIndex}:7001`,
      software: 'fake 1.0',
      capabilities: [...(behaviour.capabilities ?? ['load', 'probe', 'shaping'])],
    }),
    configure: absent,
    readiness: absent,
    start: absent,
    loadStart: absent,
    loadStop: absent,
    loadStatus: absent,
    results: absent,
    log: absent,
    leave: absent,
    status: absent,
    clock: absent,
    consensusKey: absent,
    setBehaviour: absent,
    behaviour: absent,
    evidence: absent,
    async shape(body) {
      const failure = behaviour.fail?.(++attempts) ?? null;
      if (failure !== null) throw failure;
      told.push(body);
      return { appliedUnixMs: 1_000 + nodeIndex };
    },
    shapingStatus: async () => ({
      shaping: told.at(-1) ?? unshaped,
      links: behaviour.links ?? [],
    }),
    async probe({ peerIndex, count }) {
      refuse();
      return { sent: count, rttMicros: [nodeIndex * 1_000, peerIndex * 1_000] };
    },
    async probeRate({ peerIndex }) {
      refuse();
      if (behaviour.carries === 'nothing') return { receivedBytes: 0, elapsedMs: 0 };
      return { receivedBytes: 125_000 * peerIndex, elapsedMs: 500 };
    },
  };
  return { client, told };
}
