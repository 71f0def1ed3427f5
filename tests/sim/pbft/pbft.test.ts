import { describe, expect, it } from '@jest/globals';
import { createRealKeyring } from '../keyring.ts';
import type { Scenario, ScenarioKind } from '../scenario.ts';
import { runScenario } from '../simulation.ts';
import { pbftMutants } from './mutants.ts';
import { createPbftScenario } from './scenario.ts';
import { pbft } from './subject.ts';

/** Seeds per kind; many more at night: scripts/nightly-sim. */
const seedCount = Number(process.env.TESTBED_SIM_SEEDS ?? 40);
const msPerSeedMax = 3_000;

/** What went wrong, and how to see it again. */
function failures(kind: ScenarioKind, count: number): string[] {
  const found: string[] = [];
  for (let seed = 1; seed <= count && found.length < 5; seed++) {
    const verdict = runScenario(createPbftScenario(seed, kind), { subject: pbft });
    if (verdict.kind === 'pass') continue;
    const replay = `npm run sim -- --protocol pbft --kind ${kind} --seed ${seed} --trace`;
    found.push(`seed ${seed}: ${verdict.kind}, ${verdict.detail}\n  replay: ${replay}`);
  }
  return found;
}

describe('PBFT in a simulated network', () => {
  it.each<ScenarioKind>(['faults', 'byzantine'])(
    'agrees and goes on: %s',
    (kind) => {
      expect(failures(kind, seedCount)).toEqual([]);
    },
    seedCount * msPerSeedMax,
  );

  it('runs the same seed to the same trace, and accuses equivocators only', () => {
    const first = runScenario(createPbftScenario(3, 'byzantine'), { subject: pbft });
    expect(runScenario(createPbftScenario(3, 'byzantine'), { subject: pbft })).toEqual(first);
    // The observer halts the run if an honest replica is accused.
    expect(first).toMatchObject({ kind: 'pass' });
    expect(first.evidence).toBeGreaterThan(0);
    const honest = runScenario(createPbftScenario(3, 'faults'), { subject: pbft });
    expect(honest.evidence).toBe(0);
  }, 20_000);

  it('takes real Ed25519 signatures as well', async () => {
    const scenario = createPbftScenario(4, 'byzantine');
    const signed = await createRealKeyring('ed25519', scenario.committeeSize, scenario.seed);
    const real = runScenario(scenario, { subject: pbft, keyring: () => signed });
    expect(real).toMatchObject({ kind: 'pass' });
  }, 60_000);
});

describe('a replica that was away', () => {
  const stillLink = {
    delayMsMin: 2,
    delayMsMax: 6,
    tailRatio: 0,
    tailMsMean: 0,
    lossRatio: 0,
    duplicateRatio: 0,
  };

  /** Four replicas on a quiet network; number 2 is away for ten seconds. */
  function away(blocksMax: number): Scenario {
    const base = createPbftScenario(8, 'faults', 4);
    return {
      ...base,
      parameters: { ...base.parameters, baseTimeoutMs: 100, mempoolTxMax: 5_000 },
      chaos: stillLink,
      calm: stillLink,
      partitions: [],
      crashes: [{ node: 2, atMs: 1_000, backAtMs: 11_000 }],
      byzantine: [],
      promisesProgress: true,
      retention: { blocksMax, bytesMax: 2 ** 30 },
      healMs: 11_000,
      submitUntilMs: 12_000,
      endMs: 16_000,
      submitEveryMs: 50,
      startSpreadMs: 0,
    };
  }

  it('replays the log where its peers remember it, and goes on from a snapshot where not', () => {
    const heights = (blocksMax: number): number[] => {
      const seen: number[] = [];
      const trace = (line: string): void => {
        const match = /^(\S+) commit 2 height (\d+)/.exec(line);
        if (match !== null && Number(match[1]) > 11_000) seen.push(Number(match[2]));
      };
      const verdict = runScenario(away(blocksMax), { subject: pbft, trace });
      expect(verdict).toMatchObject({ kind: 'pass' });
      expect(verdict.height).toBeGreaterThan(100);
      return seen;
    };
    expect(heights(100_000)[0]).toBe(1);
    expect(heights(20)[0]).toBeGreaterThan(80);
  }, 30_000);
});

describe('the simulator', () => {
  it.each(pbftMutants.map((mutant) => [mutant.name.replaceAll('-', ' '), mutant] as const))(
    'catches one that breaks a rule: %s',
    (_, { subject, committeeSize }) => {
      for (let seed = 1; seed <= 400; seed++) {
        const scenario = createPbftScenario(seed, 'byzantine', committeeSize ?? null);
        const { kind } = runScenario(scenario, { subject, checksHabits: false });
        if (kind === 'diverged' || kind === 'halted') return;
      }
      throw new Error('It survived 400 seeds.');
    },
    180_000,
  );
});
