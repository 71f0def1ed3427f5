import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ClientWindows,
  windowSequencesMax,
} from '../../../../../node-image/src/engine/shared/client-windows.ts';
import { sequenceLimit } from '../../../../../node-image/src/engine/shared/transaction.ts';

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

  it('come back from their bytes, which are the same for the same contents', () => {
    const additions = fc.array(fc.record({ client: fc.nat(3), sequence: fc.nat(3000) }), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(additions, fc.nat(5000), (steps, shift) => {
        const windows = new ClientWindows();
        for (let sequence = 0; sequence < shift; sequence++) windows.add(sequence);
        const keys = steps.map(({ client, sequence }) => client * sequenceLimit + sequence);
        for (const key of keys) windows.add(key);
        const back = ClientWindows.decode(windows.encode());
        expect(Buffer.compare(back.encode(), windows.encode())).toBe(0);
        for (const key of keys) expect(back.has(key)).toBe(true);
        for (let probe = 0; probe < 6_000; probe += 7) {
          expect(back.has(probe)).toBe(windows.has(probe));
        }
      }),
      { numRuns: 20 },
    );
    expect(() => ClientWindows.decode(new Uint8Array(3))).toThrow(/outside buffer bounds/);
    expect(() => ClientWindows.decode(new Uint8Array(16).fill(255))).toThrow(/client windows/);
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

  it('drop exactly what a forced slide leaves behind', () => {
    const jumps = fc.array(
      fc.record({ far: fc.nat(2 * windowSequencesMax), isFar: fc.boolean(), near: fc.nat(3000) }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(jumps, fc.array(fc.nat(windowSequencesMax + 100)), (steps, probes) => {
        const windows = new ClientWindows();
        const model = new Set([windowSequencesMax]);
        windows.add(windowSequencesMax); // the ring is at its largest from here on
        let base = 1;
        for (const { far, isFar, near } of steps) {
          const sequence = base + (isFar ? far : near);
          expect(windows.add(sequence)).toBe(!model.has(sequence));
          model.add(sequence);
          base = Math.max(base, sequence - windowSequencesMax + 1);
          while (model.has(base)) base++;
          for (const probe of [...probes.map((offset) => base - 1 + offset), ...model]) {
            expect(windows.has(probe)).toBe(probe < base || model.has(probe));
          }
        }
      }),
    );
  });

  it('slide at little cost, though every transaction forces the longest slide', () => {
    const windows = new ClientWindows();
    const startedMs = performance.now();
    for (let count = 0, sequence = windowSequencesMax; count < 5_000; count++) {
      windows.add(sequence);
      sequence += windowSequencesMax - 1;
    }
    // About 6; one number at a time it would be 2,000 and more.
    expect(performance.now() - startedMs).toBeLessThan(500);
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
