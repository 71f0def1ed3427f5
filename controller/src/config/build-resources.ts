import type { ResourceSpec } from '../model/resources.ts';
import { readyResources } from './ready-profiles.ts';
import type { RawResources } from './resources-schema.ts';

/** @param defaults what holds where neither a ready profile nor a key says anything */
export function buildResources(raw: RawResources, defaults: ResourceSpec): ResourceSpec {
  const block: Exclude<RawResources, string> = typeof raw === 'string' ? { profile: raw } : raw;
  const { profile, cpus, memory, pids } = block;
  const base = { ...defaults, ...(profile === undefined ? {} : readyResources[profile]) };
  return {
    cpus: cpus === undefined ? base.cpus : cpus,
    memoryBytes: memory === undefined ? base.memoryBytes : memory,
    pidsMax: pids ?? base.pidsMax,
  };
}
