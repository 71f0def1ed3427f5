import { describe, expect, it } from '@jest/globals';
import { waitUntil } from '../../../controller/src/lib/wait-until.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';

const never = new AbortController().signal;
const options = (signal = never) => ({
  clock: createVirtualClock(),
  signal,
  deadlineMs: 1_000,
  pauseMs: 10,
  pauseMsMax: 100,
});

describe('waitUntil', () => {
  it('returns the first value that is there', async () => {
    let looks = 0;
    const outcome = await waitUntil(async () => (++looks === 3 ? 'here' : undefined), options());
    expect(outcome.value).toBe('here');
    expect(outcome.waitedMs).toBe(30);
  });

  it('gives up at the deadline and hands over the last error', async () => {
    const outcome = await waitUntil(async () => {
      throw new Error('connection refused');
    }, options());
    expect(outcome.value).toBeUndefined();
    expect(outcome.waitedMs).toBe(1_000);
    expect(outcome.lastError).toEqual(new Error('connection refused'));
  });

  it('stops at once at an error that is final', async () => {
    const look = async (): Promise<undefined> => {
      throw new Error('wrong version');
    };
    await expect(waitUntil(look, options(), () => true)).rejects.toThrow('wrong version');
  });

  it('rejects with the reason of its signal', async () => {
    const abort = new AbortController();
    const look = async (): Promise<undefined> => {
      abort.abort(new Error('person pressed Ctrl-C'));
      return undefined;
    };
    await expect(waitUntil(look, options(abort.signal))).rejects.toThrow('person pressed Ctrl-C');
  });
});
