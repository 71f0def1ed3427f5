import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../controller/src/lib/clock.ts';
import { systemClock } from '../../../controller/src/lib/system-clock.ts';
import { shareOwn, startHostSampler } from '../../../controller/src/observe/host-sampler.ts';
import { measureIdleLoad } from '../../../controller/src/observe/measure-idle-load.ts';

const never = new AbortController().signal;

/** A clock that stands still until the test moves it. */
function createHandClock(): Clock & { advance(ms: number): Promise<void> } {
  let atMs = 0;
  let sleepers: { dueMs: number; wake: () => void }[] = [];
  return {
    now: () => new Date(1_000_000 + atMs),
    monotonicMs: () => atMs,
    sleep: (ms, { signal }) =>
      new Promise((resolve, reject) => {
        sleepers.push({ dueMs: atMs + ms, wake: resolve });
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    timeoutSignal: () => never,
    async advance(ms) {
      atMs += ms;
      const due = sleepers.filter(({ dueMs }) => dueMs <= atMs);
      sleepers = sleepers.filter(({ dueMs }) => dueMs > atMs);
      for (const { wake } of due) wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('startHostSampler on a made-up /proc', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'testbed-proc-'));
    await mkdir(join(root, 'pressure'));
    await mkdir(join(root, '77'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  interface Moment {
    readonly user: number;
    readonly idle: number;
    readonly steal?: number;
    readonly own?: number;
    readonly stalledMicros?: number;
    readonly swapIn?: number;
  }

  async function write(moment: Moment): Promise<void> {
    const { user, idle, steal = 0, own = 0, stalledMicros, swapIn } = moment;
    await writeFile(join(root, 'stat'), `cpu ${user} 0 0 ${idle} 0 0 0 ${steal} 0 0\n`);
    await writeFile(join(root, 'meminfo'), 'MemAvailable: 1000 kB\n');
    await writeFile(
      join(root, '77/stat'),
      `77 (node) S 1 0 0 0 0 0 0 0 0 0 ${own} 0 0 0 0 0 0 0 5`,
    );
    if (swapIn !== undefined) await writeFile(join(root, 'vmstat'), `pswpin ${swapIn}\n`);
    if (stalledMicros === undefined) return;
    for (const resource of ['cpu', 'memory', 'io']) {
      const line = `avg10=0 avg60=0 avg300=0 total=${stalledMicros}\n`;
      await writeFile(join(root, 'pressure', resource), `some ${line}full ${line}`);
    }
  }

  it('divides CPU time into own, foreign and stolen, and measures what stalled', async () => {
    const clock = createHandClock();
    await write({ user: 100, idle: 100, stalledMicros: 0, swapIn: 5 });
    const sampler = startHostSampler(
      { host: 0, local: true, ownPids: [77] },
      { clock, signal: never, procRoot: root },
    );
    await write({ user: 180, idle: 210, steal: 10, own: 50, stalledMicros: 250_000, swapIn: 8 });
    await clock.advance(1000);
    const { samples, unavailable, unobserved } = sampler.stop();
    expect(samples).toHaveLength(1);
    expect(samples[0]).toMatchObject({
      at: new Date(1_001_000),
      periodMs: 1000,
      cpuBusyRatio: 0.4,
      cpuOwnRatio: 0.25,
      cpuStealRatio: 0.05,
      psiCpuSomeRatio: 0.25,
      psiMemorySomeRatio: 0.25,
      psiIoFullRatio: 0.25,
      memoryAvailableBytes: 1_024_000,
      swapInPages: 3,
    });
    expect(samples[0]?.cpuForeignRatio).toBeCloseTo(0.15);
    expect([unavailable, unobserved]).toEqual([[], null]);
  });

  it('says which sources are missing and leaves them null', async () => {
    const clock = createHandClock();
    await write({ user: 0, idle: 0 });
    const sampler = startHostSampler(
      { host: 0, local: true, ownPids: [] },
      { clock, signal: never, procRoot: root },
    );
    await write({ user: 100, idle: 100 });
    await clock.advance(1000);
    const { samples, unavailable } = sampler.stop();
    expect(samples[0]).toMatchObject({
      psiCpuSomeRatio: null,
      psiMemorySomeRatio: null,
      psiIoFullRatio: null,
      swapInPages: 0,
      cpuForeignRatio: 0.5,
    });
    expect(unavailable).toEqual([
      'CPU pressure (/proc/pressure/cpu)',
      'memory pressure (/proc/pressure/memory)',
      'I/O pressure (/proc/pressure/io)',
      'swap activity (/proc/vmstat)',
    ]);
  });

  it('takes a last sample when stopped late in a period, and none when stopped early', async () => {
    const clock = createHandClock();
    await write({ user: 0, idle: 0 });
    const start = () =>
      startHostSampler(
        { host: 0, local: true, ownPids: [] },
        { clock, signal: never, procRoot: root },
      );
    const [early, late] = [start(), start()];
    await write({ user: 10, idle: 30 });
    await clock.advance(200);
    expect(early.stop().samples).toHaveLength(0);
    await clock.advance(200);
    expect(late.stop().samples[0]).toMatchObject({ periodMs: 400, cpuBusyRatio: 0.25 });
    expect(late.stop().samples).toHaveLength(1);
  });

  it('reports a late period as long as it was', async () => {
    const clock = createHandClock();
    await write({ user: 0, idle: 0 });
    const sampler = startHostSampler(
      { host: 0, local: true, ownPids: [] },
      { clock, signal: never, procRoot: root },
    );
    await write({ user: 10, idle: 10 });
    await clock.advance(3500);
    await write({ user: 20, idle: 20 });
    await clock.advance(1000);
    expect(sampler.stop().samples.map(({ periodMs }) => periodMs)).toEqual([3500, 1000]);
  });
});

describe('startHostSampler where nothing can be observed', () => {
  const options = { clock: systemClock, signal: never };

  it('says that a remote host is not observed', () => {
    const outcome = startHostSampler({ host: 0, local: false, ownPids: [] }, options).stop();
    expect(outcome.samples).toEqual([]);
    expect(outcome.unobserved).toContain('remote');
  });

  it('says that a host without /proc is not observed', () => {
    const deps = { ...options, procRoot: '/nonexistent' };
    const outcome = startHostSampler({ host: 0, local: true, ownPids: [] }, deps).stop();
    expect(outcome.unobserved).toContain('/proc');
  });
});

describe('startHostSampler on this host', () => {
  it('counts a busy child of ours as own and a busy stranger as foreign', async () => {
    const spin = 'const end = Date.now() + 1500; while (Date.now() < end);';
    const child = spawn(process.execPath, ['-e', spin]);
    // Started by a shell that ends at once, so that it is nobody's child but init's.
    const stranger = spawn('setsid', ['-f', process.execPath, '-e', spin]);
    await new Promise((resolve) => stranger.once('exit', resolve));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const deps = { clock: systemClock, signal: never };
    const sampler = startHostSampler({ host: 0, local: true, ownPids: [], periodMs: 600 }, deps);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { samples } = sampler.stop();
    child.kill();
    const [sample] = samples;
    expect(sample?.cpuOwnRatio).toBeGreaterThan(0.02);
    expect(sample?.cpuForeignRatio).toBeGreaterThan(0.02);
    const parts = (sample?.cpuOwnRatio ?? 0) + (sample?.cpuForeignRatio ?? 0);
    expect(parts).toBeCloseTo(sample?.cpuBusyRatio ?? 0, 9);
    expect(sample?.memoryAvailableBytes).toBeGreaterThan(1e6);
  });

  it('measures the idle load', async () => {
    const idle = await measureIdleLoad(500, [], { clock: systemClock, signal: never });
    expect(idle.unobserved).toBeNull();
    expect(idle.summary?.coveredMs).toBeGreaterThan(400);
    expect(idle.summary?.cpuBusyRatio).toBeLessThanOrEqual(1);
  });

  it('gives up measuring the idle load when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(measureIdleLoad(5000, [], { clock: systemClock, signal })).rejects.toThrow(
      'enough',
    );
  });
});

describe('shareOwn', () => {
  it('divides interrupts in the proportion of own to foreign time', () => {
    expect(shareOwn({ busy: 110, own: 75, shared: 10 })).toBeCloseTo(82.5);
  });

  it('gives a host without own processes nothing, and never more than was busy', () => {
    expect(shareOwn({ busy: 50, own: 0, shared: 50 })).toBe(0);
    expect(shareOwn({ busy: 50, own: 60, shared: 5 })).toBe(50);
  });
});
