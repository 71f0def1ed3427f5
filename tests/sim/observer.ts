import type { Commit, DurableState, Evidence } from '../../node-image/src/engine/engine.ts';
import type { Message } from '../../node-image/src/engine/messages.ts';
import { transactionKey } from '../../node-image/src/engine/transaction.ts';

/** Something that an honest node must never do, seen from outside. */
export class RuleBroken extends Error {
  override readonly name = 'RuleBroken';
}

/** Two honest nodes committed different logs: the one thing that must never happen. */
export class Diverged extends Error {
  override readonly name = 'Diverged';
}

export interface ObserverOptions {
  /** Off for mutants: they must be caught by the fork that they cause, not by their broken habit. */
  readonly checksHabits: boolean;
  readonly byzantine: ReadonlySet<number>;
}

interface Habits {
  readonly votes: Map<number, string>;
  readonly proposals: Map<number, string>;
  lastTimeoutRound: number;
  durable: DurableState | null;
}

/**
 * Watches all honest nodes from outside, across their crashes: the same log everywhere, one vote
 * and one proposal per round, no vote after giving up, every promise durable before it leaves.
 */
export class Observer {
  readonly #options: ObserverOptions;
  readonly #log: { readonly digestHex: string; readonly parent: string; readonly id: string }[] =
    [];
  readonly #keys = new Set<number>();
  readonly #habits = new Map<number, Habits>();
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
      this.#extend(node, commit);
    } else if (known.digestHex !== commit.digestHex || known.id !== commit.block.id) {
      throw new Diverged(
        `node ${node} committed ${commit.block.id.slice(0, 8)} of round ${commit.block.round} ` +
          `at height ${height}, where another committed ${known.id.slice(0, 8)}`,
      );
    }
  }

  persisted(node: number, state: DurableState): void {
    const before = this.#habitsOf(node).durable;
    const fell =
      before !== null &&
      (state.lastVotedRound < before.lastVotedRound ||
        state.lastProposedRound < before.lastProposedRound ||
        state.highQc.round < before.highQc.round);
    if (fell && this.#options.checksHabits)
      throw new RuleBroken(`node ${node}: durable state fell`);
    this.#habitsOf(node).durable = state;
  }

  sent(node: number, message: Message): void {
    if (!this.#options.checksHabits) return;
    const habits = this.#habitsOf(node);
    const { durable } = habits;
    if (message.kind === 'vote') {
      once(habits.votes, message.round, message.blockId, `node ${node} voted`);
      if (message.round <= habits.lastTimeoutRound) {
        throw new RuleBroken(`node ${node} voted in round ${message.round} after giving up on it`);
      }
      if ((durable?.lastVotedRound ?? 0) < message.round) {
        throw new RuleBroken(
          `node ${node}: vote of round ${message.round} left before it was durable`,
        );
      }
    } else if (message.kind === 'proposal') {
      const { round, id } = message.block;
      once(habits.proposals, round, id, `node ${node} proposed`);
      if ((durable?.lastProposedRound ?? 0) < round) {
        throw new RuleBroken(`node ${node}: proposal of round ${round} left before it was durable`);
      }
    } else if (message.kind === 'timeout') {
      habits.lastTimeoutRound = Math.max(habits.lastTimeoutRound, message.round);
      if ((durable?.lastVotedRound ?? 0) < message.round) {
        throw new RuleBroken(`node ${node}: timeout of round ${message.round} not durable`);
      }
    }
  }

  accused(node: number, evidence: Evidence): void {
    this.#evidenceCount++;
    if (!this.#options.checksHabits || this.#options.byzantine.has(evidence.offender)) return;
    throw new RuleBroken(
      `node ${node} accuses honest node ${evidence.offender} of ${evidence.offence}`,
    );
  }

  #extend(node: number, commit: Commit): void {
    const { block } = commit;
    const below = this.#log.at(-1);
    if (below !== undefined && block.parentQc.blockId !== below.id) {
      throw new Diverged(`node ${node}: block at height ${commit.height} does not extend the log`);
    }
    this.#log.push({ digestHex: commit.digestHex, parent: block.parentQc.blockId, id: block.id });
    for (const transaction of commit.transactions) {
      const key = transactionKey(transaction);
      if (this.#keys.has(key)) throw new RuleBroken(`transaction ${key} delivered twice`);
      this.#keys.add(key);
    }
  }

  #habitsOf(node: number): Habits {
    const held = this.#habits.get(node);
    if (held !== undefined) return held;
    const fresh = { votes: new Map(), proposals: new Map(), lastTimeoutRound: 0, durable: null };
    this.#habits.set(node, fresh);
    return fresh;
  }
}

function once(seen: Map<number, string>, round: number, id: string, what: string): void {
  const before = seen.get(round);
  if (before !== undefined && before !== id)
    throw new RuleBroken(`${what} twice in round ${round}`);
  seen.set(round, id);
}
