/** The probe of this machine: reads /proc, file systems and the Docker daemon. */
import { readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { fileReason } from '../../lib/file-reason.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { measureIdleLoad } from '../../observe/measure-idle-load.ts';
import { connectDocker } from '../../runtime/docker/connect-docker.ts';
import { type EndpointSource, resolveEndpoint } from '../../runtime/docker/docker-endpoint.ts';
import { watchOwnServices } from '../../runtime/docker/own-services.ts';
import { isRootless, limitsOf } from '../../runtime/docker/rootless.ts';
import type { DockerReadings, HostLoad, Probe } from './probe.ts';

export interface SystemProbeOptions extends EndpointSource {
  readonly clock: Clock;
}

export function createSystemProbe(options: SystemProbeOptions): Probe {
  return {
    nodeVersion: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    sysctl: async (name) => {
      const text = await readText(`/proc/sys/${name.replaceAll('.', '/')}`);
      const value = Number(text);
      return text === null || text.trim() === '' || Number.isNaN(value) ? null : value;
    },
    openFilesMax: async () => parseOpenFiles(await readText('/proc/self/limits')),
    load: (durationMs, { signal }) => readLoad(durationMs, options, signal),
    freeBytes: freeBytesAt,
    tryWriting,
    docker: ({ signal }) => readDocker(options, signal),
  };
}

/** Reads the soft limit from /proc/PID/limits (proc_pid_limits(5)). */
export function parseOpenFiles(limits: string | null): number | null {
  const soft = /^Max open files\s+(\S+)/m.exec(limits ?? '')?.[1];
  if (soft === undefined) return null;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}

async function readLoad(
  durationMs: number,
  { clock, ...source }: SystemProbeOptions,
  signal: AbortSignal,
): Promise<HostLoad | null> {
  await using own = await watchOwnServices(source, { clock });
  const services = own.services();
  const pids = services.map(({ pid }) => pid);
  const { summary, unavailable } = await measureIdleLoad(durationMs, pids, { clock, signal });
  if (summary === null) return null;
  return {
    services: services.map(({ name }) => name),
    cpuOwnRatio: summary.cpuOwnRatio,
    cpuForeignRatio: summary.cpuForeignRatio,
    memoryAvailableBytes: summary.memoryAvailableBytesMin,
    swapInPages: summary.swapInPages,
    unavailable,
  };
}

async function freeBytesAt(path: string): Promise<number | null> {
  let folder = path;
  // A folder that is not there yet will be made on the file system of its nearest parent.
  for (;;) {
    try {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    } catch {
      const parent = dirname(folder);
      if (parent === folder) return null;
      folder = parent;
    }
  }
}

async function tryWriting(folder: string): Promise<string | null> {
  const file = join(folder, `.doctor-${process.pid}`);
  try {
    await makeFolder(folder);
    await writeFile(file, 'ok');
    return null;
  } catch (error) {
    return fileReason(error);
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}

async function readDocker(
  { clock, ...source }: SystemProbeOptions,
  signal: AbortSignal,
): Promise<DockerReadings> {
  const endpoint = resolveEndpoint(source);
  const client = await connectDocker(endpoint, { clock, signal });
  try {
    const { info, address, engineVersion, apiVersion } = client;
    return {
      address,
      engineVersion,
      apiVersion,
      cgroupVersion: info.CgroupVersion === '2' ? 2 : info.CgroupVersion === '1' ? 1 : null,
      limits: limitsOf(info),
      rootless: isRootless(info),
      cgroupDriver: info.CgroupDriver ?? null,
      storageFolder: endpoint.kind === 'unix' ? (info.DockerRootDir ?? null) : null,
    };
  } finally {
    client.close();
  }
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}
