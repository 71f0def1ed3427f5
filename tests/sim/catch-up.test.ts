import { describe, expect, it } from '@jest/globals';
import { createScenario, type Scenario } from './scenario.ts';
import { runScenario } from './simulation.ts';

const stillLink = {
  delayMsMin: 2,
  delayMsMax: 6,
  tailRatio: 0,
  tailMsMean: 0,
  lossRatio: 0,
  duplicateRatio: 0,
};

/** Four nodes on a quiet network; node 2 is away for `awayMs`. */
function awayScenario(awayMs: number, retention: Scenario['retention']): Scenario {
  const base = createScenario(7, 'faults', { committeeSize: 4 });
  const healMs = 1_000 + awayMs;
  return {
    ...base,
    parameters: { ...base.parameters, baseTimeoutMs: 100, idleDelayMs: 5, mempoolTxMax: 5_000 },
    chaos: stillLink,
    calm: stillLink,
    partitions: [],
    crashes: [{ node: 2, atMs: 1_000, backAtMs: healMs }],
    byzantine: [],
    promisesProgress: true,
    retention,
    healMs,
    submitUntilMs: healMs + 1_000,
    endMs: healMs + 5_000,
    submitEveryMs: 50,
    startSpreadMs: 0,
  };
}

describe('a node that was away', () => {
  it('fetches hundreds of blocks from genesis on and keeps up again', () => {
    const scenario = awayScenario(20_000, { blocksMax: 100_000, bytesMax: 2 ** 30 });
    const verdict = runScenario(scenario);
    expect(verdict).toMatchObject({ kind: 'pass' });
    expect(verdict.height).toBeGreaterThan(200);
  }, 60_000);

  it('says that it is out of the window when its peers have dropped what it needs', () => {
    const scenario = awayScenario(20_000, { blocksMax: 50, bytesMax: 2 ** 30 });
    const verdict = runScenario(scenario);
    expect(verdict.kind).toBe('no-progress');
    expect(verdict.detail).toContain('"catchUp":"out-of-window"');
  }, 60_000);
});
