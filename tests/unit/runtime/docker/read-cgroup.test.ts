import { describe, expect, it } from '@jest/globals';
import { layoutOf, quotaOf } from '../../../../controller/src/runtime/docker/read-cgroup.ts';

describe('where the kernel counts for a process', () => {
  it.each([
    [
      'v1, controllers mounted together or alone',
      '9:name=systemd:/docker/ab\n5:memory:/docker/ab\n1:cpu,cpuacct:/docker/ab\n0::/docker/ab\n',
      {
        cpuStat: '/cg/cpu/docker/ab/cpu.stat',
        cpuUsage: '/cg/cpuacct/docker/ab/cpuacct.usage',
        cpuQuota: ['/cg/cpu/docker/ab/cpu.cfs_quota_us', '/cg/cpu/docker/ab/cpu.cfs_period_us'],
        memoryBytes: '/cg/memory/docker/ab/memory.usage_in_bytes',
        memoryLimitBytes: '/cg/memory/docker/ab/memory.limit_in_bytes',
      },
    ],
    [
      'v2',
      '0::/system.slice/docker-ab.scope\n',
      {
        cpuStat: '/cg/system.slice/docker-ab.scope/cpu.stat',
        cpuUsage: null,
        cpuQuota: ['/cg/system.slice/docker-ab.scope/cpu.max'],
        memoryBytes: '/cg/system.slice/docker-ab.scope/memory.current',
        memoryLimitBytes: '/cg/system.slice/docker-ab.scope/memory.max',
      },
    ],
    ['nowhere', '', null],
  ])('%s', (_, groups, expected) => {
    expect(layoutOf(groups, '/cg')).toEqual(expected);
  });
});

describe('the quota that the kernel has', () => {
  it.each([
    ['v2', ['20000 100000\n'], 0.2],
    ['v2 without', ['max 100000\n'], Number.POSITIVE_INFINITY],
    ['v1', ['150000\n', '100000\n'], 1.5],
    ['v1 without', ['-1\n', '100000\n'], Number.POSITIVE_INFINITY],
    ['unreadable', [null, null], null],
  ])('of %s', (_, texts, cores) => {
    expect(quotaOf(texts)).toBe(cores);
  });
});
