import { describe, expect, it } from '@jest/globals';
import { removeObjects } from '../../../../controller/src/runtime/docker/remove-objects.ts';
import { createFakeDocker, dockerFailure, type FakeDocker } from '../../../fixtures/fake-docker.ts';
import { createVirtualClock } from '../../../fixtures/virtual-clock.ts';

/** A daemon with one network of ours that it calls busy as long as `isBusy` says so. */
async function createBusyDocker(isBusy: () => boolean): Promise<FakeDocker> {
  const docker = createFakeDocker();
  const spec = { subnet: '10.0.0.0/24', gateway: '10.0.0.1', internal: true };
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

  it('waits out a network that is busy only for a moment', async () => {
    const clock = createVirtualClock();
    const docker = await createBusyDocker(() => clock.monotonicMs() < 2_000);
    await removeObjects(docker, clock, request);
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
});
