import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../controller/src/lib/clock.ts';
import { systemClock } from '../../../controller/src/lib/system-clock.ts';
import { createCanary, hostFingerprint } from '../../../controller/src/observe/canary.ts';

const signal = new AbortController().signal;

/** Every other look at this clock comes `stepMs[k]` later: the times of the loops. */
function createLoopClock(stepsMs: readonly number[]): Clock {
  let looks = 0;
  let atMs = 0;
  return {
    ...systemClock,
    monotonicMs: () => {
      if (looks % 2 === 1) atMs += stepsMs[Math.floor(looks / 2)] ?? 0;
      looks++;
      return atMs;
    },
  };
}

const steady = (ms: number): number[] => new Array<number>(40).fill(ms);

describe('createCanary', () => {
  let dataFolder: string;
  const canary = (clock: Clock, fingerprint = 'host') =>
    createCanary({ dataFolder, fingerprint, roundsPerLoop: 100 }, { clock });
  const file = () => join(dataFolder, 'canary.json');

  beforeEach(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'testbed-canary-'));
  });
  afterEach(async () => {
    await rm(dataFolder, { recursive: true });
  });

  it('takes the 38th of 40 loops in order of time as p95, and itself as best at first', async () => {
    const times = Array.from({ length: 40 }, (_, index) => ((index * 7) % 40) + 1);
    const reading = await canary(createLoopClock(times)).sing({ signal });
    expect(reading).toEqual({ p50Ms: 20, p95Ms: 38, bestP95Ms: 38, ratio: 1 });
  });

  it('remembers the best of a host across processes, and lowers it', async () => {
    await canary(createLoopClock(steady(5))).sing({ signal });
    const slow = await canary(createLoopClock(steady(8))).sing({ signal });
    expect(slow).toMatchObject({ p95Ms: 8, bestP95Ms: 5, ratio: 1.6 });
    const fast = await canary(createLoopClock(steady(4))).sing({ signal });
    expect(fast).toMatchObject({ bestP95Ms: 4, ratio: 1 });
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ host: 4 });
    expect(await readdir(dataFolder)).toEqual(['canary.json']);
  });

  it('keeps hosts apart', async () => {
    await canary(createLoopClock(steady(5)), 'a').sing({ signal });
    expect((await canary(createLoopClock(steady(9)), 'b').sing({ signal })).ratio).toBe(1);
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ a: 5, b: 9 });
  });

  it.each(['', '{', '[]', '{"host": "5"}', '{"host": -1}'])(
    'starts anew from a file that holds %j',
    async (text) => {
      await writeFile(file(), text);
      expect((await canary(createLoopClock(steady(6))).sing({ signal })).ratio).toBe(1);
      expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ host: 6 });
    },
  );

  it('still compares within one process when its folder cannot be written', async () => {
    const clock = createLoopClock([...steady(5), ...steady(10)]);
    await writeFile(file(), '');
    dataFolder = file();
    const homeless = canary(clock);
    expect((await homeless.sing({ signal })).ratio).toBe(1);
    expect((await homeless.sing({ signal })).ratio).toBe(2);
    dataFolder = dirname(dataFolder);
  });

  it('stops with the reason of its signal', async () => {
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(canary(systemClock).sing({ signal: aborted })).rejects.toThrow('enough');
  });

  it('does real work on the real clock', async () => {
    const options = { dataFolder, fingerprint: 'host' };
    const reading = await createCanary(options, { clock: systemClock }).sing({ signal });
    expect(reading.p50Ms).toBeGreaterThan(0.5);
    expect(reading.p95Ms).toBeGreaterThanOrEqual(reading.p50Ms);
  });
});

describe('hostFingerprint', () => {
  it('differs when the processor, the kernel or Node differs', () => {
    const host = {
      hostname: 'h',
      kernel: '6.1',
      osName: 'Linux',
      cpuModel: 'X',
      cores: 2,
      memoryBytes: 1,
      cgroupVersion: 2 as const,
      engineVersion: null,
      engineApiVersion: null,
      local: true,
    };
    const prints = [
      hostFingerprint(host, 'v24'),
      hostFingerprint({ ...host, cpuModel: 'Y' }, 'v24'),
      hostFingerprint({ ...host, kernel: '6.2' }, 'v24'),
      hostFingerprint({ ...host, cores: 4 }, 'v24'),
      hostFingerprint(host, 'v25'),
    ];
    expect(new Set(prints).size).toBe(prints.length);
    expect(hostFingerprint({ ...host, memoryBytes: 2 }, 'v24')).toBe(prints[0]);
  });
});
