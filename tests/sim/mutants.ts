import type { ChainedRules } from '../../node-image/src/engine/chained/rules.ts';
import { hotstuffDefinition } from '../../node-image/src/engine/hotstuff/protocol.ts';
import { jolteonDefinition } from '../../node-image/src/engine/jolteon/protocol.ts';
import { jolteonRules } from '../../node-image/src/engine/jolteon/rules.ts';
import { faultyMax } from '../../node-image/src/engine/shared/quorum.ts';
import { chainedSubject } from './chained/subject.ts';
import type { Subject } from './subject.ts';

export interface Mutant {
  readonly name: string;
  readonly subject: Subject;
  /** Where the break can show at all. */
  readonly committeeSize?: number;
}

/** Known-bad protocols, each with one safety rule broken: a simulator that misses one is no test. */
export const mutants: readonly Mutant[] = [
  // Needs three neighbours in the coalition to hide enough: the largest committee has them.
  mutant('commits-without-consecutive-rounds', { commits: () => true }, 10),
  mutant('ignores-high-qc-of-timeouts', {
    isSafeToExtend: (block) =>
      block.parentQc.round + 1 === block.round ||
      block.timeoutCertificate?.round === block.round - 1,
  }),
  mutant('votes-after-timeout', { lastVotedAfterTimeout: (lastVotedRound) => lastVotedRound }),
  mutant('quorum-2f', { quorumSize: (size) => 2 * faultyMax(size) }),
  mutant('quorum-2f-plus-1', { quorumSize: (size) => 2 * faultyMax(size) + 1 }, 6),
  mutant('votes-twice-per-round', { mayVoteInRound: (round, current) => round === current }),
  mutant('votes-on-any-certificate', { isSafeToExtend: () => true }),
  mutant('trusts-wrong-high-qc-in-timeouts', {
    carriesItsHighQc: () => true,
    isSafeToExtend: ({ round, parentQc, timeoutCertificate: tc }) =>
      parentQc.round + 1 === round ||
      (tc !== null && tc.round + 1 === round && parentQc.round >= tc.highQc.round),
  }),
  // The lock, on which the third phase rests, and the third phase itself.
  hotstuffMutant('hotstuff-votes-below-its-lock', { isSafeToExtend: () => true }),
  hotstuffMutant('hotstuff-locks-nothing', { lockOf: () => 0 }),
  hotstuffMutant('hotstuff-commits-after-two-phases', { chainLength: 2 }),
  hotstuffMutant('hotstuff-commits-without-consecutive-rounds', { commits: () => true }),
];

function hotstuffMutant(name: string, broken: Partial<ChainedRules>): Mutant {
  const rules = { ...hotstuffDefinition.rules, ...broken };
  return { name, subject: chainedSubject({ ...hotstuffDefinition, rules }) };
}

function mutant(name: string, broken: Partial<ChainedRules>, committeeSize?: number): Mutant {
  const rules = { ...jolteonRules, ...broken };
  const subject = chainedSubject({ ...jolteonDefinition, rules });
  return committeeSize === undefined ? { name, subject } : { name, subject, committeeSize };
}
