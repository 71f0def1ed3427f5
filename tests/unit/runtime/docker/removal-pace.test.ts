import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  endContainers,
  losesCount,
} from '../../../../controller/src/runtime/docker/removal-pace.ts';
import { createFakeDocker } from '../../../fixtures/fake-docker.ts';

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
  readonly steps: readonly string[];
  readonly endsAtOnceMax: number;
  readonly finishesAtOnceMax: number;
}

function createGauge(): { readonly max: () => number; run(work: Promise<void>): Promise<void> } {
  let now = 0;
  let max = 0;
  return {
    max: () => max,
    async run(work) {
      now += 1;
      max = Math.max(max, now);
      await work;
      now -= 1;
    },
  };
}

async function observe(engineVersion: string): Promise<Observed> {
  const docker = createFakeDocker('1.41', engineVersion);
  const steps: string[] = [];
  const recording = {
    ...docker,
    signalContainer: async (id: string, name: string) => void steps.push(`${name} ${id}`),
  };
  const containers = ['a', 'b', 'c', 'd'].map((id) => ({ id, isAlive: true }));
  containers.push({ id: 'dead', isAlive: false });
  const [ends, finishes] = [createGauge(), createGauge()];
  const end = async ({ id }: { readonly id: string }): Promise<void> => {
    await ends.run(sleep(2));
    steps.push(`end ${id}`);
  };
  const finish = async ({ id }: { readonly id: string }): Promise<void> => {
    await finishes.run(sleep(20));
    steps.push(`finish ${id}`);
  };
  await endContainers(recording, containers, { end, finish }, { signal });
  return { steps, endsAtOnceMax: ends.max(), finishesAtOnceMax: finishes.max() };
}

describe('endContainers', () => {
  it('ends one container at a time where the daemon loses count, the rest side by side', async () => {
    const { steps, endsAtOnceMax, finishesAtOnceMax } = await observe('20.10.24');
    expect(endsAtOnceMax).toBe(1);
    expect(finishesAtOnceMax).toBeGreaterThan(1);
    for (const id of ['a', 'b', 'c', 'd']) {
      const mine = steps.filter((step) => step.endsWith(` ${id}`));
      expect(mine).toEqual([`SIGSTOP ${id}`, `end ${id}`, `finish ${id}`]);
    }
    expect(steps.filter((step) => step.endsWith(' dead'))).toEqual(['finish dead']);
    const firstEnd = steps.findIndex((step) => step.startsWith('end'));
    expect(steps.slice(0, firstEnd).filter((step) => step.startsWith('SIGSTOP'))).toHaveLength(4);
  });

  it('ends several at once, and holds none still, where it counts', async () => {
    const { steps, endsAtOnceMax } = await observe('29.1.0');
    expect(endsAtOnceMax).toBeGreaterThan(1);
    expect(steps.some((step) => step.startsWith('SIGSTOP'))).toBe(false);
    expect(steps.filter((step) => step.startsWith('finish'))).toHaveLength(5);
  });
});
