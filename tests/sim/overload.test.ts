import { describe, expect, it } from '@jest/globals';
import { BusyHost, type BusyHostResult } from './busy-host.ts';

const parameters = {
  protocol: 'jolteon',
  baseTimeoutMs: 1_000,
  idleDelayMs: 100,
  batchTxMax: 4_000,
  batchBytesMax: 512 * 1024,
  batchAgeMsMax: 2,
  mempoolTxMax: 100_000,
  forwardLeaders: 3,
} as const;

/** 40 nodes on two slow cores, which carry about 700 transactions a second. */
function carry(txPerSec: number): BusyHostResult {
  return new BusyHost({
    committeeSize: 40,
    parameters,
    txPerSec,
    cores: 2,
    speed: 0.25,
    warmupMs: 8_000,
    measureMs: 8_000,
  }).run();
}

describe('forty nodes on a host that is too slow for them', () => {
  it('carry as much at four times the load that they can bear as at any other', () => {
    const [light, full, double, fourfold] = [250, 700, 1_400, 2_800].map(carry) as [
      BusyHostResult,
      BusyHostResult,
      BusyHostResult,
      BusyHostResult,
    ];
    expect(light.committedPerSec).toBeGreaterThan(230);
    expect(light.rejectedPerSec).toBe(0);
    const best = Math.max(full.committedPerSec, double.committedPerSec, fourfold.committedPerSec);
    expect(best).toBeGreaterThan(500);
    expect(double.committedPerSec).toBeGreaterThan(0.8 * best);
    expect(fourfold.committedPerSec).toBeGreaterThan(0.8 * best);
    // What is taken on does not wait for ever: the rest is refused at once.
    expect(fourfold.latencyP50Ms).toBeLessThan(6_000);
    expect(fourfold.rejectedPerSec).toBeGreaterThan(1_400);
  }, 120_000);
});
