import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../../controller/src/lib/clock.ts';
import { systemClock } from '../../../../controller/src/lib/system-clock.ts';
import { createExits } from '../../../../controller/src/runtime/docker/node-exits.ts';
import { labels } from '../../../../controller/src/runtime/docker/object-names.ts';
import type { RunningNetwork } from '../../../../controller/src/runtime/runtime.ts';
import {
  createFakeDocker,
  type FakeContainer,
  type FakeDocker,
} from '../../../fixtures/fake-docker.ts';

const NETWORK = 'run-1-data';
const killed = { code: 137, oomKilled: false };
const outOfMemory = { code: 137, oomKilled: true };

interface Harness {
  readonly docker: FakeDocker;
  end(name: string, exitCode: number, oomKilled?: boolean): void;
  restart(name: string): void;
  kernelKills(count: number): void;
  passMs(ms: number): void;
  exits(): ReturnType<RunningNetwork['exits']>;
}

function create(kernelTells = true): Harness {
  const docker = createFakeDocker();
  const names = ['a', 'b', 'c'];
  for (const name of names) {
    docker.containers.set(name, {
      name,
      labels: { [labels.network]: NETWORK },
      state: 'running',
      exitCode: 0,
      oomKilled: false,
    });
  }
  let kills = 40;
  let nowMs = 0;
  const clock: Clock = { ...systemClock, monotonicMs: () => nowMs };
  const exits = createExits({
    networkName: NETWORK,
    nodes: names.map((containerId) => ({ containerId })),
    client: docker,
    clock,
    oomKillsBefore: kernelTells ? kills : null,
    readOomKills: async () => (kernelTells ? kills : null),
  });
  const change = (name: string, changes: Partial<FakeContainer>): void => {
    const container = docker.containers.get(name);
    if (container === undefined) throw new RangeError(name);
    docker.containers.set(name, { ...container, ...changes });
  };
  return {
    docker,
    end: (name, exitCode, oomKilled = false) =>
      change(name, { state: 'exited', exitCode, oomKilled }),
    restart: (name) => change(name, { state: 'running', exitCode: 0, oomKilled: false }),
    kernelKills: (count) => {
      kills += count;
    },
    passMs: (ms) => {
      nowMs += ms;
    },
    exits: () => exits({ signal: new AbortController().signal }),
  };
}

describe('createExits', () => {
  it('says nothing of nodes that live, and how the others ended', async () => {
    const { end, exits, docker } = create();
    expect(await exits()).toEqual([null, null, null]);
    end('b', 3);
    docker.containers.delete('c');
    expect(await exits()).toEqual([
      null,
      { code: 3, oomKilled: false },
      { code: null, oomKilled: false },
    ]);
  });

  it('takes the word of Docker for a memory kill, also when it comes later', async () => {
    const { end, exits } = create(false);
    end('a', 137);
    expect(await exits()).toEqual([killed, null, null]);
    end('a', 137, true);
    expect(await exits()).toEqual([outOfMemory, null, null]);
  });

  it('takes the count of the kernel where Docker lost the notice', async () => {
    const { end, exits, kernelKills } = create();
    end('a', 137, true);
    end('b', 137);
    kernelKills(2);
    expect(await exits()).toEqual([outOfMemory, outOfMemory, null]);
  });

  it('does not take a node that somebody killed for one that ran out of memory', async () => {
    const { end, exits, kernelKills, passMs } = create();
    end('a', 137, true);
    kernelKills(1);
    end('b', 137);
    expect(await exits()).toEqual([outOfMemory, killed, null]);
    // What the kernel kills long after the death explains another one.
    passMs(3_001);
    await exits();
    kernelKills(1);
    expect(await exits()).toEqual([outOfMemory, killed, null]);
  });

  it('does not take the end before a restart for the one after it', async () => {
    const { end, exits, restart } = create();
    end('a', 0);
    expect(await exits()).toEqual([{ code: 0, oomKilled: false }, null, null]);
    restart('a');
    expect(await exits()).toEqual([null, null, null]);
    end('a', 137, true);
    expect(await exits()).toEqual([outOfMemory, null, null]);
  });

  it('gives Docker and the kernel their time after every end', async () => {
    const { end, exits, kernelKills, passMs, restart } = create();
    end('a', 137);
    await exits();
    restart('a');
    await exits();
    passMs(3_001);
    end('a', 137);
    expect(await exits()).toEqual([killed, null, null]);
    kernelKills(1);
    expect(await exits()).toEqual([outOfMemory, null, null]);
  });
});
