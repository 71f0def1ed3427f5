import { describe, expect, it } from '@jest/globals';
import {
  type Behaviour,
  type BehaviourName,
  behaviourNames,
} from '../../node-image/src/contract/index.ts';
import { createMisbehaviourScenario } from './misbehaviour.ts';
import { runScenario } from './simulation.ts';

const sizes = [4, 7, 10];

function run(seed: number, size: number, behaviours: readonly Behaviour[]) {
  return runScenario(createMisbehaviourScenario(seed, size, behaviours));
}

describe('honest nodes among f that misbehave', () => {
  it.each(behaviourNames)('agree, go on and accuse nobody falsely: %s', (name) => {
    const verdicts = sizes.map((size) => run(size, size, [{ name }]));
    expect(verdicts.map(({ kind, detail }) => [kind, kind === 'pass' ? '' : detail])).toEqual(
      sizes.map(() => ['pass', '']),
    );
    for (const { misbehaviours } of verdicts) expect(misbehaviours[name]).toBeGreaterThan(0);
  });

  it.each(['equivocate', 'double-vote', 'twin'] as const)('prove it: %s', (name) => {
    for (const size of sizes) expect(run(1, size, [{ name }]).evidence).toBeGreaterThan(0);
  });

  it('do so whatever comes together', () => {
    const loud = behaviourNames.filter((name) => !name.startsWith('silent'));
    // What a broken certificate or a withheld vote would hide from those who look for proof.
    const hidden = new Set(['withhold-votes', 'invalid-certificates', 'stale-certificate']);
    const seen = loud.filter((name) => !hidden.has(name));
    for (const size of sizes) {
      expect(run(3, size, toBehaviours(loud))).toMatchObject({ kind: 'pass' });
      const verdict = run(4, size, toBehaviours(seen));
      expect(verdict).toMatchObject({ kind: 'pass' });
      expect(verdict.evidence).toBeGreaterThan(0);
    }
  });
});

function toBehaviours(names: readonly BehaviourName[]): Behaviour[] {
  return names.map((name) => ({ name }));
}
