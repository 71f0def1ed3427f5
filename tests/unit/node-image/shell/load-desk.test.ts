import { describe, expect, it } from '@jest/globals';
import { type LoadStart, loadStartSchema } from '../../../../node-image/src/contract/index.ts';
import { createLoadDesk, type LoadDesk } from '../../../../node-image/src/shell/load-desk.ts';
import { createFakeClock } from './fake-clock.ts';

const NOW_MS = 1_000_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

const order: LoadStart = {
  arrivals: 'constant',
  rateTxPerSec: 10,
  sizeBytes: 64,
  seed: 7,
  startUnixMs: NOW_MS + 100,
  warmupMs: 1_000,
  measureMs: 2_000,
};

function createDesk(): { desk: LoadDesk; loadNumbers: number[] } {
  const loadNumbers: number[] = [];
  const desk = createLoadDesk({
    nodeIndex: 0,
    clock: createFakeClock(NOW_MS),
    look: () => {
      throw new Error('no window opens in these tests');
    },
    submit: () => undefined,
    nextLoadNumber: () => loadNumbers.push(loadNumbers.length),
    onCommitLatency: () => undefined,
  });
  return { desk, loadNumbers };
}

describe('load desk', () => {
  it('starts one of two first loads that come together and refuses the other', async () => {
    const { desk, loadNumbers } = createDesk();
    const [first, second] = await Promise.allSettled([desk.start(order), desk.start(order)]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ reason: { status: 409, code: 'LOAD_ACTIVE' } });
    expect(loadNumbers.length).toBe(1);
    expect(desk.status().state).toBe('scheduled');
  });

  it('refuses a load that should have started more than a minute ago', async () => {
    const { desk } = createDesk();
    const late = { ...order, startUnixMs: NOW_MS - 60_001, warmupMs: 100_000 };
    await expect(desk.start(late)).rejects.toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(desk.status().state).toBe('idle');
    await desk.start({ ...late, startUnixMs: NOW_MS - 60_000 });
    expect(desk.status().state).toBe('warmup');
  });
});

describe('order of a load', () => {
  it.each([
    ['rateTxPerSec', 1e7, 1],
    ['sizeBytes', 1024 * 1024, 1],
    ['warmupMs', DAY_MS, 1],
    ['measureMs', DAY_MS, 1],
    ['sizeBytes', 20, -1],
  ] as const)('takes %s up to %d and nothing beyond', (field, bound, beyond) => {
    expect(loadStartSchema.safeParse({ ...order, [field]: bound }).success).toBe(true);
    const refused = loadStartSchema.safeParse({ ...order, [field]: bound + beyond });
    expect(refused.error?.issues.map(({ path }) => path)).toEqual([[field]]);
  });
});
