import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ClientWindows,
  windowSequencesMax,
} from '../../../../node-image/src/engine/client-windows.ts';
import { sequenceLimit } from '../../../../node-image/src/engine/transaction.ts';

describe('client windows', () => {
  it('behave like an ever-growing set while nobody runs too far ahead', () => {
    const steps = fc.array(fc.record({ client: fc.nat(3), sequence: fc.nat(6000) }), {
      minLength: 1,
      maxLength: 400,
    });
    fc.assert(
      fc.property(steps, (additions) => {
        const windows = new ClientWindows();
        const model = new Set<number>();
        for (const { client, sequence } of additions) {
          const key = client * sequenceLimit + sequence;
          expect(windows.has(key)).toBe(model.has(key));
          expect(windows.add(key)).toBe(!model.has(key));
          model.add(key);
        }
        for (const key of model) expect(windows.has(key)).toBe(true);
      }),
    );
  });

  it('keep long runs and the gaps in them apart while the ring grows and wraps', () => {
    const windows = new ClientWindows();
    const isGap = (sequence: number): boolean => sequence % 7_919 === 5;
    const wrong: number[] = [];
    for (let sequence = 0; sequence < 100_000; sequence++) {
      if (!isGap(sequence) && !windows.add(sequence)) wrong.push(sequence);
    }
    for (let sequence = 0; sequence < 100_000; sequence++) {
      if (windows.has(sequence) === isGap(sequence)) wrong.push(sequence);
    }
    expect(wrong).toEqual([]);
  });

  it('count everything far below the newest as committed', () => {
    const windows = new ClientWindows();
    windows.add(0);
    windows.add(2);
    windows.add(windowSequencesMax);
    expect(windows.has(1)).toBe(false);
    windows.add(1 + windowSequencesMax);
    expect(windows.has(1)).toBe(true);
    expect(windows.add(1)).toBe(false);
    expect(windows.has(3)).toBe(false);
  });

  it('survive a jump over the whole window', () => {
    const windows = new ClientWindows();
    windows.add(5);
    windows.add(10 * windowSequencesMax);
    expect(windows.has(7)).toBe(true);
    expect(windows.has(10 * windowSequencesMax - 1)).toBe(false);
    expect(windows.has(10 * windowSequencesMax)).toBe(true);
  });
});
