import { describe, expect, it } from '@jest/globals';
import type { NodeClient } from '../../../controller/src/control/node-client.ts';
import { resumeLoad, startLoad } from '../../../controller/src/load/drive-load.ts';
import type { LoadStart } from '../../../node-image/src/contract/index.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';

const load = { arrivals: 'constant', rateTxPerSec: 10, sizeBytes: 128 } as const;
const { signal } = new AbortController();

/** Orders a load from one node that takes so long to answer each time; the last time repeats. */
async function order(warmupMs: number, ...tookMs: readonly number[]) {
  const clock = createVirtualClock();
  const orderedMs = clock.now().getTime();
  const taken: LoadStart[] = [];
  let stops = 0;
  const client = {
    nodeIndex: 0,
    loadStart: async (body: LoadStart) => {
      await clock.sleep(tookMs[taken.length] ?? tookMs.at(-1) ?? 0, { signal });
      taken.push(body);
    },
    loadStop: async () => {
      stops += 1;
    },
  };
  const phases = { warmupMs, measureMs: 1_000, drainMsMax: 1_000, readyMsMax: 1_000 };
  const request = { clients: [client as unknown as NodeClient], load, phases, seed: 1 };
  const { window } = await startLoad(request, { clock, signal });
  return { window, orderedMs, taken, stops };
}

describe('startLoad', () => {
  it.each([0, 300])('leaves a busy host time where the warm-up is only %d ms', async (warmupMs) => {
    const { window, orderedMs, taken } = await order(warmupMs, 1_500);
    const measureMs = window.measureAt.getTime();
    expect(measureMs - orderedMs).toBeGreaterThanOrEqual(2_000);
    expect(taken).toMatchObject([{ warmupMs, startUnixMs: measureMs - warmupMs }]);
  });

  it('waits no longer than before where the warm-up is long', async () => {
    const { window, orderedMs } = await order(5_000, 10);
    expect(window.startAt.getTime() - orderedMs).toBe(415);
  });

  it('takes back an order that came too late, and gives it again with more time', async () => {
    const { window, orderedMs, taken, stops } = await order(1_000, 4_000, 3_000);
    expect([taken.length, stops]).toEqual([2, 1]);
    expect(window.startAt.getTime() - orderedMs).toBe(4_000 + 2 * 4_000);
    const [first, second] = taken;
    expect({ ...second, startUnixMs: 0 }).toEqual({ ...first, startUnixMs: 0 });
  });

  it('says so when nodes are later every time', async () => {
    await expect(order(0, 3_000, 9_000, 27_000)).rejects.toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: expect.stringContaining('so it was 3 times'),
    });
  });
});

describe('resumeLoad', () => {
  it('gives the rest of the load to one node, numbered above all orders before it', async () => {
    const clock = createVirtualClock();
    const taken: LoadStart[] = [];
    const client = { nodeIndex: 1, loadStart: async (body: LoadStart) => void taken.push(body) };
    const clients = [client, client] as unknown as NodeClient[];
    const phases = { warmupMs: 0, measureMs: 1_000, drainMsMax: 1_000, readyMsMax: 1_000 };
    const endAt = new Date(clock.now().getTime() + 5_000);
    await resumeLoad(
      { clients, load, phases, seed: 1 },
      1,
      { endAt, orders: 3 },
      { clock, signal },
    );
    expect(taken).toMatchObject([{ rateTxPerSec: 5, warmupMs: 0, loadNumberMin: 3 }]);
    const [{ startUnixMs, measureMs } = { startUnixMs: 0, measureMs: 0 }] = taken;
    expect(startUnixMs + measureMs).toBe(endAt.getTime());
  });
});
