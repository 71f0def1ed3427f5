import { describe, expect, it } from '@jest/globals';
import type { Behaviour } from '../../../../node-image/src/contract/index.ts';
import {
  type BehaviourDesk,
  createBehaviourDesk,
  type WrappedMember,
} from '../../../../node-image/src/shell/behaviour-desk.ts';
import { forger, note, ScriptedEngine, traitsOf } from '../byzantine/scripted-engine.ts';

function desk() {
  let nudges = 0;
  const nudge = (): void => {
    nudges += 1;
  };
  return { desk: createBehaviourDesk({ wallMs: () => 12.5, nudge }), nudges: () => nudges };
}

function member(given: Partial<WrappedMember> = {}): WrappedMember & { engine: ScriptedEngine } {
  return {
    protocol: 'notes',
    selfIndex: 0,
    committeeSize: 4,
    baseTimeoutMs: 1_000,
    traitsOf,
    forger,
    createTwin: () => new ScriptedEngine(),
    ...given,
    engine: new ScriptedEngine(),
  };
}

const order = (...behaviours: Behaviour[]) => ({ behaviours, seed: 1 });
const vote = [{ kind: 'send', to: 1, message: note('vote') }] as const;

function leaving(to: BehaviourDesk, self = member()): number {
  const engine = to.wrap(self);
  self.engine.next = vote;
  return engine.start(0).length;
}

describe('the desk for behaviours', () => {
  it('applies what was ordered before there was an engine, and counts it', () => {
    const { desk: it } = desk();
    expect(it.order(order({ name: 'silent' }))).toEqual({ appliedUnixMs: 12.5 });
    expect(leaving(it)).toBe(0);
    expect(it.status()).toEqual({ behaviours: [{ name: 'silent' }], misbehaviours: { silent: 1 } });
  });

  it('changes an engine that runs, at once, and keeps the counts when it is honest again', () => {
    const { desk: it, nudges } = desk();
    const self = member();
    const engine = it.wrap(self);
    it.order(order({ name: 'withhold-votes' }));
    expect(nudges()).toBe(1);
    self.engine.next = vote;
    expect(engine.step(1, { kind: 'submit', transactions: [] })).toEqual([]);
    it.order(order());
    self.engine.next = vote;
    expect(engine.step(2, { kind: 'submit', transactions: [] })).toEqual(vote);
    expect(it.status()).toEqual({ behaviours: [], misbehaviours: { 'withhold-votes': 1 } });
  });

  it.each<[Behaviour[], string]>([
    [[{ name: 'silent' }, { name: 'silent' }], 'silent is listed twice'],
    [[{ name: 'censor', nodes: [1, 4] }], 'censor names node 4, in a committee of 4'],
    [[{ name: 'equivocate' }], 'notes does not know how to equivocate; it can silent, '],
  ])('refuses %j, and nothing changes', (behaviours, why) => {
    const { desk: it } = desk();
    it.wrap(member({ forger: null }));
    it.order(order({ name: 'replay' }));
    expect(() => it.order(order(...behaviours))).toThrow(why);
    expect(it.status().behaviours).toEqual([{ name: 'replay' }]);
  });

  it('refuses an engine that cannot do what has been ordered', () => {
    const { desk: it } = desk();
    it.order(order({ name: 'sync-flood' }));
    expect(() => it.wrap(member({ forger: {} }))).toThrow('notes does not know how to sync-flood');
  });
});
