import type { Prng } from '../../../controller/src/lib/prng.ts';
import type {
  QuorumCertificate,
  TimeoutCertificate,
} from '../../../node-image/src/engine/chained/messages.ts';

export interface ProposalParts {
  readonly parentQc: QuorumCertificate;
  readonly timeoutCertificate: TimeoutCertificate | null;
}

/** Certificates that no honest member would make; a correct engine sees through each of them. */
export function forgedProposalParts(given: {
  readonly parentQc: QuorumCertificate;
  readonly best: QuorumCertificate;
  readonly tc: TimeoutCertificate | null;
  readonly prng: Prng;
}): ProposalParts {
  const { parentQc, best, tc, prng } = given;
  const dice = prng.below(4);
  // True signatures, but the certificate shows an older block than its signers hold.
  if (tc !== null && dice < 2) return { parentQc, timeoutCertificate: { ...tc, highQc: parentQc } };
  // Signers made to claim less than they signed.
  if (tc !== null && dice === 2) {
    const entries = tc.entries.map((entry) => ({ ...entry, highQcRound: parentQc.round }));
    return { parentQc, timeoutCertificate: { ...tc, entries, highQc: parentQc } };
  }
  // A certificate that exists, with bytes that prove nothing.
  const signatures = best.signatures.map((signature) => new Uint8Array(signature.length));
  return { parentQc: { ...best, signatures }, timeoutCertificate: null };
}
