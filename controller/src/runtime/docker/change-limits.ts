/** Limits in the words of the daemon. Pure. */
import type { NodeResources } from '../../model/plan.ts';
import type { NodeLimits } from '../runtime.ts';
import type { LimitUpdate } from './docker-client.ts';
import type { DockerInfo } from './docker-replies.ts';

type Created = Pick<NodeResources, 'cpus' | 'memoryBytes'>;

const PERIOD_MICROS = 100_000;

/**
 * A container that was made with a number of cores takes no quota, and one without can be freed by
 * a quota alone: Docker knows no update that takes a number of cores away.
 * @param created what the container was made with
 */
export function limitUpdate({ cpus, memoryBytes }: NodeLimits, created: Created): LimitUpdate {
  return {
    ...(cpus === undefined ? {} : cpuUpdate(cpus, created)),
    // No swap, as at first: a limit is a limit.
    ...(memoryBytes === undefined ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
  };
}

/** Memory without a limit gets more than the host has, since no update takes a limit away. */
export function originalLimit(
  what: keyof NodeLimits,
  created: Created,
  info: Pick<DockerInfo, 'MemTotal'>,
): LimitUpdate {
  const { cpus, memoryBytes } = created;
  if (what === 'cpus') {
    return cpus === null ? { CpuPeriod: PERIOD_MICROS, CpuQuota: -1 } : cpuUpdate(cpus, created);
  }
  return memoryBytes === null
    ? { Memory: info.MemTotal, MemorySwap: 2 * info.MemTotal }
    : { Memory: memoryBytes, MemorySwap: memoryBytes };
}

function cpuUpdate(cpus: number, created: Created): LimitUpdate {
  if (created.cpus !== null) return { NanoCpus: Math.round(cpus * 1e9) };
  return { CpuPeriod: PERIOD_MICROS, CpuQuota: Math.round(cpus * PERIOD_MICROS) };
}
