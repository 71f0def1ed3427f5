/** Docker without root: what it says of itself, and which limits its user has not been given. Pure. */
import type { DockerInfo } from './docker-replies.ts';

export type LimitKind = 'cpu' | 'memory' | 'pids';

/** Its bridges are in a network namespace of its own, to which this host has no route. */
export function isRootless({ SecurityOptions }: Pick<DockerInfo, 'SecurityOptions'>): boolean {
  return (SecurityOptions ?? []).some((option) => option.split(',').includes('name=rootless'));
}

/** Which limits work; a daemon that does not say is one that can: only `false` is a refusal. */
export function limitsOf(info: DockerInfo): Readonly<Record<LimitKind, boolean>> {
  const hasCgroups = info.CgroupDriver !== 'none';
  return {
    cpu: hasCgroups && info.CpuCfsQuota !== false,
    memory: hasCgroups && info.MemoryLimit !== false,
    pids: hasCgroups && info.PidsLimit !== false,
  };
}
