import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { judgeResult } from '../../../controller/src/conduct/judge-result.ts';
import { execute, fakeRuntime, planOf } from '../../fixtures/run-plan-harness.ts';

/** A container that is gone answers nothing: its address is silent, and calls to it hang. */
const dead = [null, { code: 3, oomKilled: false }, null, null];

describe('a fork beside a crash', () => {
  it('is found in the logs of whoever is left, and said first', async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'testbed-fork-'));
    let isLoaded = false;
    const runtime = fakeRuntime(
      (_, index) => ({
        ...(index === 1 ? { fallSilentUnderLoad: true } : {}),
        ...(index === 2 ? { divergeAtHeight: 7 } : {}),
      }),
      { exits: () => (isLoaded ? dead : dead.map(() => null)) },
    );
    const { outcome, store } = await execute(dataFolder, planOf(1, 3_000), runtime, {
      onEvent: (event) => {
        if (event.kind === 'phase-started' && event.phase === 'measure') isLoaded = true;
      },
    });
    // Doing it again would not make the logs agree.
    expect(store.repetitions).toHaveLength(1);
    const [repetition] = store.repetitions;
    expect(repetition?.failure?.code).toBe('NODE_DIED');
    expect(repetition?.safetyViolation?.groups.map(({ nodes }) => nodes)).toEqual([[0, 3], [2]]);
    expect(repetition?.reasons.map(({ code }) => code).slice(0, 2)).toEqual([
      'safety-violation',
      'repetition-failed',
    ]);
    const { headline } = analyseRun(outcome.stored);
    expect(headline.text).toMatch(/^Nodes committed different logs .*node-1 ended/);
    const finding = analyseRun(outcome.stored);
    expect(judgeResult({ finding, stored: outcome.stored })?.code).toBe('SAFETY_VIOLATION');
    await rm(dataFolder, { recursive: true });
  }, 30_000);
});
