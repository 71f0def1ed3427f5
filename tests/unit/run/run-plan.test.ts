import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import { systemClock } from '../../../controller/src/lib/system-clock.ts';
import { createCellId, type RunId } from '../../../controller/src/model/ids.ts';
import type { Plan } from '../../../controller/src/model/plan.ts';
import type { Progress } from '../../../controller/src/model/progress.ts';
import type {
  NodeRecord,
  RepetitionRecord,
  RunRecord,
} from '../../../controller/src/model/record.ts';
import { createRunFolder } from '../../../controller/src/run/run-folder.ts';
import { runPlan } from '../../../controller/src/run/run-plan.ts';
import type {
  RunningNetwork,
  Runtime,
  StartOptions,
  StartRequest,
} from '../../../controller/src/runtime/runtime.ts';
import type { Store } from '../../../controller/src/store/store.ts';
import { type ContractNodeFaults, startContractNode } from '../../fixtures/contract-node.ts';

const runId = '20260101-000000-test' as RunId;

function planOf(repetitions: number, measureMs = 300): Plan {
  const id = createCellId(4);
  return {
    scenario: {
      name: 'test',
      description: '',
      seed: 1,
      runtime: 'process',
      image: 'fake',
      nodes: [4],
      repetitions,
      load: { arrivals: 'constant', rateTxPerSec: 400, sizeBytes: 128 },
      resources: { cpus: null, memoryBytes: null, pidsMax: 64 },
      phases: { warmupMs: 200, measureMs, drainMsMax: 300, readyMsMax: 2_000 },
      engine: {
        protocol: 'jolteon',
        baseTimeoutMs: 1_000,
        idleDelayMs: 100,
        batchTxMax: 100,
        batchBytesMax: 10_000,
        batchAgeMsMax: 5,
        mempoolTxMax: 1_000,
        forwardLeaders: 3,
      },
    },
    runtime: 'process',
    cells: [{ id, nodeCount: 4, faultyMax: 1, quorum: 3, connections: 6 }],
    order: Array.from({ length: repetitions }, (_, repetition) => ({
      cellId: id,
      repetition,
      block: repetition,
      seed: repetition,
    })),
    hash: 'f'.repeat(64),
  };
}

/** A runtime whose nodes are HTTP servers of this process; it counts what it has to remove. */
function fakeRuntime(
  faultsOf: (start: number, nodeIndex: number) => ContractNodeFaults = () => ({}),
  script: {
    readonly failStart?: TestbedError;
    readonly exits?: (start: number) => readonly NodeRecord['exit'][];
    readonly failStop?: TestbedError;
  } = {},
): Runtime & { alive: number; starts: number } {
  const runtime = {
    kind: 'process' as const,
    alive: 0,
    starts: 0,
    inspectHost: () => Promise.reject(new Error('not asked')),
    resolveImage: () => Promise.reject(new Error('not asked')),
    list: () => Promise.resolve([]),
    remove: () => Promise.resolve(),
    close: () => Promise.resolve(),
    async start(request: StartRequest, options: StartOptions): Promise<RunningNetwork> {
      options.signal.throwIfAborted();
      if (script.failStart !== undefined) throw script.failStart;
      const start = runtime.starts++;
      const nodes = await Promise.all(
        Array.from({ length: request.nodeCount }, (_, index) =>
          startContractNode(request.runId, index, faultsOf(start, index)),
        ),
      );
      runtime.alive += nodes.length;
      const stop = async (): Promise<void> => {
        runtime.alive -= nodes.length;
        await Promise.all(nodes.map((node) => node.close()));
        if (script.failStop !== undefined) throw script.failStop;
      };
      return {
        nodes: nodes.map(({ controlUrl }, nodeIndex) => ({
          nodeIndex,
          name: `node-${nodeIndex}`,
          controlUrl,
          pid: null,
        })),
        createdAt: new Date(),
        warnings: [],
        exits: async () => script.exits?.(start) ?? nodes.map(() => null),
        logs: async (nodeIndex) => `last words of ${nodeIndex}`,
        stop,
        [Symbol.asyncDispose]: stop,
      };
    },
  };
  return runtime;
}

function memoryStore(): Store & { runs: RunRecord[]; repetitions: RepetitionRecord[] } {
  const runs: RunRecord[] = [];
  const repetitions: RepetitionRecord[] = [];
  const absent = (): Promise<never> => Promise.reject(new Error('not asked'));
  return {
    runs,
    repetitions,
    saveRun: async (run) => void runs.push(run),
    saveRepetition: async (repetition) => void repetitions.push(repetition),
    listRuns: absent,
    loadRun: absent,
    loadSamples: absent,
    loadHostSamples: absent,
    close: async () => undefined,
  };
}

let dataFolder = '';
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'testbed-run-'));
});
afterEach(() => rm(dataFolder, { recursive: true }));

async function execute(
  plan: Plan,
  runtime: Runtime,
  {
    stop = new AbortController(),
    kill = new AbortController(),
    onEvent = (_: Progress) => {},
  } = {},
) {
  const store = memoryStore();
  const folder = await createRunFolder(dataFolder, runId);
  const outcome = await runPlan(
    {
      runId,
      plan,
      capacity: { cells: [], durationMs: 1_000, warnings: ['asked for too much'] },
      image: { id: 'sha256:0', name: 'fake' },
      host: {
        hostname: 'here',
        kernel: '6',
        osName: 'Linux',
        cpuModel: 'cpu',
        cores: 2,
        memoryBytes: 2 ** 34,
        cgroupVersion: 2,
        engineVersion: null,
        engineApiVersion: null,
        local: true,
      },
      provenance: {
        testbedVersion: '0',
        gitCommit: null,
        gitDirty: null,
        contractVersion: 1,
        nodeVersion: 'v24',
        nodeImage: 'sha256:0',
        nodeImageName: 'fake',
        commandLine: 'test',
      },
      folder,
      ownPids: [],
      warnings: [],
    },
    {
      runtime,
      store,
      clock: systemClock,
      ledger: { intend: async () => undefined, removed: async () => undefined },
      onProgress: onEvent,
      stop: stop.signal,
      kill: kill.signal,
      takeCanary: async () => null,
    },
  );
  return { outcome, store, folder };
}

describe('runPlan', () => {
  it('runs every repetition on a network of its own and stores each', async () => {
    const runtime = fakeRuntime();
    const { outcome, store } = await execute(planOf(2), runtime);
    expect(outcome.error).toBeNull();
    expect(runtime.starts).toBeGreaterThanOrEqual(2);
    expect(runtime.alive).toBe(0);
    expect(store.runs.map(({ status }) => status)).toEqual(['running', 'completed']);
    expect(new Set(store.repetitions.map(({ repetition }) => repetition))).toEqual(new Set([0, 1]));
    const [first] = store.repetitions;
    expect(first?.phases.map(({ phase }) => phase)).toEqual([
      'start',
      'ready',
      'warmup',
      'measure',
      'drain',
      'collect',
      'stop',
    ]);
    expect(first?.nodes.map(({ results }) => results?.committedInWindow)).toEqual([30, 30, 30, 30]);
    expect(store.runs[1]?.warnings).toContain('asked for too much');
  });

  it('finds nodes that committed different logs, and does not try again', async () => {
    const runtime = fakeRuntime((_, index) => (index === 2 ? { divergeAtHeight: 7 } : {}));
    const { store } = await execute(planOf(1), runtime);
    expect(store.repetitions).toHaveLength(1);
    expect(store.repetitions[0]?.safetyViolation?.height).toBe(7);
    expect(store.repetitions[0]?.verdict).toBe('invalid');
    const groups = store.repetitions[0]?.safetyViolation?.groups.map(({ nodes }) => nodes);
    expect(groups).toEqual(expect.arrayContaining([[0, 1, 3], [2]]));
  });

  it('does an invalid repetition once more and keeps both attempts', async () => {
    const runtime = fakeRuntime((start) => ({ neverReady: start === 0 }));
    const { outcome, store } = await execute(planOf(1), runtime);
    expect(outcome.error).toBeNull();
    expect(store.repetitions.map(({ attempt }) => attempt)).toEqual([0, 1]);
    expect(store.repetitions[0]?.failure?.code).toBe('NODES_NOT_READY');
    expect(store.repetitions[1]?.failure).toBeNull();
    expect(runtime.alive).toBe(0);
  });

  it('tells the death of a node as such, keeps its log and the logs of the others', async () => {
    const dead = [null, { code: 137, oomKilled: true }, null, null];
    let exitsAsked = 0;
    const runtime = fakeRuntime(() => ({}), {
      exits: () => (++exitsAsked > 1 ? dead : dead.map(() => null)),
    });
    const { store, folder } = await execute(planOf(1, 3_000), runtime);
    expect(store.repetitions[0]?.failure).toMatchObject({ code: 'NODE_OUT_OF_MEMORY' });
    expect(store.repetitions[0]?.nodes[1]?.exit).toEqual({ code: 137, oomKilled: true });
    expect(store.repetitions[0]?.nodes[0]?.log?.committedHeight).toBe(20);
    expect(await readdir(folder.logsPath)).toContain('n4-r0-a0-node-1.log');
    expect(runtime.alive).toBe(0);
  });

  it('ends the run when the environment fails, and says so in the stored run', async () => {
    const failStart = new TestbedError('DOCKER_UNREACHABLE', 'No daemon answers.');
    const { outcome, store } = await execute(planOf(3), fakeRuntime(undefined, { failStart }));
    expect(outcome.error).toBe(failStart);
    expect(store.repetitions).toHaveLength(1);
    expect(store.runs.at(-1)).toMatchObject({
      status: 'failed',
      failure: { code: 'DOCKER_UNREACHABLE', message: 'No daemon answers.' },
    });
  });

  it('keeps the numbers of a repetition whose network could not be removed', async () => {
    const failStop = new TestbedError('DOCKER_FAILED', 'The daemon went away.');
    const { outcome, store } = await execute(planOf(2), fakeRuntime(undefined, { failStop }));
    expect(outcome.error).toBe(failStop);
    expect(store.repetitions[0]?.nodes[0]?.results?.committedInWindow).toBe(30);
  });

  it('stops gently: closes the window, collects, removes, stores', async () => {
    const stop = new AbortController();
    const runtime = fakeRuntime();
    const { outcome, store } = await execute(planOf(3, 60_000), runtime, {
      stop,
      onEvent: (event) => {
        if (event.kind === 'phase-started' && event.phase === 'measure') {
          setTimeout(() => stop.abort(new Error('Ctrl-C')), 200);
        }
      },
    });
    expect(outcome.error?.code).toBe('INTERRUPTED');
    expect(store.repetitions).toHaveLength(1);
    expect(store.repetitions[0]?.failure?.code).toBe('INTERRUPTED');
    expect(store.repetitions[0]?.nodes[0]?.results).not.toBeNull();
    expect(store.runs.at(-1)?.status).toBe('interrupted');
    expect(runtime.alive).toBe(0);
  });

  it('removes at once when it is killed', async () => {
    const kill = new AbortController();
    const runtime = fakeRuntime();
    const { outcome, store } = await execute(planOf(3, 60_000), runtime, {
      kill,
      onEvent: (event) => {
        if (event.kind === 'phase-started' && event.phase === 'measure') {
          kill.abort(new Error('second Ctrl-C'));
        }
      },
    });
    expect(outcome.error?.code).toBe('INTERRUPTED');
    expect(store.repetitions.map(({ verdict }) => verdict)).toEqual(['invalid']);
    expect(runtime.alive).toBe(0);
  });

  it('waits for no node that has fallen silent longer than its calls may take', async () => {
    const runtime = fakeRuntime((_, index) => ({ fallSilentUnderLoad: index === 3 }));
    const { store } = await execute(planOf(1), runtime);
    expect(store.repetitions[0]?.failure?.code).toBe('NODE_UNREACHABLE');
    expect(runtime.alive).toBe(0);
  }, 60_000);
});
