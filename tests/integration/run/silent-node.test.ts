import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execute, fakeRuntime, planOf } from '../../fixtures/run-plan-harness.ts';

describe('a node that falls silent under load', () => {
  it('is waited for no longer than its calls may take, and both attempts say so', async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'testbed-silent-'));
    const runtime = fakeRuntime((_, index) => ({ fallSilentUnderLoad: index === 3 }));
    const { store } = await execute(dataFolder, planOf(1), runtime);
    expect(store.repetitions.map(({ failure }) => failure?.code)).toEqual([
      'NODE_UNREACHABLE',
      'NODE_UNREACHABLE',
    ]);
    expect(runtime.alive).toBe(0);
    await rm(dataFolder, { recursive: true });
  }, 120_000);
});
