import type { QuorumCertificate, TimeoutCertificate, TimeoutEntry } from './messages.ts';

export type TimeoutOutcome =
  | { readonly kind: 'counted'; readonly count: number }
  | { readonly kind: 'quorum'; readonly tc: TimeoutCertificate };

/**
 * Gathers verified timeouts of one round, the first of each member. Timeouts of a later round
 * carry the certificate that moves this node there first, so one round is all it ever needs.
 */
export class TimeoutCollector {
  readonly #quorum: number;
  #round = 0;
  #count = 0;
  #byVoter: (TimeoutEntry | undefined)[] = [];
  #highQc: QuorumCertificate | null = null;

  constructor(quorum: number) {
    this.#quorum = quorum;
  }

  has(round: number, voter: number): boolean {
    return round === this.#round && this.#byVoter[voter] !== undefined;
  }

  /**
   * @param entry verified, and of a member not counted yet
   * @param highQc verified, of round entry.highQcRound
   */
  add(round: number, entry: TimeoutEntry, highQc: QuorumCertificate): TimeoutOutcome {
    if (round !== this.#round) this.#restart(round);
    this.#byVoter[entry.voter] = entry;
    this.#count++;
    if (this.#highQc === null || highQc.round > this.#highQc.round) this.#highQc = highQc;
    if (this.#count < this.#quorum) return { kind: 'counted', count: this.#count };
    const entries = this.#byVoter.filter((each) => each !== undefined);
    return { kind: 'quorum', tc: { round, entries, highQc: this.#highQc } };
  }

  #restart(round: number): void {
    this.#round = round;
    this.#count = 0;
    this.#byVoter = [];
    this.#highQc = null;
  }
}
