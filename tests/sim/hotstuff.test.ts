import { describe, expect, it } from '@jest/globals';
import { hotstuffSubject, variants } from './chained/subject.ts';
import { failures } from './failures.ts';

/** Seeds per kind; the nightly run tries many more. */
const seedCount = Number(process.env.TESTBED_SIM_SEEDS ?? 20);
const msPerSeedMax = 500;

describe('chained HotStuff in a simulated network', () => {
  it.each(['faults', 'byzantine'] as const)(
    'agrees and makes progress: %s',
    (kind) => {
      expect(failures(kind, seedCount, { name: 'hotstuff', subject: hotstuffSubject })).toEqual([]);
    },
    seedCount * msPerSeedMax + 10_000,
  );
});

describe('other ways to rotate leaders and to send votes', () => {
  it.each(Object.entries(variants))(
    'agree and make progress: %s',
    (name, subject) => {
      for (const kind of ['faults', 'byzantine'] as const) {
        expect(failures(kind, Math.ceil(seedCount / 4), { name, subject })).toEqual([]);
      }
    },
    seedCount * msPerSeedMax + 10_000,
  );
});
