import type { Certificates } from './certificates.ts';
import type { QuorumCertificate, TimeoutCertificate, TimeoutEntry } from './messages.ts';

export type TimeoutOutcome = {
  /** Members whose timeouts were counted and proved false. */
  readonly culprits: readonly number[];
} & (
  | { readonly kind: 'counted'; readonly count: number }
  | { readonly kind: 'quorum'; readonly tc: TimeoutCertificate }
);

interface Counted {
  readonly entry: TimeoutEntry;
  readonly highQc: QuorumCertificate;
}

/**
 * Gathers admitted timeouts of one round, the first of each member. Timeouts of a later round
 * carry the certificate that moves this node there first, so one round is all it ever needs.
 */
export class TimeoutCollector {
  readonly #quorum: number;
  readonly #certificates: Pick<Certificates, 'certifyTimeouts'>;
  #round = 0;
  #count = 0;
  #byVoter: (Counted | undefined)[] = [];

  constructor(quorum: number, certificates: Pick<Certificates, 'certifyTimeouts'>) {
    this.#quorum = quorum;
    this.#certificates = certificates;
  }

  has(round: number, voter: number): boolean {
    return round === this.#round && this.#byVoter[voter] !== undefined;
  }

  /**
   * @param entry admitted, and of a member not counted yet
   * @param highQc verified, of round entry.highQcRound
   */
  add(round: number, entry: TimeoutEntry, highQc: QuorumCertificate): TimeoutOutcome {
    if (round !== this.#round) this.#restart(round);
    this.#byVoter[entry.voter] = { entry, highQc };
    this.#count++;
    if (this.#count < this.#quorum) return { kind: 'counted', count: this.#count, culprits: [] };
    const { certificate, culprits } = this.#certificates.certifyTimeouts(
      round,
      this.#counted().map((each) => each.entry),
    );
    for (const culprit of culprits) this.#byVoter[culprit] = undefined;
    this.#count -= culprits.length;
    if (certificate === null) return { kind: 'counted', count: this.#count, culprits };
    return { kind: 'quorum', tc: { round, ...certificate, highQc: this.#highest() }, culprits };
  }

  #counted(): Counted[] {
    return this.#byVoter.filter((each) => each !== undefined);
  }

  /** Of those that are counted still: a certificate shows the highest that its entries name. */
  #highest(): QuorumCertificate {
    return this.#counted()
      .map(({ highQc }) => highQc)
      .reduce((a, b) => (b.round > a.round ? b : a));
  }

  #restart(round: number): void {
    this.#round = round;
    this.#count = 0;
    this.#byVoter = [];
  }
}
