/** Hand-written stand-ins for everything the command line takes from its surroundings. */

import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { sessionOf } from '../../../controller/src/analyse/comparison/session-of.ts';
import type { Probe } from '../../../controller/src/cli/doctor/probe.ts';
import type { Environment } from '../../../controller/src/cli/environment.ts';
import type { Wiring } from '../../../controller/src/cli/ports.ts';
import { runCli } from '../../../controller/src/cli/run-cli.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import { describeVaried, sizesOf } from '../../../controller/src/model/axes.ts';
import type { HostFacts, RunListing, StoredRun } from '../../../controller/src/model/record.ts';
import type { Session, SessionSearch } from '../../../controller/src/model/session.ts';
import { describeNetworks } from '../../../controller/src/plan/describe-network.ts';
import type { Runtime } from '../../../controller/src/runtime/runtime.ts';
import type { OpenedStore } from '../../../controller/src/store/store.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';

export const host: HostFacts = {
  hostname: 'lab',
  kernel: '6.1.0',
  osName: 'Test Linux',
  cpuModel: 'Test CPU',
  cores: 8,
  memoryBytes: 32 * 1024 ** 3,
  cgroupVersion: 2,
  engineVersion: '28.0.0',
  engineApiVersion: '1.47',
  local: true,
};

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FakeWorld {
  readonly environment?: Partial<Environment>;
  readonly wiring?: Partial<Wiring>;
  /** Called with a function that presses Ctrl-C. */
  readonly onListening?: (press: (signal?: string) => void) => void;
}

/** Runs one command line to its end and says what it printed. */
export async function run(words: readonly string[], world: FakeWorld = {}): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTerminal: false,
    columns: 80,
    write: (text: string) => {
      written[name] += text;
    },
    failure: null,
    raw: null,
  });
  const environment: Environment = {
    argv: words,
    env: {},
    cwd: '/nowhere',
    homeFolder: '/home/somebody',
    packageFolder: '/checkout',
    version: '1.2.3',
    platform: 'Node.js v24.0.0, linux x64',
    stdin: { isTerminal: true, read: async () => new Uint8Array() },
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    clock: createVirtualClock(),
    chance: () => 0.5,
    onInterrupt: (listener) => {
      world.onListening?.((signal = 'SIGINT') => listener(signal));
      return () => {};
    },
    ...world.environment,
  };
  const exitCode = await runCli(environment, () => createFakeWiring(world.wiring));
  return { exitCode, ...written };
}

export function createFakeWiring(changes: Partial<Wiring> = {}): Wiring {
  return {
    dataFolder: '/nowhere/data',
    openRuntime: async (choice) => createFakeRuntime(choice === 'process' ? 'process' : 'docker'),
    openStore: async () => ({ store: createFakeStore(), ownPids: [] }),
    openDatabase: async () => {
      throw new Error('no database may be opened here');
    },
    execute: async () => {
      throw new Error('nothing may be executed here');
    },
    verify: async () => {
      throw new Error('no network may be brought up here');
    },
    conform: async () => {
      throw new Error('no node may be checked here');
    },
    clean: async () => ({ removed: [], spared: [], failures: [], unseen: [], notes: [] }),
    probe: createFakeProbe(),
    ...changes,
  };
}

export function createFakeRuntime(
  kind: 'docker' | 'process',
  changes: Partial<Runtime> = {},
): Runtime {
  return {
    kind,
    inspectHosts: async () => [host],
    resolveImage: async (name) => ({ id: `sha256:${'a'.repeat(64)}`, name, source: null }),
    probeNetem: async () => ({ kind: 'works' }),
    start: async () => {
      throw new Error('nothing may be started here');
    },
    list: async () => [],
    remove: async () => {},
    close: async () => {},
    ...changes,
  };
}

export function createFakeStore(
  runs: readonly StoredRun[] = [],
  changes: Partial<OpenedStore> = {},
): OpenedStore {
  return {
    location: 'a store of the test',
    pending: () => 0,
    isAway: () => false,
    setQuiet: () => {},
    saveRun: async () => {},
    saveRepetition: async () => {},
    listRuns: async (limit) => runs.slice(0, limit).map(listingOf),
    searchRuns: async () => ({ runs: [], total: 0 }),
    loadRun: async (id) => {
      const found = runs.find(({ run: { id: own } }) => own === id);
      if (found === undefined) throw new TestbedError('RUN_UNKNOWN', `No stored run is ${id}.`);
      return found;
    },
    loadSamples: async () => [],
    loadHostSamples: async () => [],
    loadSessions: async (search) => sessionsOf(runs, search),
    close: async () => {},
    ...changes,
  };
}

/** The latest first, as a database has them. */
function sessionsOf(
  runs: readonly StoredRun[],
  { name, before, limit }: SessionSearch,
): readonly Session[] {
  return runs
    .filter(({ run }) => name === undefined || run.name === name)
    .filter(({ run }) => before === undefined || run.startedAt < before)
    .sort((a, b) => b.run.startedAt.getTime() - a.run.startedAt.getTime())
    .slice(0, limit)
    .map((stored) => sessionOf(analyseRun(stored)));
}

export function createFakeProbe(changes: Partial<Probe> = {}): Probe {
  return {
    nodeVersion: 'v24.1.0',
    platform: 'linux x64',
    cores: 8,
    memoryBytes: 32 * 1024 ** 3,
    sysctl: async () => 16_384,
    openFilesMax: async () => 65_536,
    load: async () => ({
      cpuForeignRatio: 0.02,
      cpuOwnRatio: 0.01,
      services: [],
      memoryAvailableBytes: 20 * 1024 ** 3,
      swapInPages: 0,
      unavailable: [],
    }),
    freeBytes: async () => 100 * 1024 ** 3,
    tryWriting: async () => null,
    docker: async () => ({
      address: 'unix:///var/run/docker.sock',
      engineVersion: '28.0.0',
      apiVersion: '1.47',
      cgroupVersion: 2,
      limits: { cpu: true, memory: true, pids: true },
      rootless: false,
      cgroupDriver: 'systemd',
      storageFolder: '/var/lib/docker',
    }),
    ...changes,
  };
}

function listingOf({ run: record, repetitions }: StoredRun): RunListing {
  return {
    id: record.id,
    name: record.name,
    status: record.status,
    runtime: record.runtime,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    sizes: sizesOf(record.plan),
    varied: describeVaried(record.plan.axes),
    repetitionsPlanned: record.plan.order.length,
    repetitionsDone: repetitions.length,
    repetitionsValid: repetitions.filter(({ verdict }) => verdict === 'valid').length,
    shaper: record.plan.shaper,
    network: describeNetworks(record.plan),
  };
}
