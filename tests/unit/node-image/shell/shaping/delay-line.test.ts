import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createDelayLine,
  type DelayLine,
  GRAIN_MS,
} from '../../../../../node-image/src/shell/shaping/delay-line.ts';
import { egressOf, fixed, linkShape } from './shapes.ts';

/** Numbered bytes, so that order shows. */
function bytesFrom(start: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (start + i) % 251);
}

interface Arrival {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** Lets virtual time pass from event to event. */
function runUntil(line: DelayLine, untilMs: number): Arrival[] {
  const arrivals: Arrival[] = [];
  for (let turns = 0; turns < 100_000; turns++) {
    const atMs = line.nextMs;
    if (atMs > untilMs) return arrivals;
    for (const bytes of line.takeDue(atMs)) arrivals.push({ atMs, bytes });
  }
  throw new Error('The line does not come to rest.');
}

const joined = (arrivals: readonly Arrival[]): Buffer =>
  Buffer.concat(arrivals.map(({ bytes }) => bytes));

describe('delay line', () => {
  it('lets bytes arrive after the delay, and not before', () => {
    const line = createDelayLine(egressOf({ delay: fixed(20) }));
    line.send(bytesFrom(0, 100), 1_000);
    expect(line.nextMs).toBe(1_020);
    expect(line.takeDue(1_020 - GRAIN_MS - 0.01)).toEqual([]);
    expect(line.takeDue(1_020)).toEqual([bytesFrom(0, 100)]);
    expect(line.waitingBytes).toBe(0);
    expect(line.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps a large write in one piece of memory when nothing sets its segments apart', () => {
    const line = createDelayLine(egressOf({ delay: fixed(20) }));
    line.send(bytesFrom(0, 40_000), 0);
    const due = line.takeDue(20);
    expect(due).toEqual([bytesFrom(0, 40_000)]);
  });

  it('spaces segments by the rate, headers included', () => {
    const line = createDelayLine(egressOf({ delay: fixed(5), rateBitsPerSec: 8e6 }));
    line.send(bytesFrom(0, 10 * 1_448), 0);
    const arrivals = runUntil(line, 1e6);
    // 1,514 bytes at 8 Mbit/s take 1.514 ms.
    for (const [i, { atMs }] of arrivals.entries()) {
      expect(atMs).toBeCloseTo(5 + 1.514 * (i + 1), 6);
    }
  });

  it('lets bytes under way be, and orders what comes after a change behind them', () => {
    const link = egressOf({ delay: fixed(100) });
    const line = createDelayLine(link);
    line.send(bytesFrom(0, 10), 0);
    link.apply(linkShape({ delay: fixed(1) }), 1);
    line.send(bytesFrom(10, 10), 5);
    expect(line.takeDue(50)).toEqual([]);
    expect(Buffer.concat(line.takeDue(100))).toEqual(Buffer.from(bytesFrom(0, 20)));
  });

  it('loses, repairs and keeps everything behind a loss waiting', () => {
    // The first segment is lost, as are all that are drawn while the ratio is 1.
    const link = egressOf({ delay: fixed(40), loss: { kind: 'independent', ratio: 1 } });
    const line = createDelayLine(link);
    line.send(bytesFrom(0, 1_448), 0);
    link.apply(linkShape({ delay: fixed(40) }), 1);
    line.send(bytesFrom(1_448, 3 * 1_448), 10);
    // Three follow at 10 ms: proved one round trip later, there after one delay more.
    expect(runUntil(line, 129)).toEqual([]);
    const arrivals = runUntil(line, 1e6);
    expect(new Set(arrivals.map(({ atMs }) => atMs))).toEqual(new Set([130]));
    expect(joined(arrivals)).toEqual(Buffer.from(bytesFrom(0, 4 * 1_448)));
    expect(link.counters).toEqual({ segments: 4, segmentsLost: 1, bytes: 4 * 1_448 });
  });

  it('costs the mean that the model says when every segment stands alone', () => {
    const ratio = 0.1;
    const link = egressOf({ delay: fixed(40), loss: { kind: 'independent', ratio } }, 99);
    const line = createDelayLine(link);
    const count = 4_000;
    let totalMs = 0;
    for (let i = 0; i < count; i++) {
      const sentMs = i * 1e6;
      line.send(bytesFrom(i, 100), sentMs);
      for (const { atMs } of runUntil(line, sentMs + 999_999)) totalMs += atMs - sentMs;
    }
    // Alone: 40 ms, plus 280 ms with the ratio, plus 280 x 2^(k-1) for the k-th retry lost.
    const waitMs = 280 * (ratio + (ratio * ratio) / (1 - 2 * ratio));
    const deviationMs = 280 * Math.sqrt(ratio) * 2;
    const off = totalMs / count - (40 + waitMs);
    expect(Math.abs(off)).toBeLessThan((3.9 * deviationMs) / Math.sqrt(count));
    expect(Math.abs(link.counters.segmentsLost / count - ratio)).toBeLessThan(
      3.9 * Math.sqrt((ratio * (1 - ratio)) / count),
    );
  });

  it('holds what is sent while it is cut, and goes on when the timer rings after the heal', () => {
    const link = egressOf({ delay: fixed(40) });
    const line = createDelayLine(link);
    line.send(bytesFrom(0, 50), 0);
    link.apply(linkShape({ delay: fixed(40), isCut: true }), 1);
    line.send(bytesFrom(50, 50), 10);
    line.send(bytesFrom(100, 50), 500);
    // What left before the cut arrives.
    expect(joined(runUntil(line, 1_000))).toEqual(Buffer.from(bytesFrom(0, 50)));
    link.apply(linkShape({ delay: fixed(40) }), 1);
    line.send(bytesFrom(150, 50), 1_001);
    // Timeouts of 280, 560, 1,120 ms after the first byte that met the cut: 290, 850, 1,970.
    const arrivals = runUntil(line, 1e6);
    expect(new Set(arrivals.map(({ atMs }) => atMs))).toEqual(new Set([2_010]));
    expect(joined(arrivals)).toEqual(Buffer.from(bytesFrom(50, 150)));
  });

  it('loses what is sent again while it is cut', () => {
    const link = egressOf({ delay: fixed(40), loss: { kind: 'independent', ratio: 1 } });
    const line = createDelayLine(link);
    line.send(bytesFrom(0, 50), 0);
    link.apply(linkShape({ delay: fixed(40), isCut: true }), 1);
    expect(runUntil(line, 800)).toEqual([]);
    link.apply(linkShape({ delay: fixed(40) }), 1);
    // Sent again at 280 and 560 (both lost), then at 1,120.
    expect(runUntil(line, 1e6).map(({ atMs }) => atMs)).toEqual([1_160]);
  });

  it('conserves bytes and order whatever happens to the link', () => {
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 300 }),
      sizeBytes: fc.integer({ min: 1, max: 20_000 }),
      meanMs: fc.integer({ min: 0, max: 200 }),
      distribution: fc.constantFrom('fixed', 'uniform', 'normal', 'pareto'),
      lossRatio: fc.constantFrom(0, 0, 0.05, 0.5),
      rateBitsPerSec: fc.constantFrom(null, 1e6, 1e8),
      isCut: fc.constantFrom(false, false, false, true),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), fc.nat(), (steps, seed) => {
        const link = egressOf({}, seed);
        const line = createDelayLine(link);
        const got: Uint8Array[] = [];
        let nowMs = 0;
        let sentBytes = 0;
        for (const { afterMs, sizeBytes, meanMs, lossRatio, isCut, ...rest } of steps) {
          nowMs += afterMs;
          got.push(...runUntil(line, nowMs).map(({ bytes }) => bytes));
          const jitterMs = meanMs / 2;
          const { distribution, rateBitsPerSec } = rest;
          link.apply(
            linkShape({
              delay: { distribution, meanMs, jitterMs, correlationRatio: 0.3 },
              loss: { kind: 'independent', ratio: lossRatio },
              rateBitsPerSec,
              isCut,
            }),
            seed,
          );
          line.send(bytesFrom(sentBytes, sizeBytes), nowMs);
          sentBytes += sizeBytes;
          const gotBytes = got.reduce((sum, { length }) => sum + length, 0);
          expect(line.waitingBytes).toBe(sentBytes - gotBytes);
        }
        link.apply(linkShape(), seed);
        got.push(...runUntil(line, nowMs + 1e9).map(({ bytes }) => bytes));
        expect(Buffer.concat(got).equals(bytesFrom(0, sentBytes))).toBe(true);
        expect(line.waitingBytes).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
