import { describe, expect, it } from '@jest/globals';
import { signatureSchemeNames } from '../../node-image/src/contract/index.ts';
import { createAddingKeyring, createRealKeyring } from './keyring.ts';
import { createScenario, type ScenarioKind } from './scenario.ts';
import { runScenario } from './simulation.ts';

/** A share of those of jolteon.test.ts: how certificates are made is all that differs. */
const seedCount = Math.ceil(Number(process.env.TESTBED_SIM_SEEDS ?? 500) / 5);
const msPerSeedMax = 500;

function failures(kind: ScenarioKind): string[] {
  const found: string[] = [];
  for (let seed = 1; seed <= seedCount && found.length < 5; seed++) {
    const verdict = runScenario(createScenario(seed, kind), { keyring: createAddingKeyring });
    if (verdict.kind === 'pass') continue;
    const replay = `npm run sim -- --kind ${kind} --seed ${seed} --adding --trace`;
    found.push(`seed ${seed}: ${verdict.kind}, ${verdict.detail}\n  replay: ${replay}`);
  }
  return found;
}

describe('certificates of one aggregate', () => {
  it.each(['faults', 'byzantine'] as const)(
    `keep the engine safe and live, also when members sign falsely (%s, ${seedCount} seeds)`,
    (kind) => {
      expect(failures(kind)).toEqual([]);
    },
    seedCount * msPerSeedMax,
  );
});

describe('real signatures', () => {
  it.each(signatureSchemeNames)(
    'of %s carry a small committee with a colluding member',
    async (name) => {
      const scenario = { ...createScenario(1, 'byzantine', { committeeSize: 4 }), healMs: 1_000 };
      const keyring = await createRealKeyring(name, 4, 1);
      const short = { ...scenario, submitUntilMs: 1_200 };
      const verdict = runScenario(short, { keyring: () => keyring });
      expect(verdict).toMatchObject({ kind: 'pass' });
      expect(verdict.transactions).toBeGreaterThan(0);
    },
    60_000,
  );
});
