import { describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../../controller/src/errors/testbed-error.ts';
import { systemClock } from '../../../../controller/src/lib/system-clock.ts';
import type { CallOptions as Call } from '../../../../controller/src/runtime/docker/docker-client.ts';
import { removeObjects } from '../../../../controller/src/runtime/docker/remove-objects.ts';
import { createFakeDocker, dockerFailure, type FakeDocker } from '../../../fixtures/fake-docker.ts';
import { createVirtualClock } from '../../../fixtures/virtual-clock.ts';

/** A daemon with some containers of ours that run. */
function createFullDocker(names: readonly string[]): FakeDocker {
  const docker = createFakeDocker();
  const facts = { labels: { mine: '1' }, state: 'running', exitCode: 0, oomKilled: false } as const;
  for (const name of names) docker.containers.set(name, { name, ...facts });
  return docker;
}

/** A call that the daemon never answers. */
function hang({ signal }: { readonly signal: AbortSignal }): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** A daemon with one network of ours that it calls busy as long as `isBusy` says so. */
async function createBusyDocker(isBusy: () => boolean): Promise<FakeDocker> {
  const docker = createFakeDocker();
  const spec = { subnet: '10.0.0.0/24', gateway: '10.0.0.1', internal: true, mtu: null };
  const { signal } = new AbortController();
  await docker.createNetwork({ ...spec, name: 'data', labels: { mine: '1' } }, { signal });
  docker.failure = (call) =>
    call.startsWith('remove') && isBusy() ? dockerFailure('busy', 'has active endpoints') : null;
  return docker;
}

describe('removeObjects', () => {
  const request = {
    labels: ['mine=1'],
    deadlineMs: 60_000,
    signal: new AbortController().signal,
  };

  it('gives up early, and marks as harmless, a busy network on which nothing hangs', async () => {
    const clock = createVirtualClock();
    const docker = await createBusyDocker(() => true);
    await expect(removeObjects(docker, clock, request)).rejects.toMatchObject({
      code: 'DOCKER_FAILED',
      message: expect.stringContaining('lost count'),
      details: { harmless: true, left: ['data'] },
    });
    expect(clock.monotonicMs()).toBeLessThan(10_000);
  });

  it('lets go of a service of ours that hangs on the network and does not run', async () => {
    const docker = await createBusyDocker(() => false);
    const service = (name: string, state: 'running' | 'exited', network: string) =>
      docker.containers.set(name, {
        ...{ name, state, exitCode: 0, oomKilled: false, endpoints: { [network]: 'x' } },
        labels: { 'testbed.service': 'controller' },
      });
    service('killed', 'exited', 'data');
    service('elsewhere', 'exited', 'other');
    service('alive', 'running', 'data');
    await removeObjects(docker, createVirtualClock(), request);
    const released = docker.calls.filter((call) => call.startsWith('disconnect'));
    expect(released).toEqual(['disconnect killed data']);
    expect(docker.networks.size).toBe(0);
    expect(docker.containers.size).toBe(3);
  });

  it('waits out a network that is busy only for a moment', async () => {
    const clock = createVirtualClock();
    const docker = await createBusyDocker(() => clock.monotonicMs() < 2_000);
    await removeObjects(docker, clock, request);
    expect(docker.networks.size).toBe(0);
  });

  it('says whom of others it took off a network, and that it lives', async () => {
    let isCut = false;
    const docker = await createBusyDocker(() => !isCut);
    const id = 'f00'.repeat(20);
    const facts = { state: 'running', exitCode: 0, oomKilled: false } as const;
    docker.containers.set(id, { name: id, labels: {}, ...facts });
    docker.listEndpoints = async () => [
      { id, name: 'web' },
      { id: 'lingering', name: 'gone-already' },
    ];
    docker.disconnectNetwork = async (network, container) => {
      docker.calls.push(`disconnect ${container} ${network}`);
      isCut = true;
    };
    const told: string[] = [];
    const onCutOff = (text: string): void => void told.push(text);
    await removeObjects(docker, createVirtualClock(), { ...request, onCutOff });
    expect(docker.calls).toContain(`disconnect ${id} data`);
    expect(told).toEqual([
      'The container web (f00f00f00f00), which is not ours, hung on the network data: it was disconnected, because the network was removed. It was not stopped.',
    ]);
    expect(docker.containers.has(id)).toBe(true);
  });

  it('ends what lives before it removes it, also what somebody paused', async () => {
    const docker = await createBusyDocker(() => false);
    const facts = { labels: { mine: '1' }, exitCode: 0, oomKilled: false };
    for (const state of ['running', 'paused', 'exited'] as const) {
      docker.containers.set(state, { ...facts, name: state, state });
    }
    await removeObjects(docker, systemClock, request);
    const stepsOf = (name: string): string[] =>
      docker.calls.filter((call) => call.split(' ')[1] === name);
    for (const name of ['running', 'paused']) {
      const steps = [`signal ${name} SIGSTOP`, `signal ${name} SIGKILL`, `remove ${name}`];
      expect(stepsOf(name)).toEqual(steps);
    }
    expect(stepsOf('exited')).toEqual(['remove exited']);
    expect(docker.networks.size).toBe(0);
  });

  it('says to start a daemon that does not answer', async () => {
    const clock = createVirtualClock();
    const docker = await createBusyDocker(() => false);
    docker.failure = () => dockerFailure('unreachable', 'connect ECONNREFUSED');
    await expect(removeObjects(docker, clock, request)).rejects.toMatchObject({
      hint: expect.stringContaining('start-dockerd'),
    });
  });

  it('starts no further removal once the deadline has passed', async () => {
    const clock = createVirtualClock();
    const docker = createFullDocker(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    docker.failure = (call) => {
      if (!call.startsWith('remove')) return null;
      void clock.sleep(40_000, request);
      return call === 'remove a' ? null : dockerFailure('timeout', 'no answer within 40 s');
    };
    await expect(removeObjects(docker, clock, request)).rejects.toMatchObject({
      code: 'DOCKER_FAILED',
      message: expect.stringContaining('7 objects'),
      details: { left: ['b', 'c', 'd', 'e', 'f', 'g', 'h'] },
    });
    expect(docker.calls.filter((call) => call.startsWith('remove'))).toEqual([
      'remove a',
      'remove b',
    ]);
  });

  it('waits for a call that hangs no longer than the deadline, and says what is left', async () => {
    const docker = {
      ...createFullDocker(['a', 'b']),
      removeContainer: (_: string, o: Call) => hang(o),
    };
    const short = { ...request, deadlineMs: 30 };
    const failure = await removeObjects(docker, systemClock, short).catch((error) => error);
    expect(failure).toBeInstanceOf(TestbedError);
    expect(failure).toMatchObject({
      message: expect.stringContaining('time was up'),
      hint: expect.stringContaining('clean'),
      details: { left: ['a', 'b'] },
    });
  });

  it('ends with the reason of the caller who cancels', async () => {
    const docker = { ...createFullDocker(['a']), removeContainer: (_: string, o: Call) => hang(o) };
    const cancelled = { ...request, signal: AbortSignal.timeout(30) };
    await expect(removeObjects(docker, systemClock, cancelled)).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});
