import { describe, expect, it } from '@jest/globals';
import type { NodeClient } from '../../../controller/src/control/node-client.ts';
import { readGraph } from '../../../controller/src/deploy/read-graph.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';

type Told = readonly number[] | undefined | Error;

/** A client that tells, look by look, who its node is connected to; the last answer for ever. */
function client(nodeIndex: number, ...answers: Told[]): NodeClient {
  let look = 0;
  const readiness: NodeClient['readiness'] = async () => {
    const told = answers[Math.min(look++, answers.length - 1)];
    if (told instanceof Error) throw told;
    const peers = told === undefined ? {} : { peers: [...told] };
    return { state: 'running', linksPlanned: 0, linksUp: 0, missing: [], ...peers, failure: null };
  };
  // It asks for nothing else.
  return { nodeIndex, readiness } as NodeClient;
}

const read = async (clients: readonly NodeClient[], away: readonly number[] = []) => {
  const clock = createVirtualClock();
  const { signal } = new AbortController();
  const isAway = (node: number): boolean => away.includes(node);
  const edges = [
    [0, 1],
    [1, 2],
  ] as const;
  const reading = await readGraph({ occasion: 'end', clients, edges, isAway }, { clock, signal });
  return { reading, tookMs: clock.monotonicMs() };
};

describe('readGraph', () => {
  it('waits for a link that comes back', async () => {
    const { reading, tookMs } = await read([
      client(0, [], [], [1]),
      client(1, [0, 2]),
      client(2, [1]),
    ]);
    expect(reading).toMatchObject({ missing: [], extra: [], silent: [] });
    expect(tookMs).toBe(200);
  });

  it('tells after some seconds what is missing and what is too much', async () => {
    const { reading, tookMs } = await read([client(0, [1, 2]), client(1, [0]), client(2, [1])]);
    expect(reading).toMatchObject({ missing: [[1, 2]], extra: [[0, 2]], kept: [[0, 1]] });
    expect(tookMs).toBe(3_000);
  });

  it('takes nodes that fail or do not tell for silent, and waits for none that is away', async () => {
    const gone = client(2, new Error('connection refused'));
    const { reading, tookMs } = await read([client(0, undefined), client(1, [0]), gone], [2]);
    expect(reading).toMatchObject({ silent: [0, 2], missing: [[1, 2]] });
    expect(tookMs).toBe(0);
  });
});
