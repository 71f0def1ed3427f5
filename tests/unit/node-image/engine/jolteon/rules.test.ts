import { describe, expect, it } from '@jest/globals';
import { claimedHighQcRound } from '../../../../../node-image/src/engine/chained/rules.ts';
import { SafetyState } from '../../../../../node-image/src/engine/chained/safety-state.ts';
import { jolteonRules } from '../../../../../node-image/src/engine/jolteon/rules.ts';
import { Committee } from '../chained/committee.ts';

const committee = new Committee(4);
const parent = committee.block({ round: 3 });
const parentQc = committee.qc(parent);
const higherQc = committee.qc(committee.block({ round: 4 }));

describe('safety rules', () => {
  it.each([
    [5, 5, 4, true],
    [5, 5, 5, false],
    [4, 5, 3, false],
    [6, 5, 3, false],
  ])('vote for round %i in round %i after voting in %i: %p', (block, current, voted, may) => {
    expect(jolteonRules.mayVoteInRound(block, current, voted)).toBe(may);
  });

  it('let a block extend the round before', () => {
    expect(jolteonRules.isSafeToExtend(committee.block({ round: 4, parentQc }), 0)).toBe(true);
    expect(jolteonRules.isSafeToExtend(committee.block({ round: 5, parentQc }), 0)).toBe(false);
  });

  it('let a block extend what the timeouts of the round before show, or higher', () => {
    const timeoutCertificate = committee.tc(5, parentQc);
    const block = { round: 6, timeoutCertificate };
    expect(jolteonRules.isSafeToExtend(committee.block({ ...block, parentQc }), 0)).toBe(true);
    expect(jolteonRules.isSafeToExtend(committee.block({ ...block, parentQc: higherQc }), 0)).toBe(
      true,
    );
    const higher = { round: 6, timeoutCertificate: committee.tc(5, higherQc) };
    expect(jolteonRules.isSafeToExtend(committee.block({ ...higher, parentQc }), 0)).toBe(false);
  });

  it('do not take timeouts of another round for an excuse', () => {
    const timeoutCertificate = committee.tc(4, parentQc);
    const block = committee.block({ round: 6, parentQc, timeoutCertificate });
    expect(jolteonRules.isSafeToExtend(block, 0)).toBe(false);
  });

  it('commit on consecutive rounds only', () => {
    expect(jolteonRules.commits([4, 3])).toBe(true);
    expect(jolteonRules.commits([5, 3])).toBe(false);
  });

  it('judge timeouts by what their signers claim, not by what is shown', () => {
    const tc = committee.tc(5, parentQc);
    expect(claimedHighQcRound(tc)).toBe(3);
    expect(jolteonRules.carriesItsHighQc(tc)).toBe(true);
    expect(jolteonRules.carriesItsHighQc({ ...tc, highQc: higherQc })).toBe(false);
  });

  it('stop votes in a round that was given up', () => {
    expect(jolteonRules.lastVotedAfterTimeout(3, 7)).toBe(7);
    expect(jolteonRules.lastVotedAfterTimeout(9, 7)).toBe(9);
  });
});

describe('safety state', () => {
  it('only grows', () => {
    const state = new SafetyState(null);
    state.voted(4);
    expect(() => state.voted(3)).toThrow('Broken invariant');
    state.proposed(4);
    expect(() => state.proposed(4)).toThrow('Broken invariant');
    expect(state.raiseHighQc(higherQc)).toBe(true);
    expect(state.raiseHighQc(parentQc)).toBe(false);
    state.raiseLastTc(committee.tc(6, parentQc));
    state.raiseLastTc(committee.tc(5, parentQc));
    expect(state.entitledRound).toBe(7);
    expect(state.snapshot()).toMatchObject({
      lastVotedRound: 4,
      lastProposedRound: 4,
      highQc: higherQc,
      lastTc: { round: 6 },
    });
  });

  it('comes back from a snapshot as it was', () => {
    const state = new SafetyState(null);
    state.voted(9);
    state.proposed(8);
    state.raiseHighQc(higherQc);
    expect(new SafetyState(state.snapshot()).snapshot()).toEqual(state.snapshot());
  });
});
