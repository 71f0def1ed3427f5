import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import { type CleanOutcome, clean } from '../../../controller/src/ledger/clean.ts';
import { ledgerPath, openLedger } from '../../../controller/src/ledger/ledger.ts';
import { openLedgers } from '../../../controller/src/ledger/ledger-content.ts';
import { createRunId, type RunId } from '../../../controller/src/model/ids.ts';
import { formatOwner, type Owner, type OwnerState } from '../../../controller/src/runtime/owner.ts';
import type { FoundObject, OwnedObject, Runtime } from '../../../controller/src/runtime/runtime.ts';

const openedAt = new Date('2026-01-02T03:04:05Z');
const runA = createRunId(openedAt, 0.1);
const runB = createRunId(openedAt, 0.2);
const owners = { alive: 1, dead: 2, unknown: 3 } as const;

let dataFolder: string;
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'testbed-clean-'));
});
afterEach(() => {
  rmSync(dataFolder, { recursive: true, force: true });
});

describe('clean', () => {
  it('removes what the ledger of a dead controller names, and sets the ledger aside', async () => {
    const docker = fakeRuntime([labelled(runA, 'a', 'dead'), labelled(runA, 'b', 'dead')]);
    await leave(runA, 'dead', ['a', 'b', 'never created']);
    const dry = await cleanAll([docker], { dryRun: true });
    expect(names(dry)).toEqual(['a', 'b']);
    const outcome = await cleanAll([docker]);
    expect(docker.removed).toEqual(['a', 'b', 'never created']);
    expect(names(outcome)).toEqual(['a', 'b']);
    expect(existsSync(ledgerPath(dataFolder, runA))).toBe(false);
  });

  it('tells what it had to touch of others', async () => {
    const docker = fakeRuntime([labelled(runA, 'a', 'dead')]);
    const note = 'The container web was disconnected.';
    const runtime: Runtime = { ...docker, remove: async (_, { onNote }) => onNote?.(note) };
    expect((await cleanAll([runtime])).notes).toEqual([note]);
  });

  it('removes what only a label names', async () => {
    const docker = fakeRuntime([labelled(runA, 'a', 'dead')]);
    await cleanAll([docker]);
    expect(docker.removed).toEqual(['a']);
  });

  it('spares everything of a living controller', async () => {
    const docker = fakeRuntime([labelled(runA, 'a', 'alive'), labelled(runB, 'b', 'dead')]);
    await leave(runA, 'alive', ['a', 'not there yet']);
    const outcome = await cleanAll([docker]);
    expect(docker.removed).toEqual(['b']);
    expect(outcome.spared).toEqual([
      { runId: runA, objectCount: 2, reason: expect.stringContaining('still running') },
    ]);
    expect((await openLedgers(dataFolder))[0]?.remaining).toHaveLength(2);
  });

  it('spares a run of which one owner lives, though another is dead', async () => {
    const docker = fakeRuntime([labelled(runA, 'a', 'alive')]);
    await leave(runA, 'dead', ['b']);
    await cleanAll([docker]);
    expect(docker.removed).toEqual([]);
  });

  it('spares what ran elsewhere, until a person names the run', async () => {
    const docker = fakeRuntime([labelled(runA, 'a', 'unknown'), labelled(runB, 'b', null)]);
    const outcome = await cleanAll([docker]);
    expect(docker.removed).toEqual([]);
    expect(outcome.spared.map(({ runId }) => runId)).toEqual([runA, runB]);
    await cleanAll([docker], { runId: runA });
    expect(docker.removed).toEqual(['a']);
  });

  it('believes a ledger of this folder more than the same owner on a label', async () => {
    const docker = fakeRuntime([labelled(runA, 'a', 'unknown'), labelled(runB, 'b', 'unknown')]);
    await leave(runA, 'unknown', ['a']);
    const { signal } = new AbortController();
    const request = { dataFolder, runId: null, force: false, signal };
    await clean(request, {
      runtimes: [docker],
      ownerState: (_, { ownFile }) => (ownFile ? 'dead' : 'unknown'),
    });
    expect(docker.removed).toEqual(['a']);
  });

  it('touches only the named run', async () => {
    const docker = fakeRuntime([labelled(runA, 'a', 'dead'), labelled(runB, 'b', 'dead')]);
    await cleanAll([docker], { runId: runB });
    expect(docker.removed).toEqual(['b']);
  });

  it('refuses to clean a named run that is still going, unless forced', async () => {
    const docker = fakeRuntime([labelled(runA, 'a', 'alive')]);
    await expect(cleanAll([docker], { runId: runA })).rejects.toMatchObject({ code: 'RUN_ACTIVE' });
    expect(docker.removed).toEqual([]);
    await cleanAll([docker], { runId: runA, force: true });
    expect(docker.removed).toEqual(['a']);
  });

  it('keeps in the ledger what could not be removed, and tells', async () => {
    const docker = fakeRuntime([], { failToRemove: true });
    await leave(runA, 'dead', ['a']);
    const outcome = await cleanAll([docker]);
    expect(outcome.failures.map(({ code }) => code)).toEqual(['DOCKER_FAILED']);
    expect((await openLedgers(dataFolder))[0]?.remaining.map(({ name }) => name)).toEqual(['a']);
  });

  it('is no failure when a runtime that holds nothing cannot be asked', async () => {
    const docker = fakeRuntime([], { failToList: true });
    const outcome = await cleanAll([docker]);
    expect(outcome.failures).toEqual([]);
    expect(outcome.unseen.map(({ runtime }) => runtime)).toEqual(['docker']);
  });

  it('sets aside the ledger of a dead controller that left nothing', async () => {
    await leave(runA, 'dead', []);
    await cleanAll([fakeRuntime()]);
    expect(await openLedgers(dataFolder)).toEqual([]);
  });

  it('removes a ledger that was begun on a full disk, when it is no longer being begun', async () => {
    for (const [runId, text] of [
      [runA, ''],
      [runB, '{"kind":"opened","runId":"2026'],
    ] as const) {
      mkdirSync(dirname(ledgerPath(dataFolder, runId)), { recursive: true });
      writeFileSync(ledgerPath(dataFolder, runId), text);
    }
    expect((await cleanAll([fakeRuntime()])).notes).toEqual([]);
    expect(existsSync(ledgerPath(dataFolder, runA))).toBe(true);
    const before = new Date(Date.now() - 120_000);
    for (const runId of [runA, runB]) utimesSync(ledgerPath(dataFolder, runId), before, before);
    const outcome = await cleanAll([fakeRuntime()]);
    expect(outcome.notes).toEqual([runA, runB].map((id) => expect.stringContaining(`${id} never`)));
    expect(outcome.removed).toEqual([]);
    expect(await openLedgers(dataFolder)).toEqual([]);
  });

  it('says one reason once', async () => {
    await leave(runA, 'dead', ['a']);
    await leave(runB, 'dead', ['b']);
    const away = fakeRuntime([], { failToList: true, failToRemove: true, same: true });
    const closeRun = () => Promise.reject(new TestbedError('DATABASE_UNAVAILABLE', 'Nobody.'));
    const outcome = await cleanAll([away], { closeRun });
    expect(outcome.failures.map(({ message }) => message)).toEqual(['No daemon.']);
    expect(outcome.unseen).toEqual([]);
    expect(outcome.notes).toEqual([
      expect.stringMatching(`^Runs ${runA}, ${runB} may .* Nobody.$`),
    ]);
  });

  it('closes the stored run of a dead controller, and of no other', async () => {
    await leave(runA, 'dead', ['a']);
    await leave(runB, 'alive', ['b']);
    const closed: RunId[] = [];
    const closeRun = async (runId: RunId): Promise<boolean> => closed.push(runId) > 0;
    const outcome = await cleanAll([fakeRuntime()], { closeRun });
    expect(outcome.notes).toEqual([expect.stringContaining(`${runA} is marked as failed`)]);
    await cleanAll([fakeRuntime()], { closeRun, runId: runB, force: true });
    expect(closed).toEqual([runA]);
  });

  it('removes all the same while the database is away, and closes the run the next time', async () => {
    await leave(runA, 'dead', ['a']);
    const docker = fakeRuntime();
    const away = new TestbedError('DATABASE_UNAVAILABLE', 'Nobody answers.');
    const outcome = await cleanAll([docker], { closeRun: () => Promise.reject(away) });
    expect(docker.removed).toEqual(['a']);
    expect(outcome.failures).toEqual([]);
    expect(outcome.notes).toEqual([expect.stringContaining('Nobody answers.')]);
    const again = await cleanAll([docker], { closeRun: async () => true });
    expect(again.notes).toHaveLength(1);
    expect(await openLedgers(dataFolder)).toEqual([]);
  });
});

interface FakeRuntime extends Runtime {
  readonly removed: string[];
}

function fakeRuntime(
  present: readonly FoundObject[] = [],
  { failToRemove = false, failToList = false, same = false } = {},
): FakeRuntime {
  const removed: string[] = [];
  const unused = (): never => {
    throw new Error('clean has no use for this');
  };
  return {
    kind: 'docker',
    removed,
    inspectHosts: unused,
    resolveImage: unused,
    probeNetem: unused,
    start: unused,
    close: async () => undefined,
    list: async () => {
      if (failToList) throw new TestbedError('DOCKER_UNREACHABLE', 'No daemon.');
      return present.filter(({ name }) => !removed.includes(name));
    },
    remove: async (objects) => {
      if (same) throw new TestbedError('DOCKER_UNREACHABLE', 'No daemon.');
      if (failToRemove) throw new TestbedError('DOCKER_FAILED', 'It will not go.');
      removed.push(...objects.map(({ name }) => name));
    },
  };
}

function ownerOf(state: OwnerState): Owner {
  return {
    host: 'h',
    bootId: 'b',
    pidNamespace: '1',
    pid: owners[state],
    startTicks: 1,
    machine: '',
  };
}

function object(runId: RunId, name: string): OwnedObject {
  return { runtime: 'docker', kind: 'container', name, runId };
}

function labelled(runId: RunId, name: string, state: OwnerState | null): FoundObject {
  return { ...object(runId, name), owner: state === null ? null : formatOwner(ownerOf(state)) };
}

/** Leaves a ledger as a controller that was killed leaves it. */
async function leave(runId: RunId, state: OwnerState, left: readonly string[]): Promise<void> {
  const ledger = await openLedger({ dataFolder, runId, owner: ownerOf(state), openedAt });
  await ledger.intend([...left, 'short-lived'].map((name) => object(runId, name)));
  await ledger.removed([object(runId, 'short-lived')]);
  // A killed controller closes nothing: what closing does to the file is undone.
  const text = readFileSync(ledger.path, 'utf8');
  await ledger.close();
  writeFileSync(ledger.path, text);
}

function cleanAll(
  runtimes: readonly Runtime[],
  options: {
    readonly runId?: RunId;
    readonly force?: boolean;
    readonly dryRun?: boolean;
    readonly closeRun?: (runId: RunId) => Promise<boolean>;
  } = {},
): Promise<CleanOutcome> {
  return clean(
    {
      dataFolder,
      runId: options.runId ?? null,
      force: options.force ?? false,
      dryRun: options.dryRun ?? false,
      signal: new AbortController().signal,
    },
    { runtimes, ownerState, ...(options.closeRun && { closeRun: options.closeRun }) },
  );
}

function ownerState({ pid }: Owner): OwnerState {
  if (pid === owners.alive) return 'alive';
  return pid === owners.dead ? 'dead' : 'unknown';
}

function names(outcome: CleanOutcome): string[] {
  return outcome.removed.map(({ name }) => name);
}
