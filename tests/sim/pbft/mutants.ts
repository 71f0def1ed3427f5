import type { PreparedCertificate } from '../../../node-image/src/engine/pbft/messages.ts';
import { pbftRules, type SafetyRules } from '../../../node-image/src/engine/pbft/rules.ts';
import { faultyMax } from '../../../node-image/src/engine/shared/quorum.ts';
import type { Mutant } from '../mutants.ts';
import { pbftSubject } from './subject.ts';

/** PBFT with one safety rule broken each: consensus.md 6.3, the forging ones included. */
export const pbftMutants: readonly Mutant[] = [
  mutant('pbft-quorum-2f', { quorumSize: (size) => Math.max(1, 2 * faultyMax(size)) }),
  mutant('pbft-quorum-2f-plus-1', { quorumSize: (size) => 2 * faultyMax(size) + 1 }, 6),
  mutant('pbft-executes-when-prepared', {
    mayExecute: ({ isPrepared, isCommitted }) => isPrepared || isCommitted,
  }),
  mutant('pbft-ignores-prepared-certificates', { choose: () => null }),
  mutant('pbft-takes-the-lowest-view', { choose: lowest }),
  mutant('pbft-votes-after-calling-for-a-view', { mayVote: () => true }),
  mutant('pbft-trusts-certificates-unseen', { checksCertificates: false }),
  mutant('pbft-takes-any-new-view', { isDemanded: () => true }),
  mutant('pbft-accepts-a-second-proposal', { mayAccept: () => true }),
];

function lowest(certificates: readonly PreparedCertificate[]): string | null {
  let best: PreparedCertificate | null = null;
  for (const each of certificates) if (best === null || each.view < best.view) best = each;
  return best === null ? null : best.id;
}

function mutant(name: string, broken: Partial<SafetyRules>, committeeSize = 4): Mutant {
  return { name, subject: pbftSubject({ ...pbftRules, ...broken }), committeeSize };
}
