import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  parseCpuTicks,
  parseMemoryAvailable,
  parsePressure,
  parseProcessTicks,
  parseSwapInPages,
} from '../../../controller/src/observe/proc.ts';

const statLine = (pid: number, name: string): string =>
  `${pid} (${name}) S 7 1 1 0 -1 4194304 141 0 0 0 25 5 100 20 20 0 11 0 170647 3850240 454 18446744073709551615 1 1`;

describe('parseCpuTicks', () => {
  it('sums busy and idle time of the first line', () => {
    const text = 'cpu  4964 10 2302 219139 295 3 77 15 40 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n';
    expect(parseCpuTicks(text)).toEqual({
      total: 4964 + 10 + 2302 + 219139 + 295 + 3 + 77 + 15,
      idle: 219139 + 295,
      steal: 15,
      interrupts: 80,
      busy: 4964 + 10 + 2302 + 80,
    });
  });

  it('reads an old kernel without steal', () => {
    expect(parseCpuTicks('cpu 1 2 3 4\n')).toEqual({
      total: 10,
      idle: 4,
      steal: 0,
      interrupts: 0,
      busy: 6,
    });
  });

  it.each(['', 'cpu0 1 2 3 4\n', 'cpu one 2 3 4\n', 'cpu 1 2\n'])('refuses %j', (text) => {
    expect(parseCpuTicks(text)).toBeUndefined();
  });

  it('reads this host', () => {
    expect(parseCpuTicks(readFileSync('/proc/stat', 'utf8'))?.total).toBeGreaterThan(0);
  });
});

describe('parsePressure', () => {
  it('reads both totals', () => {
    const text =
      'some avg10=0.00 avg60=0.25 avg300=0.41 total=12733619\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n';
    expect(parsePressure(text)).toEqual({ someMicros: 12733619, fullMicros: 5 });
  });

  it('does without the full line of older kernels', () => {
    expect(parsePressure('some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n')).toEqual({
      someMicros: 1,
      fullMicros: null,
    });
  });

  it('refuses anything else', () => {
    expect(parsePressure('')).toBeUndefined();
  });
});

describe('parseMemoryAvailable and parseSwapInPages', () => {
  it('read their line and refuse a text without it', () => {
    expect(parseMemoryAvailable('MemTotal: 9 kB\nMemAvailable:   2048 kB\n')).toBe(2 * 1024 * 1024);
    expect(parseMemoryAvailable('MemTotal: 9 kB\n')).toBeUndefined();
    expect(parseSwapInPages('pgpgin 1\npswpin 42\npswpout 3\n')).toBe(42);
    expect(parseSwapInPages('pgpgin 1\n')).toBeUndefined();
  });
});

describe('parseProcessTicks', () => {
  it('reads times, parent and start', () => {
    expect(parseProcessTicks(statLine(4835, 'grep'))).toEqual({
      pid: 4835,
      name: 'grep',
      parentPid: 7,
      startTicks: 170647,
      cpuTicks: 30,
      childrenTicks: 120,
    });
  });

  it('is not misled by any name a process gives itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 15 }), (name) => {
        expect(parseProcessTicks(statLine(1, name))).toMatchObject({ name, cpuTicks: 30 });
      }),
    );
    expect(parseProcessTicks(statLine(1, ') S 1 (x'))?.parentPid).toBe(7);
  });

  it.each(['', '12', '12 (x) S', 'x (y) S 1 1 1'])('refuses %j', (text) => {
    expect(parseProcessTicks(text)).toBeUndefined();
  });

  it('reads this process', () => {
    const own = parseProcessTicks(readFileSync('/proc/self/stat', 'utf8'));
    expect(own).toMatchObject({ pid: process.pid, parentPid: process.ppid });
  });
});
