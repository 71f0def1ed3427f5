import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { edgesOf } from '../../controller/src/plan/topology/create-graph.ts';
import { defaultEngine, formNetwork, residentBytes, startLocalNetwork } from './local-network.ts';

/**
 * How long a network of processes takes to come up, and what a node of it takes: many nodes in a
 * sparse mesh, against fewer of which everybody is linked to everybody. From the first spawn to the
 * last node ready, and the processor time of the nodes in it, which other programs on the machine
 * change less; memory after some seconds of consensus without load.
 *
 *   node scripts/bench/many-nodes.ts --mesh 100 --degree 8 --full 50
 */
const { values } = parseArgs({
  options: {
    mesh: { type: 'string', default: '100' },
    degree: { type: 'string', default: '8' },
    full: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '10' },
  },
});
const limitMB = 100;

const mesh = await measure(Number(values.mesh), Number(values.degree));
const full = await measure(Number(values.full), null);
process.stdout.write(
  `mesh of ${values.mesh} against full mesh of ${values.full}: ${(mesh.readyMs / full.readyMs).toFixed(2)} of its time (below 1)\n` +
    `node in a mesh of degree ${values.degree}: at most ${mesh.megabytes.toFixed(0)} MB (under ${limitMB} MB)\n`,
);

/** @param degree null: everybody to everybody */
async function measure(
  nodeCount: number,
  degree: number | null,
): Promise<{ readonly readyMs: number; readonly megabytes: number }> {
  const edges = degree === null ? null : edgesOf({ kind: 'mesh', degree }, nodeCount);
  const begun = performance.now();
  await using network = await startLocalNetwork({ nodeCount });
  const spawnedMs = performance.now() - begun;
  await formNetwork(network.nodes, defaultEngine, `bench-${process.pid}`, { edges });
  const readyMs = performance.now() - begun;
  const cpuSeconds = network.nodes.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0);
  await sleep(Number(values.seconds) * 1_000);
  const sizes = network.nodes.map(({ pid }) => residentBytes(pid) / 1e6).sort((a, b) => a - b);
  const [median = 0, megabytes = 0] = [sizes[sizes.length >> 1], sizes.at(-1)];
  const links = edges?.length ?? (nodeCount * (nodeCount - 1)) / 2;
  process.stdout.write(
    `${nodeCount} nodes, ${links} links: control ports after ${(spawnedMs / 1_000).toFixed(1)} s, ` +
      `ready after ${(readyMs / 1_000).toFixed(1)} s with ${cpuSeconds.toFixed(1)} s of CPU, RSS median ${median.toFixed(0)} MB, largest ${megabytes.toFixed(0)} MB\n`,
  );
  return { readyMs, megabytes };
}

/** User and system time of a process, from the kernel, whose ticks are hundredths of a second. */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (user + system) / 100;
}
