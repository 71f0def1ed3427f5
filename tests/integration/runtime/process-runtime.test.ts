import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { clean } from '../../../controller/src/ledger/clean.ts';
import { openLedgers } from '../../../controller/src/ledger/ledger-content.ts';
import { systemClock as clock } from '../../../controller/src/lib/system-clock.ts';
import {
  createCellId,
  createRepetitionId,
  createRunId,
  type RunId,
} from '../../../controller/src/model/ids.ts';
import { identifyOwner } from '../../../controller/src/runtime/owner.ts';
import { findProcesses } from '../../../controller/src/runtime/process/find-processes.ts';
import { createProcessRuntime } from '../../../controller/src/runtime/process/process-runtime.ts';
import type {
  OwnedObject,
  RunningNetwork,
  Runtime,
  StartRequest,
} from '../../../controller/src/runtime/runtime.ts';

/** A loaded host is slow; what is tested is what happens, not how fast. */
jest.setTimeout(120_000);

const root = join(import.meta.dirname, '../../..');
const bundlePath = join(root, 'dist/node/main.mjs');
const doomed = join(root, 'tests/fixtures/doomed-controller.ts');
const never = new AbortController().signal;

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'scripts/build-node.ts')], { stdio: 'ignore' });
});

let dataFolder: string;
let runId: RunId;
const stopAtEnd: RunningNetwork[] = [];
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'testbed-process-'));
  runId = createRunId(new Date(), Math.random());
});
afterEach(async () => {
  await Promise.all(stopAtEnd.splice(0).map((network) => network.stop({ graceMs: 0 })));
  rmSync(dataFolder, { recursive: true, force: true });
});
afterAll(async () => {
  const left = (await findProcesses()).filter(({ name }) => name.includes('-process-test'));
  expect(left).toEqual([]);
});

const runtime = (path = bundlePath): Runtime =>
  createProcessRuntime(
    { bundlePath: path, dataFolder, cwd: dataFolder, owner: identifyOwner() },
    { clock },
  );

async function start(
  options: { nodeCount?: number; bundle?: string; signal?: AbortSignal } = {},
): Promise<{ network: RunningNetwork; objects: OwnedObject[] }> {
  const adapter = runtime(options.bundle);
  const objects: OwnedObject[] = [];
  const nodeCount = options.nodeCount ?? 4;
  const indexes = Array.from({ length: nodeCount }, (_, index) => index);
  const request: StartRequest = {
    runId,
    repetitionId: createRepetitionId(runId, createCellId(nodeCount), 0),
    networkName: `${runId}-process-test`,
    image: await adapter.resolveImage('', { signal: never }),
    nodes: indexes.map((index) => ({
      index,
      host: 0,
      dataOffset: 10 + index,
      resources: { cpus: 1, memoryBytes: 2 ** 28, pidsMax: 64 },
    })),
    dataPrefix: 26,
    shaped: false,
  };
  const ledger = {
    intend: async (intended: readonly OwnedObject[]) => void objects.push(...intended),
    removed: async () => undefined,
  };
  const network = await adapter.start(request, { signal: options.signal ?? never, ledger });
  stopAtEnd.push(network);
  return { network, objects };
}

const living = async (): Promise<number[]> =>
  (await findProcesses()).filter((found) => found.runId === runId).map(({ pid }) => pid);

describe('a network of processes', () => {
  it('answers on the control ports it names, each node as itself', async () => {
    const { network, objects } = await start();
    const identities = await Promise.all(
      network.clients.map((client) => client.identity({ signal: never, timeoutMs: 10_000 })),
    );
    expect(identities.map(({ nodeIndex }) => nodeIndex)).toEqual([0, 1, 2, 3]);
    expect(new Set(identities.map(({ peerId }) => peerId)).size).toBe(4);
    expect(objects.filter(({ kind }) => kind === 'process')).toHaveLength(4);
    expect((await living()).sort()).toEqual(network.nodes.map(({ pid }) => pid).sort());
  });

  it('has one address for all of its nodes, and no links that could be shaped', async () => {
    const { network } = await start({ nodeCount: 2 });
    expect(network.dataAddresses).toEqual(['127.0.0.1', '127.0.0.1']);
    expect(network.namespaces).toBeNull();
    expect(network.onDisturbance).toBeNull();
    const support = await runtime().probeNetem({ signal: never });
    expect(support).toMatchObject({
      kind: 'missing',
      missing: [expect.stringMatching(/loopback/)],
    });
  });

  it('says that it limits nothing', async () => {
    const { network } = await start({ nodeCount: 1 });
    expect(network.warnings).toEqual([expect.stringMatching(/without limits.*1 CPUs and 256 MiB/)]);
  });

  it('tells of a node that ignores SIGTERM, and kills it', async () => {
    const bundle = join(dataFolder, 'stubborn.mjs');
    writeFileSync(
      bundle,
      `import { createServer } from 'node:http';
       process.on('SIGTERM', () => process.env.TESTBED_NODE_INDEX === '0' && process.exit(0));
       const [host, port] = process.env.TESTBED_CONTROL_LISTEN.split(':');
       createServer((_, reply) => reply.end()).listen(Number(port), host);`,
    );
    const { network } = await start({ nodeCount: 2, bundle });
    const killed: number[] = [];
    await network.stop({ graceMs: 1_000, onKilled: (nodeIndex) => killed.push(nodeIndex) });
    expect(killed).toEqual([1]);
    expect(await living()).toEqual([]);
  });

  it('is in no process group of ours, so that Ctrl-C does not reach it', async () => {
    const { network } = await start({ nodeCount: 1 });
    const pid = String(network.nodes[0]?.pid);
    const group = execFileSync('ps', ['-o', 'pgid=', '-p', pid]).toString().trim();
    expect(group).toBe(pid);
  });

  it('tells which node died and how, and keeps its last words', async () => {
    const { network } = await start();
    const deadline = AbortSignal.timeout(5_000);
    while (!(await network.logs(2, 10)).includes('"node":2')) {
      await clock.sleep(10, { signal: deadline });
    }
    process.kill(network.nodes[2]?.pid ?? 0, 'SIGKILL');
    let exits = await network.exits({ signal: never });
    while (exits[2] === null) {
      await clock.sleep(10, { signal: deadline });
      exits = await network.exits({ signal: never });
    }
    expect(exits).toEqual([null, null, { code: 137, oomKilled: false }, null]);
    expect(await network.logs(2, 10)).toContain('"node":2');
  });

  it('is gone after stop, with its folders, however often it is asked', async () => {
    const { network, objects } = await start();
    await Promise.all([network.stop({ graceMs: 2_000 }), network.stop({ graceMs: 0 })]);
    expect(await living()).toEqual([]);
    const folder = objects.find(({ kind }) => kind === 'folder')?.name ?? '';
    expect(existsSync(folder)).toBe(false);
    const exits = await network.exits({ signal: never });
    expect(exits.map((exit) => exit?.code)).toEqual([0, 0, 0, 0]);
  });

  it('holds a node still and lets it go on; a paused one has not ended, and ends when told', async () => {
    const { network } = await start({ nodeCount: 2 });
    const { processes } = network;
    const options = { signal: never };
    const state = async (node: number): Promise<string> =>
      (await processes.sighting(node, options)).state;
    const ask = async (timeoutMs: number): Promise<unknown> =>
      network.clients[0]?.identity({ signal: never, timeoutMs });
    await ask(5_000);
    await processes.pause(0, options);
    await processes.pause(0, options);
    expect([await state(0), await state(1)]).toEqual(['paused', 'running']);
    await expect(ask(300)).rejects.toThrow('no reply in 300 ms');
    expect(await network.exits(options)).toEqual([null, null]);
    await processes.resume(0, options);
    await ask(5_000);
    await processes.pause(0, options);
    await processes.kill(1, options);
    await expect(processes.pause(1, options)).rejects.toMatchObject({ code: 'NODE_EVENT_FAILED' });
    const squeezed = processes.limit(0, { cpus: 0.1 }, options);
    await expect(squeezed).rejects.toMatchObject({ code: 'NODE_EVENT_FAILED' });
    const killed: number[] = [];
    await network.stop({ graceMs: 10_000, onKilled: (nodeIndex) => killed.push(nodeIndex) });
    expect(killed).toEqual([]);
    expect((await network.exits(options)).map((exit) => exit?.code)).toEqual([0, 137]);
  });

  it('starts a node that was killed while paused again, with what it had or with its key alone', async () => {
    const { network, objects } = await start({ nodeCount: 1 });
    const { processes } = network;
    const options = { signal: never };
    const folder = join(objects.find(({ kind }) => kind === 'folder')?.name ?? '', 'node0');
    const peerId = async (): Promise<string | undefined> =>
      (await network.clients[0]?.identity({ signal: never, timeoutMs: 10_000 }))?.peerId;
    const before = await peerId();
    const first = await processes.sighting(0, options);
    expect(first).toMatchObject({ state: 'running', pid: network.nodes[0]?.pid, cpuPeriods: null });
    expect(first.memoryBytes).toBeGreaterThan(2 ** 20);
    writeFileSync(join(folder, 'kept'), 'yes');
    await processes.pause(0, options);
    await processes.kill(0, options);
    expect(await processes.sighting(0, options)).toMatchObject({ state: 'gone', pid: null });
    expect(await network.exits(options)).toEqual([{ code: 137, oomKilled: false }]);
    await processes.start(0, { ...options, state: 'kept' });
    expect(await network.exits(options)).toEqual([null]);
    const second = await processes.sighting(0, options);
    expect(second.pid).not.toBe(first.pid);
    expect(network.nodes[0]?.pid).toBe(second.pid);
    expect([await peerId(), existsSync(join(folder, 'kept'))]).toEqual([before, true]);
    const early = processes.start(0, { ...options, state: 'empty' });
    await expect(early).rejects.toMatchObject({ code: 'NODE_EVENT_FAILED' });
    await processes.kill(0, options);
    await processes.start(0, { ...options, state: 'empty' });
    expect([await peerId(), existsSync(join(folder, 'kept'))]).toEqual([before, false]);
    expect(await living()).toHaveLength(1);
  });

  it('kills nodes that do not follow SIGTERM', async () => {
    const stubborn = join(dataFolder, 'stubborn.mjs');
    const text = [
      "import { createServer } from 'node:net';",
      "process.on('SIGTERM', () => {});",
      "createServer().listen(Number(process.env.TESTBED_CONTROL_LISTEN.split(':')[1]));",
    ];
    writeFileSync(stubborn, text.join('\n'));
    const { network } = await start({ nodeCount: 1, bundle: stubborn });
    await network.stop({ graceMs: 200 });
    expect(await living()).toEqual([]);
  });

  it('starts a node on other ports when it finds its own taken', async () => {
    // Fails like a node that lost its port in the moment before, the first time it is started.
    const unlucky = join(dataFolder, 'unlucky.mjs');
    const text = [
      "import { existsSync, writeFileSync } from 'node:fs';",
      "import { createServer } from 'node:net';",
      "const [host, port] = process.env.TESTBED_CONTROL_LISTEN.split(':');",
      "if (!existsSync('tried')) {",
      "  writeFileSync('tried', port);",
      "  console.error('listen EADDRINUSE: address already in use');",
      '  process.exit(1);',
      '}',
      'createServer().listen(Number(port), host);',
    ];
    writeFileSync(unlucky, text.join('\n'));
    const { network } = await start({ nodeCount: 1, bundle: unlucky });
    expect(await network.exits({ signal: never })).toEqual([null]);
    const folder = join(dataFolder, 'runs', runId, 'nodes', `${runId}-process-test`);
    const first = readFileSync(join(folder, 'node0', 'tried'), 'utf8');
    expect(network.clients[0]?.address).not.toContain(first);
  });

  it('reports a node that ends at once as ended, not as started', async () => {
    const broken = join(dataFolder, 'broken.mjs');
    writeFileSync(broken, "console.error('no such thing'); process.exit(3);");
    const { network } = await start({ nodeCount: 2, bundle: broken });
    const exits = await network.exits({ signal: never });
    expect(exits).toEqual(Array(2).fill({ code: 3, oomKilled: false }));
    expect(await network.logs(0, 5)).toContain('no such thing');
  });

  it('leaves nothing when it is told to stop while starting', async () => {
    const abort = new AbortController();
    const starting = start({ nodeCount: 8, signal: abort.signal });
    await clock.sleep(150, { signal: never });
    abort.abort(new Error('enough'));
    await expect(starting).rejects.toThrow('enough');
    expect(await living()).toEqual([]);
    expect(readdirSync(join(dataFolder, 'runs', runId, 'nodes'))).toEqual([]);
  });

  it('says so when there is no bundle', async () => {
    const resolving = runtime(join(dataFolder, 'none.mjs')).resolveImage('', { signal: never });
    await expect(resolving).rejects.toMatchObject({ code: 'IMAGE_MISSING' });
  });
});

describe('after kill -9 of the controller', () => {
  const cleanAll = (): ReturnType<typeof clean> =>
    clean({ dataFolder, runId: null, force: false, signal: never }, { runtimes: [runtime()] });

  it('nothing of it is left when clean has run, and nothing of others was touched', async () => {
    const mine = await start();
    const otherRun = createRunId(new Date(), Math.random());
    const child = spawn(process.execPath, [doomed, 'process', dataFolder, otherRun, '4', ''], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output: string[] = [];
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      output.push(chunk);
      if (output.join('').includes('started')) break;
    }
    // Alive: clean must not touch it.
    const before = await cleanAll();
    expect(before.removed).toEqual([]);
    expect(before.spared.map((spared) => spared.runId)).toContain(otherRun);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;

    const outcome = await cleanAll();
    expect(outcome.failures).toEqual([]);
    expect(outcome.removed.every((object) => object.runId === otherRun)).toBe(true);
    // Processes that died of their controller's end were not removed by clean.
    expect(outcome.removed.length).toBeLessThanOrEqual(5);
    expect(outcome.removed.map(({ kind }) => kind)).toContain('folder');
    const left = (await findProcesses()).filter((found) => found.runId === otherRun);
    expect(left).toEqual([]);
    expect(readdirSync(join(dataFolder, 'runs', otherRun, 'nodes'))).toEqual([]);
    expect((await openLedgers(dataFolder)).map((ledger) => ledger.runId)).not.toContain(otherRun);
    expect(await mine.network.exits({ signal: never })).toEqual([null, null, null, null]);
  });

  it('nodes follow it by themselves, and clean ends those that are paused', async () => {
    const child = spawn(process.execPath, [doomed, 'process', dataFolder, runId, '2', ''], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      output += chunk;
      if (output.includes('started')) break;
    }
    const [paused = 0, ...others] = await living();
    expect(others).toHaveLength(1);
    // One that stands still does not hear of the end of its controller, and is not left standing.
    process.kill(paused, 'SIGSTOP');
    child.kill('SIGKILL');
    const deadline = AbortSignal.timeout(10_000);
    while ((await living()).length > 1) await clock.sleep(20, { signal: deadline });
    expect(await living()).toEqual([paused]);
    expect((await cleanAll()).failures).toEqual([]);
    expect(await living()).toEqual([]);
  });
});
