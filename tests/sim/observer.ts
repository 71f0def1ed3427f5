import type { Crypto } from '../../node-image/src/engine/seam/crypto.ts';
import type { Commit } from '../../node-image/src/engine/seam/engine.ts';
import type { Evidence } from '../../node-image/src/engine/seam/evidence.ts';
import type { EngineMessage } from '../../node-image/src/engine/seam/message.ts';
import { transactionKey } from '../../node-image/src/engine/shared/transaction.ts';
import { Diverged, RuleBroken } from './broken.ts';
import type { Habits } from './subject.ts';

export interface ObserverOptions {
  /** Off for mutants: they must be caught by the fork that they cause, not by their broken habit. */
  readonly checksHabits: boolean;
  readonly habits: Habits;
  readonly byzantine: ReadonlySet<number>;
  /** Anybody's: to verify with. */
  readonly crypto: Pick<Crypto, 'verify'>;
}

/**
 * Watches all honest nodes from outside, across their crashes: the same log everywhere, every
 * transaction once, accusations of the guilty only, and the habits of their protocol.
 */
export class Observer {
  readonly #options: ObserverOptions;
  readonly #log: { readonly digestHex: string; readonly id: string }[] = [];
  readonly #keys = new Set<number>();
  #evidenceCount = 0;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  get height(): number {
    return this.#log.length;
  }

  get evidenceCount(): number {
    return this.#evidenceCount;
  }

  get transactionCount(): number {
    return this.#keys.size;
  }

  committed(node: number, height: number, commit: Commit): void {
    if (commit.height !== height) {
      throw new RuleBroken(`node ${node} delivered height ${commit.height}, expected ${height}`);
    }
    const known = this.#log[height - 1];
    if (known === undefined) {
      if (height !== this.#log.length + 1) {
        throw new RuleBroken(`node ${node} went on from a snapshot where nobody has been`);
      }
      this.#extend(node, commit);
    } else if (known.digestHex !== commit.digestHex || known.id !== commit.block.id) {
      throw new Diverged(
        `node ${node} committed ${commit.block.id.slice(0, 8)} of round ${commit.block.round} ` +
          `at height ${height}, where another committed ${known.id.slice(0, 8)}`,
      );
    }
  }

  persisted(node: number, state: unknown): void {
    if (this.#options.checksHabits) this.#options.habits.persisted(node, state);
  }

  sent(node: number, message: EngineMessage): void {
    if (this.#options.checksHabits) this.#options.habits.sent(node, message);
  }

  accused(node: number, evidence: Evidence): void {
    this.#evidenceCount++;
    const { offence, offender } = evidence;
    if (!isProof(evidence, this.#options.crypto)) {
      throw new RuleBroken(`node ${node} accuses ${offender} of ${offence} without proof`);
    }
    if (!this.#options.checksHabits || this.#options.byzantine.has(offender)) return;
    throw new RuleBroken(`node ${node} accuses honest node ${offender} of ${offence}`);
  }

  #extend(node: number, commit: Commit): void {
    const { block } = commit;
    const below = this.#log.at(-1);
    this.#options.habits.extended(node, commit, below?.id ?? null);
    this.#log.push({ digestHex: commit.digestHex, id: block.id });
    for (const transaction of commit.transactions) {
      const key = transactionKey(transaction);
      if (this.#keys.has(key)) throw new RuleBroken(`transaction ${key} delivered twice`);
      this.#keys.add(key);
    }
  }
}

/** Whether the offender signed two strings that differ, as far as the bytes go. */
function isProof({ offender, first, second }: Evidence, crypto: Pick<Crypto, 'verify'>): boolean {
  if (first.signedHex === second.signedHex) return false;
  return [first, second].every(({ signedHex, signatureHex }) =>
    crypto.verify(offender, Buffer.from(signedHex, 'hex'), Buffer.from(signatureHex, 'hex')),
  );
}
