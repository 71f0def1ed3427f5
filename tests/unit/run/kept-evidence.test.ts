import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execute, fakeRuntime, planOf } from '../../fixtures/run-plan-harness.ts';

// Whole repetitions on the real clock; 5 s are too few where others use the processor.
jest.setTimeout(30_000);

let dataFolder = '';
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'testbed-kept-'));
});
afterEach(() => rm(dataFolder, { recursive: true }));

const nothing = {
  claims: false,
  peerIds: false,
  isUp: false,
  logs: false,
  samples: false,
  results: false,
};
const identified = { ...nothing, claims: true };
const joined = { ...identified, peerIds: true, isUp: true, logs: true };
/** Whether somebody was scraped in that moment is chance. */
const { samples: _, results: __, ...ordered } = joined;
const loaded = { ...joined, samples: true, results: true };

/** What there is in the end if node 2 refuses this request, and in which phase that was. */
async function keptWhen(refuses: string) {
  const runtime = fakeRuntime((_, nodeIndex) => (nodeIndex === 2 ? { refuses } : {}));
  const { outcome, store, folder } = await execute(dataFolder, planOf(1), runtime);
  const [record] = store.repetitions;
  if (record === undefined) throw new Error('it was stored');
  expect(record.failure?.message).toContain(refuses);
  expect(record.nodes.map(({ name }) => name)).toContain('node-2');
  expect(await readdir(folder.logsPath)).toContain('n4-r0-a0-node-2.log');
  expect(runtime.alive).toBe(0);
  const honest = record.nodes.filter(({ nodeIndex }) => nodeIndex !== 2);
  return {
    phase: record.phases.at(-2)?.phase,
    kept: {
      claims: outcome.stored.run.provenance.claims.nodes.length > 0,
      peerIds: honest.every(({ peerId }) => peerId !== ''),
      isUp: record.bringUpMs !== null,
      logs: honest.every(({ log }) => log !== null),
      samples: record.samples.length > 0,
      results: honest.every(({ results }) => (results?.committedInWindow ?? 0) > 0),
    },
  };
}

describe('a repetition that fails', () => {
  it.each([
    ['GET /v1/identity', 'ready', nothing],
    ['POST /v1/configure', 'ready', identified],
    ['POST /v1/start', 'ready', joined],
    ['POST /v1/load/start', 'warmup', ordered],
    ['GET /v1/load', 'drain', loaded],
  ])('keeps what was found until %s was refused', async (refuses, phase, kept) => {
    expect(await keptWhen(refuses)).toMatchObject({ phase, kept });
  });

  it('removes its network also when the testbed itself is at fault', async () => {
    const runtime = fakeRuntime();
    const fault = new RangeError('a mistake of ours');
    const running = execute(dataFolder, planOf(1), runtime, {
      onEvent: (event) => {
        if (event.kind === 'phase-started' && event.phase === 'measure') throw fault;
      },
    });
    await expect(running).rejects.toBe(fault);
    expect([runtime.starts, runtime.alive]).toEqual([1, 0]);
  });
});
