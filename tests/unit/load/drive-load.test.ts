import { describe, expect, it } from '@jest/globals';
import type { NodeClient } from '../../../controller/src/control/node-client.ts';
import { startLoad } from '../../../controller/src/load/drive-load.ts';
import type { LoadStart } from '../../../node-image/src/contract/index.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';

const load = { arrivals: 'constant', rateTxPerSec: 10, sizeBytes: 128 } as const;
const { signal } = new AbortController();

/** Orders a load from one node that takes `tookMs` for it, and `askedMs` for a question before. */
async function order(warmupMs: number, tookMs: number, askedMs = 0) {
  const clock = createVirtualClock();
  const orderedMs = clock.now().getTime();
  const taken: LoadStart[] = [];
  const client = {
    nodeIndex: 0,
    loadStatus: () => clock.sleep(askedMs, { signal }),
    loadStart: async (body: LoadStart) => {
      taken.push(body);
      await clock.sleep(tookMs, { signal });
    },
  };
  const phases = { warmupMs, measureMs: 1_000, drainMsMax: 1_000, readyMsMax: 1_000 };
  const request = { clients: [client as unknown as NodeClient], load, phases, seed: 1 };
  const window = await startLoad(request, { clock, signal });
  return { window, orderedMs, taken };
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

  it('starts later where nodes were slow to answer a question just before', async () => {
    const { window, orderedMs } = await order(1_000, 3_500, 2_000);
    expect(window.startAt.getTime() - orderedMs).toBe(2_000 + 2 * 2_000 + 15);
  });

  it('says so when the order came later than the whole warm-up', async () => {
    await expect(order(0, 3_000)).rejects.toMatchObject({ code: 'NODE_UNREACHABLE' });
  });
});
