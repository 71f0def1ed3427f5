/**
 * How much longer the testbed takes to bring up and remove a network in Docker than the engine
 * needs for as many sleeping containers of the same image with the same limits and networks,
 * created in the plainest way at the same concurrency. Both are measured in turns in one run,
 * because timings of different runs on a shared machine cannot be compared.
 *
 *   node scripts/bench/bring-up.ts --nodes 50 --rounds 3
 */
import { homedir } from 'node:os';
import { parseArgs } from 'node:util';
import type Docker from 'dockerode';
import { createControlAgent, createNodeClient } from '../../controller/src/control/node-client.ts';
import { deployNetwork } from '../../controller/src/deploy/deploy-network.ts';
import { mapPool } from '../../controller/src/lib/pool.ts';
import { systemClock as clock } from '../../controller/src/lib/system-clock.ts';
import { createCellId, createRepetitionId, createRunId } from '../../controller/src/model/ids.ts';
import { openDocker } from '../../controller/src/runtime/docker/connect-docker.ts';
import { resolveEndpoint } from '../../controller/src/runtime/docker/docker-endpoint.ts';
import { createDockerRuntime } from '../../controller/src/runtime/docker/docker-runtime.ts';
import { identifyOwner } from '../../controller/src/runtime/owner.ts';
import { defaultEngine } from './local-network.ts';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '3' },
    parallel: { type: 'string', default: '8' },
    cpus: { type: 'string', default: '1' },
    'memory-mib': { type: 'string', default: '256' },
    image: { type: 'string', default: 'prsm-testbed-node:latest' },
  },
});
const nodeCount = Number(values.nodes);
const parallel = Number(values.parallel);
const resources = {
  cpus: Number(values.cpus),
  memoryBytes: Number(values['memory-mib']) * 2 ** 20,
  pidsMax: 128,
};
const READY_MS_MAX = 180_000;

interface Timing {
  /** From the first container created to all started, and to all ready; removal with networks. */
  readonly startMs: number;
  readonly readyMs: number;
  readonly removeMs: number;
}

const source = { environment: process.env, homeFolder: homedir() };
const runtime = createDockerRuntime({ ...source, owner: identifyOwner() }, { clock });
const connection = await openDocker(resolveEndpoint(source));
try {
  await main(connection.client());
} finally {
  connection.close();
  await runtime.close();
}

async function main(docker: Docker): Promise<void> {
  const image = await runtime.resolveImage(values.image, { signal: AbortSignal.timeout(10_000) });
  const sleepers: Timing[] = [];
  const networks: Timing[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    // Whoever goes first may find the caches cold: take turns.
    const order = round % 2 === 0 ? ['sleepers', 'network'] : ['network', 'sleepers'];
    for (const kind of order) {
      if (kind === 'sleepers') sleepers.push(await timeSleepers(docker, image.id, round));
      else networks.push(await timeNetwork(image));
      print(kind, kind === 'sleepers' ? sleepers.at(-1) : networks.at(-1));
    }
  }
  const ratio = (ours: keyof Timing, theirs: keyof Timing): string =>
    (
      median(networks.map((timing) => timing[ours])) /
      median(sleepers.map((timing) => timing[theirs]))
    ).toFixed(2);
  process.stdout.write(`start ratio (all started)  ${ratio('startMs', 'startMs')}\n`);
  process.stdout.write(`start ratio (all ready)    ${ratio('readyMs', 'startMs')}  target 1.4\n`);
  process.stdout.write(`removal ratio              ${ratio('removeMs', 'removeMs')}  target 1.3\n`);
}

async function timeNetwork(
  image: Awaited<ReturnType<typeof runtime.resolveImage>>,
): Promise<Timing> {
  const signal = AbortSignal.timeout(600_000);
  const runId = createRunId(new Date(), Math.random());
  const repetitionId = createRepetitionId(runId, createCellId(nodeCount), 0);
  const ledger = { intend: async () => undefined, removed: async () => undefined };
  const request = { runId, repetitionId, networkName: runId, image, nodeCount, resources };
  await using network = await runtime.start(request, { signal, ledger });
  const startedMs = Date.now();
  const agent = createControlAgent();
  const clients = network.nodes.map((node) => createNodeClient(node, agent));
  await deployNetwork(
    { runId, chainId: repetitionId, engine: defaultEngine, readyMsMax: READY_MS_MAX, clients },
    { clock, signal },
  );
  const readyMs = Date.now();
  agent.destroy();
  const stopping = performance.now();
  await network.stop({ graceMs: 0 });
  const beganMs = network.createdAt.getTime();
  return {
    startMs: startedMs - beganMs,
    readyMs: readyMs - beganMs,
    removeMs: performance.now() - stopping,
  };
}

async function timeSleepers(docker: Docker, image: string, round: number): Promise<Timing> {
  const name = `bring-up-${process.pid}-${round}`;
  const data = await createPlainNetwork(docker, `${name}-data`, `10.213.${4 * round}.0/22`);
  const control = await createPlainNetwork(docker, `${name}-control`, `10.214.${4 * round}.0/22`);
  const created: Docker.Container[] = [];
  try {
    const indexes = Array.from({ length: nodeCount }, (_, index) => index);
    const before = performance.now();
    await mapPool(indexes, parallel, async (index) => {
      const container = await docker.createContainer({
        name: `${name}-${index}`,
        Image: image,
        Entrypoint: ['sleep', '3600'],
        Volumes: { '/state': {} },
        HostConfig: {
          NetworkMode: `${name}-data`,
          NanoCpus: resources.cpus * 1e9,
          Memory: resources.memoryBytes,
          MemorySwap: resources.memoryBytes,
          PidsLimit: resources.pidsMax,
          ReadonlyRootfs: true,
          CapDrop: ['ALL'],
        },
      });
      created.push(container);
      await control.connect({ Container: container.id });
      await container.start();
    });
    const startMs = performance.now() - before;
    const stopping = performance.now();
    await mapPool(created, parallel, (container) => container.remove({ force: true, v: true }));
    created.length = 0;
    for (const network of [data, control]) await network.remove().catch(tellMiscount);
    return { startMs, readyMs: startMs, removeMs: performance.now() - stopping };
  } finally {
    await Promise.allSettled(
      created.map((container) => container.remove({ force: true, v: true })),
    );
    await Promise.allSettled([data.remove(), control.remove()]);
  }
}

function createPlainNetwork(docker: Docker, name: string, subnet: string): Promise<Docker.Network> {
  return docker.createNetwork({
    Name: name,
    Driver: 'bridge',
    Internal: true,
    IPAM: { Config: [{ Subnet: subnet }] },
  });
}

/** Removal in parallel makes Docker lose count of endpoints: see docker/removal-pace.ts. */
function tellMiscount(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  process.stdout.write(`a plain network was not removed: ${text.trim()}\n`);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
}

function print(kind: string, timing: Timing | undefined): void {
  if (timing === undefined) return;
  const columns = [timing.startMs, timing.readyMs, timing.removeMs].map((ms) =>
    `${(ms / 1000).toFixed(2)} s`.padStart(10),
  );
  process.stdout.write(`${kind.padEnd(9)} started, ready, removed: ${columns.join('')}\n`);
}
