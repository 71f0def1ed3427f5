import { describe, expect, it } from '@jest/globals';
import {
  limitUpdate,
  originalLimit,
} from '../../../../controller/src/runtime/docker/change-limits.ts';

const MIB = 2 ** 20;
const limited = { cpus: 2, memoryBytes: 512 * MIB };
const free = { cpus: null, memoryBytes: null };

describe('limits that change while a container runs', () => {
  it('are of the kind that it was made with, and leave alone what is not named', () => {
    expect(limitUpdate({ cpus: 0.25 }, limited)).toEqual({ NanoCpus: 250_000_000 });
    expect(limitUpdate({ cpus: 0.25 }, free)).toEqual({ CpuPeriod: 100_000, CpuQuota: 25_000 });
    const memory = { Memory: 64 * MIB, MemorySwap: 64 * MIB };
    expect(limitUpdate({ memoryBytes: 64 * MIB }, limited)).toEqual(memory);
  });

  it('go back to what it was made with, or to what limits nothing', () => {
    const host = { MemTotal: 8_192 * MIB };
    const cpus = (created: typeof limited | typeof free) => originalLimit('cpus', created, host);
    const memory = (created: typeof limited | typeof free) =>
      originalLimit('memoryBytes', created, host);
    expect(cpus(limited)).toEqual({ NanoCpus: 2_000_000_000 });
    expect(memory(limited)).toEqual({ Memory: 512 * MIB, MemorySwap: 512 * MIB });
    expect(cpus(free)).toEqual({ CpuPeriod: 100_000, CpuQuota: -1 });
    expect(memory(free)).toEqual({ Memory: 8_192 * MIB, MemorySwap: 16_384 * MIB });
  });
});
