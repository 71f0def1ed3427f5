import { describe, expect, it } from '@jest/globals';
import { driftWitness } from '../../../controller/src/faults/handlers/clock.ts';
import { squeezeWitness } from '../../../controller/src/faults/handlers/cpu.ts';
import { memoryWitness } from '../../../controller/src/faults/handlers/memory.ts';
import type { NodeSighting } from '../../../controller/src/runtime/runtime.ts';

const MIB = 2 ** 20;

function seen(rest: Partial<NodeSighting>): NodeSighting {
  return {
    state: 'running',
    pid: 7,
    startedAt: new Date(0),
    cpuPeriods: 10,
    cpuPeriodsThrottled: 3,
    cpuMicros: 1_000_000,
    cpus: 0.2,
    memoryLimitBytes: 128 * MIB,
    memoryBytes: 90 * MIB,
    oomKilled: false,
    ...rest,
  };
}

describe('what shows a cpu squeeze', () => {
  const later = (rest: Partial<NodeSighting>) => squeezeWitness(0.2, seen({}), seen(rest), 1_000);

  it('is the periods in which the kernel held the node back', () => {
    const witness = later({ cpuPeriodsThrottled: 11, cpuMicros: 1_190_000 });
    expect(witness).toMatchObject({ quantity: 'periods-throttled', value: 8, isSeen: true });
  });

  it('is what it used, of a node that wanted less', () => {
    const witness = later({ cpuMicros: 1_050_000 });
    expect(witness).toMatchObject({ quantity: 'cpu-used', value: 0.05, isSeen: true });
    expect(witness?.text).toContain('it was idle');
  });

  it.each<[string, Partial<NodeSighting>]>([
    ['another quota in force at its end', { cpus: 1, cpuPeriodsThrottled: 99 }],
    ['no quota at all', { cpus: null }],
    ['more used than there was', { cpuMicros: 1_900_000, cpuPeriodsThrottled: 99 }],
  ])('is missing with %s', (_, rest) => {
    expect(later(rest)?.isSeen).toBe(false);
  });

  it('is missing where the daemon said that it was done and the kernel has another quota', () => {
    expect(squeezeWitness(0.2, seen({ cpus: 1 }), seen({}), 1_000)?.isSeen).toBe(false);
  });

  it('is unknown where nothing is counted', () => {
    expect(later({ cpuMicros: null, cpuPeriodsThrottled: null })).toBeNull();
  });
});

describe('what shows a memory squeeze', () => {
  it.each<[boolean | undefined, string, Partial<NodeSighting>]>([
    [true, 'the limit in force and the node within it', {}],
    [true, 'the kernel that killed it for want of memory', { oomKilled: true, state: 'gone' }],
    [false, 'another limit in force', { memoryLimitBytes: 256 * MIB }],
    [false, 'no limit', { memoryLimitBytes: null }],
    [false, 'more used than the limit', { memoryBytes: 140 * MIB }],
    [undefined, 'a node that ended otherwise', { state: 'gone', memoryLimitBytes: null }],
    [undefined, 'usage that cannot be seen', { memoryBytes: null }],
  ])('is %s with %s', (isSeen, _, rest) => {
    expect(memoryWitness(128 * MIB, seen(rest))?.isSeen).toBe(isSeen);
  });
});

describe('what shows a clock that is off', () => {
  const reading = (aheadMs: number, errorMs = 2) => ({ aheadMs, errorMs });
  it.each<[boolean | undefined, number, number, number]>([
    [true, 500, 3_000, 503],
    [false, 500, 3_000, 4],
    [false, 500, 3_000, -500],
    // Set back, it stands still first.
    [true, -500, 3_000, -498],
    [true, -2_000, 300, -301],
    [false, -2_000, 300, 0],
    [false, -500, 3_000, 0],
  ])('is %s: by %d ms for %d ms, found %d ms off', (isSeen, offsetMs, lastedMs, foundMs) => {
    const found = driftWitness(offsetMs, lastedMs, reading(100), reading(100 + foundMs));
    expect(found?.isSeen).toBe(isSeen);
  });

  it('is unknown where the answers took longer than the clock is off', () => {
    expect(driftWitness(20, 1_000, reading(0, 15), reading(20, 15))).toBeNull();
  });
});
