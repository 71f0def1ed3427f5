import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type Docker from 'dockerode';
import type { NodeClient } from '../../../controller/src/control/node-client.ts';
import { systemClock as clock } from '../../../controller/src/lib/system-clock.ts';
import { createRunId } from '../../../controller/src/model/ids.ts';
import type {
  Disturbance,
  OwnedObject,
  RunningNetwork,
} from '../../../controller/src/runtime/runtime.ts';
import {
  buildVariant,
  dockerRuntime,
  never,
  nodeImage,
  noLedger,
  objectsOf,
  openDaemon,
  startNodes,
} from './docker-harness.ts';

/** A loaded host is slow; what is tested is what happens, not how fast. */
jest.setTimeout(120_000);

const runtime = dockerRuntime();
let docker: Docker;
let closeDocker: () => void;
const stopAtEnd: RunningNetwork[] = [];
const removeAtEnd: { remove(options?: object): Promise<unknown> }[] = [];

beforeAll(async () => {
  ({ docker, close: closeDocker } = await openDaemon());
});
afterEach(async () => {
  await Promise.all(stopAtEnd.splice(0).map((network) => network.stop({ graceMs: 0 })));
  for (const thing of removeAtEnd.splice(0)) await thing.remove({ force: true });
});
afterAll(async () => {
  await runtime.close();
  closeDocker();
});

async function start(settings: Parameters<typeof startNodes>[1] = {}): Promise<RunningNetwork> {
  const network = await startNodes(runtime, settings);
  stopAtEnd.push(network);
  return network;
}

interface Answered {
  readonly nodeIndex: number;
  readonly address: string;
  readonly publicKeyHex: string;
}

async function awaitIdentity(network: RunningNetwork, nodeIndex: number): Promise<Answered> {
  const deadline = AbortSignal.timeout(20_000);
  for (;;) {
    try {
      const call = { signal: deadline, timeoutMs: 5_000 };
      const identity = await clientOf(network, nodeIndex).identity(call);
      return { ...identity, address: identity.dataAddress };
    } catch {
      await clock.sleep(50, { signal: deadline });
    }
  }
}

function clientOf(network: RunningNetwork, nodeIndex: number): NodeClient {
  const client = network.clients[nodeIndex];
  if (client === undefined) throw new RangeError(`no node ${nodeIndex}`);
  return client;
}

describe('a network of containers', () => {
  it('answers on the control network, each node as itself, and is gone after stop', async () => {
    const runId = createRunId(new Date(), Math.random());
    const intended: OwnedObject[] = [];
    const removed: OwnedObject[] = [];
    const ledger = {
      intend: async (objects: readonly OwnedObject[]) => void intended.push(...objects),
      removed: async (objects: readonly OwnedObject[]) => void removed.push(...objects),
    };
    const network = await start({ runId, options: { ledger } });
    const identities = await Promise.all(
      network.nodes.map(({ nodeIndex }) => awaitIdentity(network, nodeIndex)),
    );
    expect(identities.map(({ nodeIndex }) => nodeIndex)).toEqual([0, 1, 2, 3]);
    expect(new Set(identities.map(({ address }) => address)).size).toBe(4);
    expect((await objectsOf(docker, runId)).sort()).toEqual(
      intended.map(({ name }) => name).sort(),
    );
    expect(await network.exits({ signal: never })).toEqual([null, null, null, null]);
    expect(await network.logs(1, 5)).toContain('"node":1');
    await network.stop({ graceMs: 2_000 });
    expect(await objectsOf(docker, runId)).toEqual([]);
    expect(removed).toEqual(intended);
  });

  it('has no rights, no writable files but its state, and no way out', async () => {
    const network = await start({ nodeCount: 1 });
    const status = readFileSync(`/proc/${network.nodes[0]?.pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t1000\t1000/m);
    expect(status).toMatch(/^CapEff:\t0{16}$/m);
    expect(status).toMatch(/^CapBnd:\t0{16}$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    const { HostConfig: host } = await docker.getContainer(network.nodes[0]?.name ?? '').inspect();
    expect(host.ReadonlyRootfs).toBe(true);
    expect(host.PidsLimit).toBe(128);
    expect(host.NanoCpus).toBe(5e8);
    expect([host.Memory, host.MemorySwap]).toEqual([2 ** 28, 2 ** 28]);
    const networks = await docker.listNetworks({
      filters: {
        label: [`testbed.network=${network.nodes[0]?.name.replace(/^testbed-|-node0$/g, '')}`],
      },
    });
    expect(networks.map(({ Internal }) => Internal)).toEqual([true, true]);
  });

  it('keeps state and addresses over a restart, and loses the volume with the container', async () => {
    const network = await start({ nodeCount: 1 });
    const container = docker.getContainer(network.nodes[0]?.name ?? '');
    const before = await container.inspect();
    const state = `/proc/${before.State.Pid}/root/state`;
    expect(statSync(state).uid).toBe(1000);
    writeFileSync(`${state}/kept`, 'yes');
    await container.restart({ t: 1 });
    const after = await container.inspect();
    expect(readFileSync(`/proc/${after.State.Pid}/root/state/kept`, 'utf8')).toBe('yes');
    const addresses = ({ NetworkSettings }: typeof before): string[] =>
      Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
    expect(addresses(after)).toEqual(addresses(before));
    const volume = after.Mounts.find(({ Destination }) => Destination === '/state')?.Name ?? '';
    await network.stop({ graceMs: 0 });
    await expect(docker.getVolume(volume).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  it('is reached through published ports when that is asked for', async () => {
    const published = dockerRuntime({ publicHost: '127.0.0.1' });
    try {
      const network = await startNodes(published, { nodeCount: 2 });
      stopAtEnd.push(network);
      const before = network.clients.map(({ address }) => address);
      for (const { nodeIndex } of network.nodes) {
        expect(before[nodeIndex]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
        expect((await awaitIdentity(network, nodeIndex)).nodeIndex).toBe(nodeIndex);
      }
      // Docker publishes another port with every start, whoever starts it.
      await network.processes.restart(0, { signal: never });
      await docker.getContainer(network.nodes[1]?.name ?? '').restart({ t: 0 });
      await network.exits({ signal: never });
      for (const { nodeIndex } of network.nodes) {
        expect((await awaitIdentity(network, nodeIndex)).nodeIndex).toBe(nodeIndex);
        expect(network.clients[nodeIndex]?.address).not.toBe(before[nodeIndex]);
        const page = await network.clients[nodeIndex]?.metrics({ signal: never });
        expect(page).toContain('consensus_committed_height');
      }
      await network.stop({ graceMs: 0 });
    } finally {
      await published.close();
    }
  });
});

describe('a node that is held, squeezed, killed and started on purpose', () => {
  const options = { signal: never };

  it('stands still without having ended, and is killed and removed all the same', async () => {
    const runId = createRunId(new Date(), Math.random());
    const network = await start({ runId, nodeCount: 3 });
    const { processes } = network;
    const state = async (): Promise<string> => (await processes.sighting(0, options)).state;
    await awaitIdentity(network, 0);
    await processes.pause(0, options);
    await processes.pause(0, options);
    expect([await state(), (await network.exits(options))[0]]).toEqual(['paused', null]);
    const call = { signal: never, timeoutMs: 300 };
    await expect(clientOf(network, 0).identity(call)).rejects.toThrow('no reply in 300 ms');
    await processes.resume(0, options);
    expect(await state()).toBe('running');
    await awaitIdentity(network, 0);
    await processes.pause(0, options);
    await processes.kill(0, options);
    await processes.kill(0, options);
    expect([await state(), (await network.exits(options))[0]?.code]).toEqual(['gone', 137]);
    await expect(processes.pause(0, options)).rejects.toMatchObject({ code: 'NODE_EVENT_FAILED' });
    await processes.pause(1, options);
    await processes.pause(2, options);
    await network.stop({ graceMs: 1_000 });
    expect(await objectsOf(docker, runId)).toEqual([]);
  });

  it.each([
    ['limited', { cpus: 0.5, memoryBytes: 2 ** 28 }],
    ['unlimited', { cpus: null, memoryBytes: null }],
  ])('gets other limits while it runs, and those back that it had: %s', async (_, resources) => {
    const network = await start({ nodeCount: 1, resources });
    const { processes } = network;
    await awaitIdentity(network, 0);
    const before = await processes.sighting(0, options);
    expect(before.cpus).toBe(resources.cpus);
    await processes.limit(0, { cpus: 0.02 }, options);
    // Work that takes more than its share: Docker's and the kernel's word for it.
    const deadline = AbortSignal.timeout(30_000);
    let seen = await processes.sighting(0, options);
    while ((seen.cpuPeriodsThrottled ?? 0) <= (before.cpuPeriodsThrottled ?? 0)) {
      await awaitIdentity(network, 0);
      seen = await processes.sighting(0, options);
      deadline.throwIfAborted();
    }
    expect(seen.cpus).toBe(0.02);
    await processes.limit(0, { memoryBytes: 2 ** 27 }, options);
    expect((await processes.sighting(0, options)).memoryLimitBytes).toBe(2 ** 27);
    await processes.restoreLimits(0, 'cpus', options);
    expect((await processes.sighting(0, options)).memoryLimitBytes).toBe(2 ** 27);
    await processes.restoreLimits(0, 'memoryBytes', options);
    const after = await processes.sighting(0, options);
    expect([after.cpus, after.memoryLimitBytes]).toEqual([before.cpus, before.memoryLimitBytes]);
  });

  it('is started again with what it had, or with its key alone, and tells both of its lives', async () => {
    const network = await start({ nodeCount: 1 });
    const { processes } = network;
    const name = network.nodes[0]?.name ?? '';
    const told: Disturbance[] = [];
    network.onDisturbance?.((event) => told.push(event));
    const key = async (): Promise<string> => (await awaitIdentity(network, 0)).publicKeyHex;
    const { address } = await awaitIdentity(network, 0);
    const before = await key();
    const mark = async (): Promise<string> => {
      const { State } = await docker.getContainer(name).inspect();
      return `/proc/${State.Pid}/root/state/kept`;
    };
    writeFileSync(await mark(), 'yes');
    await processes.kill(0, options);
    await processes.start(0, { ...options, state: 'kept' });
    expect((await awaitIdentity(network, 0)).address).toBe(address);
    expect([await key(), existsSync(await mark())]).toEqual([before, true]);
    await processes.kill(0, options);
    await processes.start(0, { ...options, state: 'empty' });
    expect((await awaitIdentity(network, 0)).address).toBe(address);
    expect([await key(), existsSync(await mark())]).toEqual([before, false]);
    expect(network.nodes[0]?.pid).toBe((await processes.sighting(0, options)).pid);
    expect(await network.exits(options)).toEqual([null]);
    expect((await network.logs(0, 100)).match(/"msg":"open"|"open"/g)?.length).toBeGreaterThan(1);
    const deadline = AbortSignal.timeout(10_000);
    while (told.length < 2) await clock.sleep(50, { signal: deadline });
    expect(told.map(({ kind }) => kind)).toEqual(['restarted', 'restarted']);
  });
});

describe('a node that dies', () => {
  const image = 'prsm-testbed-e2e-memory:latest';
  beforeAll(async () => {
    const script = 'const held = []; setInterval(() => held.push(Buffer.alloc(8 << 20, 1)), 10)';
    await buildVariant(docker, image, script);
  });
  afterAll(async () => {
    await docker.getImage(image).remove({ force: true });
  });

  it('of memory is reported so', async () => {
    const network = await start({
      nodeCount: 1,
      image,
      resources: { memoryBytes: 64 * 2 ** 20, cpus: null },
    });
    const deadline = AbortSignal.timeout(30_000);
    let [exit] = await network.exits({ signal: never });
    while (exit === null || exit?.oomKilled === false) {
      await clock.sleep(50, { signal: deadline });
      [exit] = await network.exits({ signal: never });
    }
    expect(exit).toEqual({ code: 137, oomKilled: true });
  });

  it('by a signal is not mistaken for one that died of memory', async () => {
    const network = await start({ nodeCount: 2 });
    await docker.getContainer(network.nodes[1]?.name ?? '').kill();
    // Engine 26 lists it as running for a moment after it has said that it was killed.
    const deadline = AbortSignal.timeout(10_000);
    let exits = await network.exits({ signal: never });
    while (exits[1] === null) {
      await clock.sleep(50, { signal: deadline });
      exits = await network.exits({ signal: never });
    }
    expect(exits).toEqual([null, { code: 137, oomKilled: false }]);
  });
});

describe('a start that fails', () => {
  it('half-way leaves nothing of its own, and everything of others', async () => {
    const runId = createRunId(new Date(), Math.random());
    const networkName = `${runId}-r0`;
    // Somebody else's container has the name that node 2 was to have.
    const foreign = await docker.createContainer({
      name: `testbed-${networkName}-node2`,
      Image: nodeImage,
    });
    removeAtEnd.push(foreign);
    const foreignNetwork = await docker.createNetwork({ Name: `foreign-${runId}` });
    removeAtEnd.push(foreignNetwork);
    const starting = startNodes(runtime, { runId, networkName });
    await expect(starting).rejects.toMatchObject({
      code: 'NODE_START_FAILED',
      message: expect.stringContaining('already in use'),
    });
    expect(await objectsOf(docker, runId)).toEqual([]);
    await expect(foreign.inspect()).resolves.toBeDefined();
    await expect(foreignNetwork.inspect()).resolves.toBeDefined();
  });

  it('because it was called off leaves nothing', async () => {
    const runId = createRunId(new Date(), Math.random());
    const abort = new AbortController();
    const options = {
      signal: abort.signal,
      ledger: noLedger,
      onNodeStarted: (started: number) => {
        if (started === 2) abort.abort(new Error('called off'));
      },
    };
    const starting = startNodes(runtime, { runId, nodeCount: 12, options });
    await expect(starting).rejects.toThrow('called off');
    expect(await objectsOf(docker, runId)).toEqual([]);
  });

  it('because its limit is too small to run in names the node and leaves nothing', async () => {
    const runId = createRunId(new Date(), Math.random());
    const starting = startNodes(runtime, { runId, resources: { memoryBytes: 1_000 } });
    await expect(starting).rejects.toMatchObject({
      code: 'NODE_START_FAILED',
      message: expect.stringMatching(/node\d.*memory/),
    });
    expect(await objectsOf(docker, runId)).toEqual([]);
  });
});

describe('resolveImage', () => {
  it('says how to get an image that is missing', async () => {
    const resolving = runtime.resolveImage('prsm-testbed-nothing:1', { signal: never });
    await expect(resolving).rejects.toMatchObject({
      code: 'IMAGE_MISSING',
      hint: expect.stringContaining('docker pull prsm-testbed-nothing:1'),
    });
  });

  it('refuses an image that does not say that it speaks the contract', async () => {
    const image = 'prsm-testbed-e2e-foreign:latest';
    const container = await docker.createContainer({ Image: nodeImage });
    removeAtEnd.push(container, docker.getImage(image));
    const [repo, tag] = image.split(':');
    await container.commit({ repo, tag, changes: 'LABEL testbed.contract=999' });
    const resolving = runtime.resolveImage(image, { signal: never });
    await expect(resolving).rejects.toMatchObject({
      code: 'IMAGE_INCOMPATIBLE',
      message: expect.stringContaining('999'),
    });
  });
});
