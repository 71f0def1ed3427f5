import { describe, expect, it } from '@jest/globals';
import type { WatchGap } from '../../../controller/src/judge/repetition-evidence.ts';
import type { NodeRecord } from '../../../controller/src/model/record.ts';
import { watchNodes } from '../../../controller/src/run/watch-nodes.ts';
import type { RunningNetwork } from '../../../controller/src/runtime/runtime.ts';
import { absentProcesses } from '../../fixtures/absent-processes.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';

type Exit = NodeRecord['exit'];

const limits = [{ memoryBytes: null }, { memoryBytes: null }];
const gone: Exit = { code: 137, oomKilled: false };
const unused = (): never => {
  throw new Error('watching has no use for this');
};

interface Watched {
  readonly reason: unknown;
  readonly looks: number;
  readonly gaps: readonly WatchGap[];
  /** Nodes that are gone at the end. */
  readonly gone: readonly number[];
}

/** Node 1 is as `exitAt` says at each look, one second apart; node 0 lives. */
async function watchFor(
  looks: number,
  exitAt: (look: number) => Exit,
  isShaped: boolean,
  returns = true,
): Promise<Watched> {
  let look = 0;
  const over = new AbortController();
  const network: RunningNetwork = {
    nodes: [0, 1].map((nodeIndex) => ({
      nodeIndex,
      name: `node-${nodeIndex}`,
      pid: null,
    })),
    clients: [],
    dataAddresses: [],
    namespaces: null,
    processes: absentProcesses(unused),
    onDisturbance: returns ? unused : null,
    warnings: [],
    createdAt: new Date(0),
    exits: async () => {
      look += 1;
      if (look > looks) over.abort();
      return [null, exitAt(look)];
    },
    logs: unused,
    stop: unused,
    [Symbol.asyncDispose]: unused,
  };
  const options = { clock: createVirtualClock(), signal: over.signal, isShaped };
  const watch = watchNodes(network, limits, options);
  while (!over.signal.aborted && !watch.signal.aborted) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await watch[Symbol.asyncDispose]();
  const gone = [0, 1].filter(watch.isGone);
  return { reason: watch.signal.reason, looks: look, gaps: watch.gaps(), gone };
}

describe('watchNodes', () => {
  it('tells of a death at once where nobody shapes a node that returns', async () => {
    const { reason, looks } = await watchFor(20, (look) => (look >= 3 ? gone : null), false);
    expect(reason).toMatchObject({ code: 'NODE_DIED', details: { nodeIndex: 1 } });
    expect(looks).toBe(3);
  });

  it('tells of it at once in a shaped network of which no node ever returns', async () => {
    const { reason, looks } = await watchFor(20, (look) => (look >= 3 ? gone : null), true, false);
    expect(reason).toMatchObject({ code: 'NODE_DIED', details: { nodeIndex: 1 } });
    expect(looks).toBe(3);
  });

  it('forgives a restart in a shaped network', async () => {
    const { reason } = await watchFor(20, (look) => (look >= 3 && look < 8 ? gone : null), true);
    expect(reason).toBeUndefined();
  });

  it('knows who is gone meanwhile, and who is back', async () => {
    const left = await watchFor(8, (look) => (look >= 3 ? gone : null), true);
    expect([left.reason, left.gone]).toEqual([undefined, [1]]);
    const back = await watchFor(20, (look) => (look >= 3 && look < 8 ? gone : null), true);
    expect(back.gone).toEqual([]);
  });

  it('takes a node that does not return within 10 s for dead, also there', async () => {
    const { reason, looks } = await watchFor(40, (look) => (look >= 3 ? gone : null), true);
    expect(reason).toMatchObject({ code: 'NODE_DIED' });
    expect(looks).toBe(13);
  });

  it('does not add up absences', async () => {
    const { reason } = await watchFor(40, (look) => (look % 8 === 0 ? null : gone), true);
    expect(reason).toBeUndefined();
  });

  it('tells when nobody could say how the nodes are, and goes on looking', async () => {
    const { reason, gaps } = await watchFor(
      20,
      (look) => {
        if (look >= 5 && look < 10) throw new Error('No Docker daemon answers.');
        return look >= 15 ? gone : null;
      },
      false,
    );
    // Between the fourth look and the tenth, one second apart.
    expect(gaps.map(({ from, to }) => to.getTime() - from.getTime())).toEqual([6_000]);
    expect(gaps[0]?.why).toBe('No Docker daemon answers.');
    expect(reason).toMatchObject({ code: 'NODE_DIED' });
  });

  it('never forgives a death of memory', async () => {
    const killed: Exit = { code: 137, oomKilled: true };
    const { reason } = await watchFor(20, (look) => (look >= 3 ? killed : null), true);
    expect(reason).toMatchObject({ code: 'NODE_OUT_OF_MEMORY' });
  });
});
