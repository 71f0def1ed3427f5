/** Adapter: how busy this host is, second by second. */

import { readFileSync } from 'node:fs';
import { cpus, freemem, hostname, loadavg, totalmem } from 'node:os';
import type { HostNow } from '../api/live.ts';

export interface HostWatch {
  /** Over the time since it was called last. */
  look(monotonicMs: number): HostNow;
}

interface Ticks {
  readonly busy: number;
  readonly all: number;
}

export function createHostWatch(): HostWatch {
  let ticks = readTicks();
  let own = process.cpuUsage();
  let atMs: number | null = null;
  let cpuBusyRatio: number | null = null;
  let controllerCpuCores: number | null = null;
  return {
    look(monotonicMs) {
      const periodMs = atMs === null ? 0 : monotonicMs - atMs;
      // Shorter ones are mostly the granularity of the counters.
      if (atMs === null || periodMs >= 500) {
        const now = readTicks();
        const used = process.cpuUsage(own);
        cpuBusyRatio = now.all > ticks.all ? (now.busy - ticks.busy) / (now.all - ticks.all) : null;
        controllerCpuCores = periodMs > 0 ? (used.user + used.system) / 1_000 / periodMs : null;
        ticks = now;
        own = process.cpuUsage();
        atMs = monotonicMs;
      }
      return {
        hostname: hostname(),
        cores: cpus().length,
        cpuBusyRatio,
        load1: loadavg()[0] ?? 0,
        memoryBytes: totalmem(),
        memoryAvailableBytes: readAvailable(),
        controllerCpuCores,
        controllerMemoryBytes: process.memoryUsage.rss(),
      };
    },
  };
}

function readTicks(): Ticks {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.irq + times.idle;
    all += sum;
    busy += sum - times.idle;
  }
  return { busy, all };
}

/** What can be had without swapping; `freemem` leaves out what caches would give back. */
function readAvailable(): number {
  try {
    const [, kilobytes] =
      /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
    return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
  } catch {
    return freemem();
  }
}
