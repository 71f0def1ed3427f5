import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import { execute, fakeRuntime, planOf } from '../../fixtures/run-plan-harness.ts';

// Whole repetitions on the real clock; 5 s are too few where others use the processor.
jest.setTimeout(30_000);

let dataFolder = '';
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'testbed-run-'));
});
afterEach(() => rm(dataFolder, { recursive: true }));

describe('runPlan', () => {
  it('runs every repetition on a network of its own and stores each', async () => {
    const runtime = fakeRuntime();
    const { outcome, store } = await execute(dataFolder, planOf(2), runtime);
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
    const { store } = await execute(dataFolder, planOf(1), runtime);
    expect(store.repetitions).toHaveLength(1);
    expect(store.repetitions[0]?.safetyViolation?.height).toBe(7);
    expect(store.repetitions[0]?.verdict).toBe('invalid');
    const groups = store.repetitions[0]?.safetyViolation?.groups.map(({ nodes }) => nodes);
    expect(groups).toEqual(expect.arrayContaining([[0, 1, 3], [2]]));
  });

  it('does an invalid repetition once more and keeps both attempts', async () => {
    const runtime = fakeRuntime((start) => ({ neverReady: start === 0 }));
    const { outcome, store } = await execute(dataFolder, planOf(1), runtime);
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
    const { store, folder } = await execute(dataFolder, planOf(1, 3_000), runtime);
    expect(store.repetitions[0]?.failure).toMatchObject({ code: 'NODE_OUT_OF_MEMORY' });
    expect(store.repetitions[0]?.nodes[1]?.exit).toEqual({ code: 137, oomKilled: true });
    expect(store.repetitions[0]?.nodes[0]?.log?.committedHeight).toBe(20);
    expect(await readdir(folder.logsPath)).toContain('n4-r0-a0-node-1.log');
    expect(runtime.alive).toBe(0);
  });

  it('ends the run when the environment fails, and says so in the stored run', async () => {
    const failStart = new TestbedError('DOCKER_UNREACHABLE', 'No daemon answers.');
    const { outcome, store } = await execute(
      dataFolder,
      planOf(3),
      fakeRuntime(undefined, { failStart }),
    );
    expect(outcome.error).toBe(failStart);
    expect(store.repetitions).toHaveLength(1);
    expect(store.runs.at(-1)).toMatchObject({
      status: 'failed',
      failure: { code: 'DOCKER_UNREACHABLE', message: 'No daemon answers.' },
    });
  });

  it('keeps the numbers of a repetition whose network could not be removed', async () => {
    const failStop = new TestbedError('DOCKER_FAILED', 'The daemon went away.');
    const { outcome, store } = await execute(
      dataFolder,
      planOf(2),
      fakeRuntime(undefined, { failStop }),
    );
    expect(outcome.error).toBe(failStop);
    expect(store.repetitions[0]?.nodes[0]?.results?.committedInWindow).toBe(30);
  });

  it('keeps the numbers when removal ends in an error that nobody foresaw', async () => {
    const failStop = new DOMException('took too long', 'TimeoutError');
    const { outcome, store } = await execute(
      dataFolder,
      planOf(2),
      fakeRuntime(undefined, { failStop }),
    );
    expect(outcome.error).toMatchObject({ code: 'DOCKER_FAILED' });
    expect(store.repetitions[0]?.nodes[0]?.results?.committedInWindow).toBe(30);
  });

  it('tells of a daemon that was away while nothing watched the nodes', async () => {
    let looks = 0;
    const runtime = fakeRuntime(() => ({}), {
      exits: () => {
        looks += 1;
        // The first look works, and those after the window. On a slow host it begins late.
        if (looks === 2 || looks === 3) throw new Error('No Docker daemon answers.');
        return [null, null, null, null];
      },
    });
    const { outcome } = await execute(dataFolder, planOf(1, 3_000), runtime);
    const [record] = outcome.stored.repetitions;
    expect(record?.reasons).toContainEqual(
      expect.objectContaining({
        code: 'nodes-unwatched',
        verdict: 'suspect',
        text: expect.stringContaining('No Docker daemon answers'),
      }),
    );
    expect(record?.events.map(({ kind }) => kind)).toContain('unwatched');
    expect(outcome.stored.run.warnings).toContainEqual(
      expect.stringMatching(
        /^n = 4, repetition 1: Nothing watched the nodes for \d\.\d s: No Docker/,
      ),
    );
  });

  it('hands over what it measured even if it cannot be stored any more', async () => {
    const full = new TestbedError('DISK_FULL', 'There is no room left.');
    const { outcome } = await execute(dataFolder, planOf(2), fakeRuntime(), { failSave: full });
    expect(outcome.error).toBe(full);
    expect(outcome.stored.run).toMatchObject({ status: 'failed', failure: { code: 'DISK_FULL' } });
    expect(outcome.stored.repetitions[0]?.nodes[0]?.results?.committedInWindow).toBe(30);
  });

  it('stops gently: closes the window, collects, removes, stores', async () => {
    const stop = new AbortController();
    const runtime = fakeRuntime();
    const { outcome, store } = await execute(dataFolder, planOf(3, 60_000), runtime, {
      stop,
      onEvent: (event) => {
        if (event.kind === 'phase-started' && event.phase === 'measure') {
          setTimeout(() => stop.abort(new Error('Ctrl-C')), 200);
        }
      },
    });
    expect(outcome.error?.code).toBe('INTERRUPTED');
    expect(outcome.error?.message).toContain('was stopped after 0 of 3 repetitions');
    expect(store.repetitions).toHaveLength(1);
    expect(store.repetitions[0]?.failure).toEqual({
      code: 'INTERRUPTED',
      message: expect.stringMatching(
        /^The repetition was stopped \d+ ms into its window of 1 min\.$/,
      ),
    });
    expect(store.repetitions[0]?.nodes[0]?.results).not.toBeNull();
    expect(store.runs.at(-1)?.status).toBe('interrupted');
    expect(runtime.alive).toBe(0);
  });

  it.each([
    ['all have left', undefined, true, []],
    ['one of them cannot', 'absent', false, []],
    ['one does not answer', 'silent', false, [/node 3 did not leave: .*aborted/]],
  ] as const)(
    'asks nodes to leave before they are removed: %s',
    async (_, leave, haveLeft, notes) => {
      const runtime = fakeRuntime((_start, nodeIndex) =>
        nodeIndex === 3 && leave !== undefined ? { leave } : {},
      );
      const { store } = await execute(dataFolder, planOf(1), runtime);
      // More than one if the host was too busy for a valid repetition.
      expect(runtime.stops).toContainEqual({ graceMs: 2_000, haveLeft });
      const said = store.repetitions[0]?.events.filter(({ kind }) => kind === 'not-left');
      expect(said?.map(({ text }) => text)).toEqual(
        notes.map((note) => expect.stringMatching(note)),
      );
      expect(runtime.alive).toBe(0);
    },
  );

  it('removes at once when it is killed', async () => {
    const kill = new AbortController();
    const runtime = fakeRuntime();
    const { outcome, store } = await execute(dataFolder, planOf(3, 60_000), runtime, {
      kill,
      onEvent: (event) => {
        if (event.kind === 'phase-started' && event.phase === 'measure') {
          kill.abort(new Error('second Ctrl-C'));
        }
      },
    });
    expect(outcome.error?.code).toBe('INTERRUPTED');
    expect(runtime.stops).toEqual([{ graceMs: 0, haveLeft: null }]);
    expect(store.repetitions.map(({ verdict }) => verdict)).toEqual(['invalid']);
    expect(runtime.alive).toBe(0);
  });
});
