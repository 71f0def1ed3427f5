import { describe, expect, it } from '@jest/globals';
import { layoutOf } from '../../../../controller/src/runtime/docker/read-cgroup.ts';

describe('where the kernel counts for a process', () => {
  it.each([
    [
      'v1, controllers mounted together or alone',
      '9:name=systemd:/docker/ab\n5:memory:/docker/ab\n1:cpu,cpuacct:/docker/ab\n0::/docker/ab\n',
      {
        cpuStat: '/cg/cpu/docker/ab/cpu.stat',
        memoryBytes: '/cg/memory/docker/ab/memory.usage_in_bytes',
        memoryLimitBytes: '/cg/memory/docker/ab/memory.limit_in_bytes',
      },
    ],
    [
      'v2',
      '0::/system.slice/docker-ab.scope\n',
      {
        cpuStat: '/cg/system.slice/docker-ab.scope/cpu.stat',
        memoryBytes: '/cg/system.slice/docker-ab.scope/memory.current',
        memoryLimitBytes: '/cg/system.slice/docker-ab.scope/memory.max',
      },
    ],
    ['nowhere', '', null],
  ])('%s', (_, groups, expected) => {
    expect(layoutOf(groups, '/cg')).toEqual(expected);
  });
});
