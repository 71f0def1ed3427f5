import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  endContainers,
  losesCount,
} from '../../../../controller/src/runtime/docker/removal-pace.ts';
import { createFakeDocker, dockerFailure } from '../../../fixtures/fake-docker.ts';

const { signal } = new AbortController();

describe('losesCount', () => {
  it.each(['20.10.24+dfsg1', '24.0.7', '28.2.2', 'unknown'])('%s may', (version) => {
    expect(losesCount(version)).toBe(true);
  });

  it('is repaired in 29', () => {
    expect(losesCount('29.0.1')).toBe(false);
  });
});

interface Observed {
  readonly calls: readonly string[];
  readonly detachedAtOnceMax: number;
  readonly endingAtOnceMax: number;
}

async function observe(engineVersion: string, failure?: (call: string) => Error | null) {
  const fake = createFakeDocker('1.41', engineVersion);
  if (failure !== undefined) fake.failure = failure;
  let detaching = 0;
  let detachedAtOnceMax = 0;
  let ending = 0;
  let endingAtOnceMax = 0;
  const docker: typeof fake = {
    ...fake,
    signalContainer: async (id, name) => void fake.calls.push(`signal ${id} ${name}`),
    disconnectNetwork: async (network, id, options) => {
      detaching += 1;
      detachedAtOnceMax = Math.max(detachedAtOnceMax, detaching);
      await sleep(1);
      detaching -= 1;
      await fake.disconnectNetwork(network, id, options);
    },
  };
  const containers = ['a', 'b', 'c', 'd'].map((id) => ({ id, networks: ['data', 'control'] }));
  containers.push({ id: 'ended', networks: [] });
  const end = async ({ id }: { readonly id: string }): Promise<void> => {
    ending += 1;
    endingAtOnceMax = Math.max(endingAtOnceMax, ending);
    await sleep(20);
    ending -= 1;
    fake.calls.push(`end ${id}`);
  };
  await endContainers(docker, containers, end, { signal });
  const observed: Observed = { calls: fake.calls, detachedAtOnceMax, endingAtOnceMax };
  return observed;
}

describe('endContainers', () => {
  it('takes containers off their networks one at a time, and ends them side by side', async () => {
    const { calls, detachedAtOnceMax, endingAtOnceMax } = await observe('20.10.24');
    expect(detachedAtOnceMax).toBe(1);
    expect(endingAtOnceMax).toBeGreaterThan(1);
    for (const id of ['a', 'b', 'c', 'd']) {
      const steps = calls.filter((call) => call.split(' ').includes(id));
      expect(steps).toEqual([
        `signal ${id} SIGSTOP`,
        `disconnect ${id} data`,
        `disconnect ${id} control`,
        `end ${id}`,
      ]);
    }
    expect(calls.filter((call) => call.includes('ended'))).toEqual(['end ended']);
  });

  it('leaves the networks alone where the daemon can count', async () => {
    const { calls, endingAtOnceMax } = await observe('29.1.0');
    expect(calls.some((call) => call.startsWith('disconnect'))).toBe(false);
    expect(endingAtOnceMax).toBeGreaterThan(1);
  });

  it('ends what is on a network no longer', async () => {
    const { calls } = await observe('20.10.24', (call) =>
      call.startsWith('disconnect b') ? dockerFailure('gone') : null,
    );
    expect(calls.filter((call) => call.startsWith('end'))).toHaveLength(5);
  });
});
