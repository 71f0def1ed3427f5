/** Checks of what the testbed works with: Docker, the node image, the database, old runs. */

import { TestbedError } from '../../errors/testbed-error.ts';
import { formatBytes } from '../../lib/units.ts';
import { runtimeTraits } from '../../model/runtime-traits.ts';
import type { RuntimeKind } from '../../model/scenario.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Wiring } from '../ports.ts';
import { type Check, failed, passed, warned } from './check.ts';
import type { DockerReadings, Probe } from './probe.ts';

const GiB = 1024 ** 3;
const storageMin = 0.5 * GiB;
const storageComfort = 3 * GiB;
const defaultImage = 'prsm-testbed-node';
const processWay = 'Or measure without Docker: --runtime process';

/** @returns several checks if Docker answers, one if not */
export async function checkDocker(
  probe: Probe,
  signal: AbortSignal,
): Promise<{ readonly checks: readonly Check[]; readonly answers: boolean }> {
  let readings: DockerReadings;
  try {
    readings = await probe.docker({ signal });
  } catch (error) {
    const check = fromError('Docker', error, processWay);
    return { checks: [check], answers: false };
  }
  const { address, engineVersion, apiVersion, rootless } = readings;
  const mode = rootless ? ', rootless: control ports are published on 127.0.0.1' : '';
  return {
    checks: [
      passed('Docker', `Engine ${engineVersion}, API ${apiVersion}, ${address}${mode}`),
      checkLimits(readings),
      await checkStorage(readings, probe),
    ],
    answers: true,
  };
}

function checkLimits(readings: DockerReadings): Check {
  const { cgroupVersion, limits } = readings;
  const name = 'limits';
  const version = cgroupVersion === null ? 'unknown version' : `version ${cgroupVersion}`;
  const missing = Object.entries(limits).flatMap(([kind, works]) => (works ? [] : [kind]));
  if (missing.length === 0) return passed(name, `cgroups ${version}: cpu, memory, pids`);
  if (readings.rootless) {
    const text = `cgroups ${version}; rootless Docker may not limit ${missing.join(', ')}: `;
    return warned(name, text + lackOf(readings, missing), delegationHint(readings, missing));
  }
  return warned(
    name,
    `cgroups ${version}; the kernel cannot limit ${missing.join(', ')}`,
    'Nodes run without these limits, and every result says so.',
  );
}

const withoutLimits = 'Until then nodes run without these limits, and every result says so.';

function lackOf({ cgroupVersion, cgroupDriver }: DockerReadings, missing: string[]): string {
  if (cgroupVersion === 1) return 'without root, cgroups version 1 limit nothing';
  if (cgroupDriver === 'none') return 'its cgroup driver is none, because no systemd started it';
  return `the controllers ${missing.join(', ')} are not delegated to its user`;
}

/** What systemd delegates to users by itself is memory and pids (systemd.resource-control(5)). */
function delegationHint(
  { cgroupVersion, cgroupDriver }: DockerReadings,
  missing: string[],
): string {
  if (cgroupVersion === 1) {
    return `Boot with systemd.unified_cgroup_hierarchy=1, or use a Docker that runs as root. ${withoutLimits}`;
  }
  const delegate =
    'sudo mkdir -p /etc/systemd/system/user@.service.d && ' +
    `printf '[Service]\\nDelegate=cpu cpuset io memory pids\\n' | sudo tee /etc/systemd/system/user@.service.d/delegate.conf && sudo systemctl daemon-reload`;
  const start =
    cgroupDriver === 'none' ? 'Start it as a service: systemctl --user enable --now docker. ' : '';
  return `${start}Delegate ${missing.join(', ')}: ${delegate}; then log in again and restart Docker. ${withoutLimits}`;
}

async function checkStorage({ storageFolder }: DockerReadings, probe: Probe): Promise<Check> {
  const name = 'Docker storage';
  const free = storageFolder === null ? null : await probe.freeBytes(storageFolder);
  if (free === null) return passed(name, 'on another machine, or not visible from here');
  const text = `${formatBytes(free)} free in ${storageFolder}`;
  if (free < storageMin) return failed(name, text, 'Free some: docker system df');
  if (free < storageComfort) return warned(name, text, 'Free some: docker system df');
  return passed(name, text);
}

export async function checkImage(runtime: Runtime, signal: AbortSignal): Promise<Check> {
  const name = runtimeTraits[runtime.kind].usesContainers ? 'node image' : 'node program';
  try {
    const image = await runtime.resolveImage(defaultImage, { signal });
    return passed(name, `${image.name}, ${image.id.slice(0, 19)}`);
  } catch (error) {
    return fromError(name, error);
  }
}

/** Whether the kernel can shape; without it the nodes do it themselves, which is worth knowing. */
export async function checkShaper(runtime: Runtime, signal: AbortSignal): Promise<Check> {
  const name = 'network shaper';
  try {
    const support = await runtime.probeNetem({ signal });
    if (support.kind === 'works') {
      const { toDuplicate } = support;
      if (toDuplicate === undefined) {
        return passed(name, 'netem: a real qdisc was set up and removed');
      }
      const without = `netem works, but not \`duplicate\`: this host lacks ${toDuplicate.missing.join(', ')}`;
      return warned(name, without, toDuplicate.hint);
    }
    const text = `no netem, nodes shape by themselves (userspace): this host lacks ${support.missing.join(', ')}`;
    return warned(name, text, support.hint);
  } catch (error) {
    return fromError(name, error);
  }
}

export async function checkDatabase(wiring: Wiring, signal: AbortSignal): Promise<Check> {
  const name = 'database';
  try {
    const { store } = await wiring.openStore({ signal, onWarning: () => {} });
    try {
      // Opening forgives a database that is away; reading does not.
      await store.listRuns(1);
      const waiting = store.pending();
      const text = waiting === 0 ? '' : `; ${waiting} records of earlier runs wait to be written`;
      return passed(name, `${store.location}${text}`);
    } finally {
      await store.close();
    }
  } catch (error) {
    return fromError(name, error);
  }
}

export async function checkLeftovers(
  wiring: Wiring,
  runtimes: readonly RuntimeKind[],
  signal: AbortSignal,
): Promise<Check> {
  const name = 'leftovers';
  try {
    const found = await wiring.clean({
      runtimes,
      runId: null,
      force: false,
      dryRun: true,
      signal,
    });
    if (found.removed.length === 0) return passed(name, 'none');
    const runs = new Set(found.removed.map(({ runId }) => runId)).size;
    const text = `${found.removed.length} ${found.removed.length === 1 ? 'object' : 'objects'} of ${runs === 1 ? 'a dead run' : `${runs} dead runs`}`;
    return warned(name, text, 'Remove them with: testbed clean');
  } catch (error) {
    return fromError(name, error);
  }
}

/** An expected failure becomes a failed check with its own hint; a bug stays a bug. */
function fromError(name: string, error: unknown, alternative?: string): Check {
  if (!(error instanceof TestbedError) || error.code === 'INTERRUPTED') throw error;
  const remedies = [error.hint, alternative].filter((text) => text !== undefined);
  return failed(name, error.message, remedies.join('\n'));
}
