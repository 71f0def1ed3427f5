import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createCgroupReader,
  ownsContainer,
} from '../../../../../node-image/src/shell/metrics/cgroup.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'testbed-cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

describe('cgroup reader', () => {
  it('reads version 2', () => {
    write({
      'cgroup.controllers': 'cpu memory\n',
      'cpu.stat':
        'usage_usec 2500000\nuser_usec 1\nnr_periods 40\nnr_throttled 7\nthrottled_usec 125000\n',
      'memory.current': '10000000\n',
      'memory.stat': 'anon 5\ninactive_file 4000000\n',
      'memory.max': '268435456\n',
    });
    expect(createCgroupReader(root)()).toEqual({
      cpuSeconds: 2.5,
      periods: 40,
      throttledPeriods: 7,
      throttledSeconds: 0.125,
      workingSetBytes: 6_000_000,
      limitBytes: 268_435_456,
    });
  });

  it('reads version 1, whose times are in nanoseconds', () => {
    write({
      'cpuacct/cpuacct.usage': '1627751430\n',
      'cpu/cpu.stat': 'nr_periods 22\nnr_throttled 21\nthrottled_time 1627751430\n',
      'memory/memory.usage_in_bytes': '9000\n',
      'memory/memory.stat': 'inactive_file 1\ntotal_inactive_file 4000\n',
      'memory/memory.limit_in_bytes': '9223372036854771712\n',
    });
    expect(createCgroupReader(root)()).toEqual({
      cpuSeconds: expect.closeTo(1.62775143, 8),
      periods: 22,
      throttledPeriods: 21,
      throttledSeconds: expect.closeTo(1.62775143, 8),
      workingSetBytes: 5_000,
      limitBytes: null,
    });
  });

  it('has no limit where version 2 says max, and no figure where there is no file', () => {
    write({ 'cgroup.controllers': '', 'memory.max': 'max\n' });
    expect(createCgroupReader(root)()).toEqual({
      cpuSeconds: null,
      periods: null,
      throttledPeriods: null,
      throttledSeconds: null,
      workingSetBytes: null,
      limitBytes: null,
    });
  });
});

describe('container of its own', () => {
  it('belongs to the first process of a container and not to others', () => {
    expect(ownsContainer({ pid: 1, ppid: 0 })).toBe(true);
    expect(ownsContainer({ pid: 4_711, ppid: 4_700 })).toBe(false);
  });
});
