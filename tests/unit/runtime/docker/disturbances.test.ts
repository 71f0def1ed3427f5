import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../../controller/src/lib/system-clock.ts';
import {
  compareLinks,
  type DisturbanceWatch,
  type NodeLink,
  watchDisturbances,
} from '../../../../controller/src/runtime/docker/disturbances.ts';
import type { Disturbance } from '../../../../controller/src/runtime/runtime.ts';
import {
  createFakeDocker,
  dockerFailure,
  type FakeContainer,
  type FakeDocker,
} from '../../../fixtures/fake-docker.ts';

const first: NodeLink = { startedAt: '2026-01-01T00:00:00Z', endpointId: 'e1' };
const later = '2026-01-01T00:01:00Z';

describe('compareLinks', () => {
  it.each([
    ['the same', first, first, null],
    ['another process', first, { startedAt: later, endpointId: 'e2' }, 'restarted'],
    [
      'another process, not on the network',
      first,
      { startedAt: later, endpointId: null },
      'restarted',
    ],
    ['no endpoint', first, { ...first, endpointId: null }, 'disconnected'],
    ['still no endpoint', { ...first, endpointId: null }, { ...first, endpointId: null }, null],
    [
      'an endpoint again',
      { ...first, endpointId: null },
      { ...first, endpointId: 'e2' },
      'reconnected',
    ],
    ['another endpoint', first, { ...first, endpointId: 'e2' }, 'reconnected'],
  ] as const)('%s', (_, before, after, expected) => {
    expect(compareLinks(before, after)).toBe(expected);
  });
});

interface Harness {
  readonly docker: FakeDocker;
  readonly told: Disturbance[];
  readonly watch: DisturbanceWatch;
  readonly stopListening: () => void;
  change(container: string, to: Partial<FakeContainer>, action: string): void;
}

const watches: DisturbanceWatch[] = [];
afterEach(async () => {
  for (const watch of watches.splice(0)) await watch.close();
});

async function listen(before: (docker: FakeDocker) => void = () => undefined): Promise<Harness> {
  const docker = createFakeDocker();
  for (const name of ['a', 'b']) {
    docker.containers.set(name, {
      name,
      labels: {},
      state: 'running',
      exitCode: 0,
      oomKilled: false,
      startedAt: first.startedAt,
      endpoints: { data: 'e1', control: 'c1' },
    });
  }
  before(docker);
  const nodes = ['a', 'b'].map((containerId, nodeIndex) => ({
    nodeIndex,
    containerId,
    link: first,
  }));
  const watch = watchDisturbances(nodes, 'data', { client: docker, clock: systemClock });
  watches.push(watch);
  const told: Disturbance[] = [];
  const stopListening = watch.onDisturbance((event) => told.push(event));
  await until(() => docker.calls.filter((call) => call.startsWith('inspect')).length >= 2);
  return {
    docker,
    told,
    watch,
    stopListening,
    change: (container, to, action) => {
      Object.assign(docker.containers.get(container) ?? {}, to);
      docker.emit({ action, containerId: container, at: new Date(5_000) });
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  const signal = AbortSignal.timeout(5_000);
  while (!condition()) await systemClock.sleep(2, { signal });
}

/** Long enough for what should not be told to be told. */
async function settle({ docker }: Harness): Promise<void> {
  const before = docker.calls.length;
  docker.emit({ action: 'start', containerId: 'a', at: new Date(0) });
  await until(() => docker.calls.length > before);
}

describe('watchDisturbances', () => {
  it('tells of a restart once, though networks come and go with it', async () => {
    const harness = await listen();
    const { told, change } = harness;
    change('b', { state: 'exited', endpoints: { data: '' } }, 'disconnect');
    await settle(harness);
    change('b', { state: 'running', startedAt: later, endpoints: { data: 'e2' } }, 'connect');
    change('b', {}, 'start');
    await until(() => told.length > 0);
    await settle(harness);
    expect(told).toEqual([{ nodeIndex: 1, kind: 'restarted', at: new Date(later) }]);
  });

  it('tells of the data network alone, in order, with the time of the event', async () => {
    const harness = await listen();
    const { told, change } = harness;
    change('a', { endpoints: { data: 'e1' } }, 'disconnect');
    await settle(harness);
    change('a', { endpoints: { control: 'c1' } }, 'disconnect');
    await until(() => told.length === 1);
    change('a', { endpoints: { control: 'c1', data: 'e3' } }, 'connect');
    await until(() => told.length === 2);
    const at = new Date(5_000);
    expect(told).toEqual([
      { nodeIndex: 0, kind: 'disconnected', at },
      { nodeIndex: 0, kind: 'reconnected', at },
    ]);
  });

  it('does not tell of a death, or of somebody else', async () => {
    const harness = await listen();
    harness.change('a', { state: 'exited', endpoints: {} }, 'disconnect');
    harness.docker.emit({ action: 'start', containerId: 'stranger', at: new Date() });
    await settle(harness);
    await settle(harness);
    expect(harness.told).toEqual([]);
  });

  it('finds what happened before anybody listened', async () => {
    const { told } = await listen((docker) => {
      Object.assign(docker.containers.get('a') ?? {}, { startedAt: later });
    });
    await until(() => told.length === 1);
    expect(told[0]).toMatchObject({ nodeIndex: 0, kind: 'restarted' });
  });

  it('finds what happened while the connection to the daemon was broken', async () => {
    const { docker, told } = await listen();
    let refusals = 0;
    docker.failure = (call) =>
      call === 'watch events' && refusals++ < 2 ? dockerFailure('unreachable') : null;
    docker.breakEvents();
    Object.assign(docker.containers.get('b') ?? {}, { endpoints: { data: 'e9' } });
    await until(() => told.length === 1);
    expect(told[0]).toMatchObject({ nodeIndex: 1, kind: 'reconnected' });
    expect(refusals).toBe(3);
  });

  it('looks again when a look failed', async () => {
    const { docker, told, change } = await listen();
    let refusals = 0;
    docker.failure = (call) =>
      call === 'inspect a' && refusals++ < 2 ? dockerFailure('timeout') : null;
    change('a', { startedAt: later }, 'start');
    await until(() => told.length === 1);
    expect(refusals).toBe(3);
  });

  it('tells nothing to who stopped listening, and nothing after its end', async () => {
    const harness = await listen();
    harness.stopListening();
    harness.change('a', { startedAt: later }, 'start');
    await settle(harness);
    const { watch, docker } = harness;
    const heard: Disturbance[] = [];
    watch.onDisturbance((event) => heard.push(event));
    await watch.close();
    const before = docker.calls.length;
    harness.change('b', { startedAt: later }, 'start');
    await systemClock.sleep(20, { signal: AbortSignal.timeout(1_000) });
    expect(docker.calls).toHaveLength(before);
    expect([...harness.told, ...heard]).toEqual([]);
  });
});
