/**
 * How much longer the testbed takes to bring up and remove a network in Docker than the engine
 * needs for as many sleeping containers of the same image with the same limits and networks,
 * created in the plainest way at the same concurrency. Both are measured in turns in one run,
 * because timings of different runs on a shared machine cannot be compared.
 *
 * Prints the most memory of this process while it brought networks up, which it does with the
 * code of the controller. Everything carries the labels of the testbed: what a kill leaves behind
 * is removed by `testbed clean`, what an interrupt leaves by this program.
 *
 *   node scripts/bench/bring-up.ts --nodes 50 --rounds 3
 */
import { homedir } from 'node:os';
import { parseArgs } from 'node:util';
import type Docker from 'dockerode';
import {
  identifyNodes,
  joinNodes,
  leaveNetwork,
  startConsensus,
} from '../../controller/src/deploy/deploy-network.ts';
import { TestbedError } from '../../controller/src/errors/testbed-error.ts';
import { messageOf } from '../../controller/src/lib/message-of.ts';
import { mapPool } from '../../controller/src/lib/pool.ts';
import { systemClock as clock } from '../../controller/src/lib/system-clock.ts';
import {
  createCellId,
  createRepetitionId,
  createRunId,
  type RunId,
} from '../../controller/src/model/ids.ts';
import { openDocker } from '../../controller/src/runtime/docker/connect-docker.ts';
import { resolveEndpoint } from '../../controller/src/runtime/docker/docker-endpoint.ts';
import { createDockerRuntime } from '../../controller/src/runtime/docker/docker-runtime.ts';
import { labels } from '../../controller/src/runtime/docker/object-names.ts';
import { isHarmlessLeftover } from '../../controller/src/runtime/harmless-leftover.ts';
import { formatOwner, identifyOwner } from '../../controller/src/runtime/owner.ts';
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
const REMOVE_MS_MAX = 120_000;
const MEMORY_MB_MAX = 250;
const MEMORY_PERIOD_MS = 50;

interface Timing {
  /** From the first container created to all started, and to all ready; removal with networks. */
  readonly startMs: number;
  readonly readyMs: number;
  readonly removeMs: number;
}

const source = { environment: process.env, homeFolder: homedir() };
const owner = identifyOwner();
const runtime = createDockerRuntime({ ...source, owner }, { clock });
const connection = await openDocker(resolveEndpoint(source));
const interrupted = new AbortController();
// Not once: a second interrupt must not end the removal that the first began.
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => interrupted.abort(new Error(`interrupted by ${name}`)));
}
try {
  await main(connection.client());
} catch (error) {
  if (!interrupted.signal.aborted) throw error;
  process.stderr.write(`${messageOf(interrupted.signal.reason)}\n`);
  if (error !== interrupted.signal.reason) process.stderr.write(`last: ${messageOf(error)}\n`);
  process.exitCode = 130;
} finally {
  connection.close();
  await runtime.close();
}

async function main(docker: Docker): Promise<void> {
  const image = await runtime.resolveImage(values.image, { signal: AbortSignal.timeout(10_000) });
  const sleepers: Timing[] = [];
  const networks: Timing[] = [];
  let memoryBytesMax = 0;
  const look = (): void => {
    memoryBytesMax = Math.max(memoryBytesMax, process.memoryUsage.rss());
  };
  for (let round = 0; round < Number(values.rounds); round++) {
    // Whoever goes first may find the caches cold: take turns.
    const order = round % 2 === 0 ? ['sleepers', 'network'] : ['network', 'sleepers'];
    for (const kind of order) {
      interrupted.signal.throwIfAborted();
      if (kind === 'sleepers') {
        sleepers.push(await timeSleepers(docker, image.id, round));
      } else {
        const looking = setInterval(look, MEMORY_PERIOD_MS);
        networks.push(await timeNetwork(image).finally(() => clearInterval(looking)));
      }
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
  const megabytes = memoryBytesMax / 2 ** 20;
  const verdict = `${megabytes < MEMORY_MB_MAX ? '' : 'not '}under ${MEMORY_MB_MAX} MB`;
  process.stdout.write(
    `controller memory at N = ${nodeCount}: ${megabytes.toFixed(0)} MB (${verdict})\n`,
  );
}

async function timeNetwork(
  image: Awaited<ReturnType<typeof runtime.resolveImage>>,
): Promise<Timing> {
  const signal = AbortSignal.any([AbortSignal.timeout(600_000), interrupted.signal]);
  const runId = createRunId(new Date(), Math.random());
  const repetitionId = createRepetitionId(runId, createCellId(nodeCount), 0);
  const ledger = { intend: async () => undefined, removed: async () => undefined };
  const indexes = Array.from({ length: nodeCount }, (_, index) => index);
  const request = {
    runId,
    repetitionId,
    networkName: runId,
    image,
    nodes: indexes.map((index) => ({ index, host: 0, dataOffset: 10 + index, resources })),
    dataPrefix: 20,
    shaped: false,
  };
  await using network = await runtime.start(request, { signal, ledger });
  const startedMs = Date.now();
  const { clients } = network;
  const deploy = {
    runId,
    chainId: repetitionId,
    engine: defaultEngine,
    signature: 'ed25519' as const,
    readyMsMax: READY_MS_MAX,
    clients,
    resume: 'at-once' as const,
  };
  const remainingMs = (): number => READY_MS_MAX - (Date.now() - startedMs);
  const options = { clock, signal, remainingMs };
  const { identities } = await joinNodes(deploy, await identifyNodes(deploy, options), options);
  const readyMs = Date.now();
  await startConsensus(deploy, { signal });
  const stopping = performance.now();
  const closeLinks = (within: { readonly signal: AbortSignal }): Promise<boolean> =>
    leaveNetwork(clients, identities, within);
  await network.stop({ graceMs: 0, closeLinks });
  const removeMs = performance.now() - stopping;
  const beganMs = network.createdAt.getTime();
  return { startMs: startedMs - beganMs, readyMs: readyMs - beganMs, removeMs };
}

async function timeSleepers(docker: Docker, image: string, round: number): Promise<Timing> {
  const name = `bring-up-${process.pid}-${round}`;
  const runId = createRunId(new Date(), Math.random());
  const marks = { [labels.run]: runId, [labels.owner]: formatOwner(owner) };
  const plain = { docker, labels: marks };
  try {
    const data = await createPlainNetwork(plain, `${name}-data`);
    const control = await createPlainNetwork(plain, `${name}-control`);
    const indexes = Array.from({ length: nodeCount }, (_, index) => index);
    const before = performance.now();
    const created = await mapPool(indexes, parallel, async (index) => {
      interrupted.signal.throwIfAborted();
      const container = await docker.createContainer({
        name: `${name}-${index}`,
        Labels: marks,
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
      await control.connect({ Container: container.id });
      await container.start();
      return container;
    });
    const startMs = performance.now() - before;
    const stopping = performance.now();
    await mapPool(created, parallel, (container) => container.remove({ force: true, v: true }));
    for (const network of [data, control]) {
      // Plain removal, several at once, is what makes an engine before 29 lose count.
      await network.remove().catch((error: unknown) => noteLeftover(messageOf(error)));
    }
    return { startMs, readyMs: startMs, removeMs: performance.now() - stopping };
  } finally {
    await removeAllOf(runId).catch((error: unknown) => {
      if (!(error instanceof TestbedError && isHarmlessLeftover(error))) throw error;
      noteLeftover(error.message);
    });
  }
}

function noteLeftover(why: string): void {
  process.stderr.write(`sleepers: a network was not removed: ${why}\n`);
}

/** What the daemon still has of a run, after a failure or an interrupt; else nothing. */
async function removeAllOf(runId: RunId): Promise<void> {
  const signal = AbortSignal.timeout(REMOVE_MS_MAX);
  const left = (await runtime.list({ signal })).filter((object) => object.runId === runId);
  await runtime.remove(left, { signal });
}

function createPlainNetwork(
  to: { readonly docker: Docker; readonly labels: Record<string, string> },
  name: string,
): Promise<Docker.Network> {
  return to.docker.createNetwork({
    Name: name,
    Labels: to.labels,
    Driver: 'bridge',
    Internal: true,
  });
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
