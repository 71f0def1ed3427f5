import { describe, expect, it } from '@jest/globals';
import type { NodeClient } from '../../../controller/src/control/node-client.ts';
import { createBehaviourDesk } from '../../../controller/src/faults/behaviour-desk.ts';
import { createNodeHolds } from '../../../controller/src/faults/node-holds.ts';
import { runFaults } from '../../../controller/src/faults/run-faults.ts';
import type { NodeAction, PlannedEvent } from '../../../controller/src/model/timeline.ts';
import type { NodeSighting } from '../../../controller/src/runtime/runtime.ts';
import { absentProcesses } from '../../fixtures/absent-processes.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';

const nodeCount = 5;
const notAsked = (): never => {
  throw new Error('not asked');
};

/** Nodes that do as they are told, led in turn, each for some questions; and what was done to them. */
function pretend(gone: readonly number[] = []) {
  const clock = createVirtualClock();
  const states = new Map<number, NodeSighting['state']>(gone.map((node) => [node, 'gone']));
  const done: string[] = [];
  let asked = 0;
  let starts = 0;
  const clients = Array.from({ length: nodeCount }, (_, nodeIndex) => ({
    nodeIndex,
    status: async () => ({
      round: 1,
      leader: Math.floor(asked++ / 20) % nodeCount,
      committedHeight: 0,
      clockOffsetMs: 0,
    }),
  }));
  const become = (state: NodeSighting['state'], word: string) => async (node: number) => {
    done.push(`${word} ${node}`);
    if (word === 'start') starts++;
    states.set(node, state);
  };
  const processes = {
    ...absentProcesses(notAsked),
    kill: become('gone', 'kill'),
    start: become('running', 'start'),
    pause: become('paused', 'pause'),
    resume: become('running', 'resume'),
    sighting: async (node: number) => ({
      ...{ state: states.get(node) ?? 'running', pid: node + 1, startedAt: new Date(starts) },
      ...{ cpuPeriods: null, cpuPeriodsThrottled: null, cpuMicros: null, cpus: null },
      ...{ memoryLimitBytes: null, memoryBytes: null, oomKilled: false },
    }),
  };
  const holds = createNodeHolds(clock);
  const run = (timeline: readonly PlannedEvent[]) =>
    runFaults(
      {
        timeline,
        measureAt: clock.now(),
        clients: clients as unknown as readonly NodeClient[],
        processes,
        holds,
        behaviours: createBehaviourDesk([], 1),
        revive: async () => undefined,
        onThaw: async () => undefined,
        onProgress: () => undefined,
      },
      { clock, signal: AbortSignal.timeout(4_000), hurry: new AbortController().signal },
    );
  return { run, holds, done };
}

function event(
  index: number,
  action: NodeAction,
  target: 'leader' | readonly number[],
  [atMs, endMs]: readonly [number, number | null],
): PlannedEvent {
  const who = target === 'leader' ? target : { nodes: target };
  return {
    index,
    atMs,
    endMs,
    kind: action.kind,
    text: `${action.kind} ${index}`,
    target: who === 'leader' ? { kind: 'leader' } : { kind: 'nodes', nodes: who.nodes },
    action,
  };
}

const crash = { kind: 'crash', state: 'kept' } as const;
const pause = { kind: 'pause' } as const;

describe('events on nodes', () => {
  it('take two leaders for two events at one time, and neither that another event names', async () => {
    const { run, holds, done } = pretend();
    const records = await run([
      event(0, crash, 'leader', [10, 500]),
      event(1, pause, 'leader', [10, 500]),
      event(2, pause, [0, 1], [400, 600]),
    ]);
    const [first, second] = records.map(({ nodes }) => nodes[0]);
    expect(new Set([first, second, 0, 1]).size).toBe(4);
    expect(records.map(({ error }) => error)).toEqual([null, null, null]);
    expect(records.every(({ witness }) => witness?.isSeen === true)).toBe(true);
    expect(done.filter((one) => one.startsWith('kill'))).toHaveLength(1);
    for (let node = 0; node < nodeCount; node++) expect(holds.isSilent(node)).toBe(false);
  });

  it('do not take a death that nobody planned for their own', async () => {
    const { run, holds, done } = pretend([3]);
    const [record] = await run([event(0, crash, [3], [10, 200])]);
    expect(record).toMatchObject({ begunAt: null, witness: null });
    expect(record?.error).toContain('Node 3 had ended before it was to be');
    expect(holds.wasDown(3)).toBe(false);
    expect(done).toEqual([]);
  });
});

describe('holds', () => {
  it('tell who waits for an answer that there will be none', () => {
    const holds = createNodeHolds(createVirtualClock());
    const waiting = holds.untilFrozen(1);
    holds.hold(2, 'frozen');
    expect(waiting.aborted).toBe(false);
    // Down, it refuses at once; and before it takes part again it has to be told how.
    holds.hold(1, 'down');
    expect(waiting.aborted).toBe(false);
    holds.hold(1, 'frozen');
    expect([waiting.aborted, holds.untilFrozen(1).aborted]).toEqual([true, true]);
    holds.release(1, 'frozen');
    expect(holds.untilFrozen(1).aborted).toBe(false);
  });

  it('are kept apart: the end of one leaves the other', () => {
    const holds = createNodeHolds(createVirtualClock());
    holds.hold(1, 'down');
    holds.hold(1, 'frozen');
    holds.release(1, 'frozen');
    expect([holds.isDown(1), holds.isSilent(1)]).toEqual([true, true]);
    holds.release(1, 'down');
    expect([holds.isDown(1), holds.isSilent(1), holds.wasDown(1)]).toEqual([false, false, true]);
  });
});
