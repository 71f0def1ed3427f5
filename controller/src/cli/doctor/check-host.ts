/** Checks of this machine itself: program, kernel, processors, memory, folders. */
import { formatBytes, formatNumber } from '../../lib/units.ts';
import { kernelLimits } from '../../plan/measured-costs.ts';
import { type Check, failed, passed, warned } from './check.ts';
import type { Probe } from './probe.ts';

const GiB = 1024 ** 3;
const nodeMajorMin = 24;
const loadMs = 1_000;
/** Foreign load from which a repetition becomes suspect, and invalid (statistics B14). */
const foreignSuspect = 0.1;
const foreignInvalid = 0.25;
/** A sweep to 16 nodes needs about this much. */
const memoryComfort = 4 * GiB;
const filesMin = 4096;
const freeMin = 0.2 * GiB;
const freeComfort = 2 * GiB;

export function checkNodeVersion({ nodeVersion, platform }: Probe): Check {
  const name = 'Node.js';
  const major = Number(/^v?(\d+)/.exec(nodeVersion)?.[1]);
  const text = `${nodeVersion}, ${platform}`;
  if (major >= nodeMajorMin) return passed(name, text);
  return failed(name, `${text}; ${nodeMajorMin} is needed`, 'Run: npm ci, then ./scripts/testbed');
}

export function checkSize({ cores, memoryBytes }: Probe): Check {
  const text = `${cores} cores, ${formatBytes(memoryBytes)} of memory`;
  if (memoryBytes < memoryComfort) {
    return warned('host', text, 'Keep to small networks: a node takes about 70 MiB.');
  }
  if (cores < 4) {
    return warned(
      'host',
      `${text}: above a few nodes the host, not the protocol, sets the pace`,
      'Results will say so. For claims about a protocol use more cores or less load.',
    );
  }
  return passed('host', text);
}

export async function checkLoad(probe: Probe, signal: AbortSignal): Promise<Check> {
  const name = 'other load';
  const load = await probe.load(loadMs, { signal });
  if (load === null) {
    return warned(name, 'this host does not tell', 'Make sure that nothing else runs here.');
  }
  const percent = Math.round(load.cpuForeignRatio * 100);
  const missing =
    load.unavailable.length === 0 ? '' : `; not offered: ${load.unavailable.join(', ')}`;
  const services =
    load.services.length === 0
      ? ''
      : `; our own services (${load.services.join(', ')}) and this program ${Math.round(load.cpuOwnRatio * 100)} %`;
  const text = `${percent} % of the processors${services}, ${formatBytes(load.memoryAvailableBytes)} of memory free${missing}`;
  if (load.swapInPages > 0) {
    return warned(name, `${text}; the host is swapping`, 'Close what fills the memory.');
  }
  if (load.cpuForeignRatio <= foreignSuspect) return passed(name, text);
  const verdict = load.cpuForeignRatio > foreignInvalid ? 'invalid' : 'suspect';
  return warned(name, `${text}; results would be ${verdict}`, 'Find it with: top, and end it.');
}

export async function checkNeighbours(probe: Probe): Promise<Check> {
  const name = 'neighbour table';
  const entries = await probe.sysctl('net.ipv4.neigh.default.gc_thresh3');
  const max = entries ?? kernelLimits.neighbourEntriesDefault;
  // n(n-1) entries for a full mesh of n.
  const nodes = Math.floor((1 + Math.sqrt(1 + 4 * max)) / 2);
  const text = `${formatNumber(max)} entries, enough for a full mesh of ${nodes} nodes in Docker`;
  if (max > kernelLimits.neighbourEntriesDefault) return passed(name, text);
  return warned(name, text, 'For more: sysctl -w net.ipv4.neigh.default.gc_thresh3=16384');
}

export async function checkOpenFiles(probe: Probe): Promise<Check> {
  const name = 'open files';
  const max = await probe.openFilesMax();
  if (max === null) return passed(name, 'this host does not tell');
  const text = max === Number.POSITIVE_INFINITY ? 'no limit' : `at most ${formatNumber(max)}`;
  if (max >= filesMin) return passed(name, text);
  return warned(name, text, `Raise it in this shell: ulimit -n ${filesMin}`);
}

export async function checkDataFolder(probe: Probe, dataFolder: string): Promise<Check> {
  const name = 'data folder';
  const problem = await probe.tryWriting(dataFolder);
  if (problem !== null) {
    const remedy = 'Name another one: export TESTBED_HOME=/path/you/may/write';
    return failed(name, `${dataFolder}: ${problem}`, remedy);
  }
  const free = await probe.freeBytes(dataFolder);
  if (free === null) return passed(name, dataFolder);
  const text = `${dataFolder}, ${formatBytes(free)} free`;
  if (free < freeMin) return failed(name, text, `Free some space: df -h ${dataFolder}`);
  if (free < freeComfort) return warned(name, text, `Free some space: df -h ${dataFolder}`);
  return passed(name, text);
}
