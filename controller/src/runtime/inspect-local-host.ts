/** What this machine is, read from the operating system; for nodes that run on it directly. */
import { existsSync, readFileSync } from 'node:fs';
import { cpus, hostname, release, totalmem, type } from 'node:os';
import type { HostFacts } from '../model/record.ts';

export function inspectLocalHost(): HostFacts {
  const processors = cpus();
  return {
    hostname: hostname(),
    kernel: release(),
    osName: readOsName() ?? type(),
    cpuModel: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    cgroupVersion: readCgroupVersion(),
    engineVersion: null,
    engineApiVersion: null,
    local: true,
  };
}

function readOsName(): string | null {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? null;
  } catch {
    return null;
  }
}

/** A unified hierarchy has this file at its root; version 1 has a folder per controller. */
function readCgroupVersion(): 1 | 2 | null {
  if (existsSync('/sys/fs/cgroup/cgroup.controllers')) return 2;
  return existsSync('/sys/fs/cgroup/cpu') || existsSync('/sys/fs/cgroup/memory') ? 1 : null;
}
