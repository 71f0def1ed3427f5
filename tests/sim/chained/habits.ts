import { genesisId } from '../../../node-image/src/engine/chained/genesis.ts';
import type { Block, Message } from '../../../node-image/src/engine/chained/messages.ts';
import type { DurableState } from '../../../node-image/src/engine/chained/seam.ts';
import type { Commit } from '../../../node-image/src/engine/seam/engine.ts';
import { Diverged, RuleBroken } from '../broken.ts';
import type { Habits } from '../subject.ts';

interface Memory {
  readonly votes: Map<number, string>;
  readonly proposals: Map<number, string>;
  lastTimeoutRound: number;
  durable: DurableState | null;
}

/** One vote and one proposal per round, no vote after giving up, every promise durable before it leaves. */
export class ChainedHabits implements Habits<Message> {
  readonly #memories = new Map<number, Memory>();

  persisted(node: number, state: DurableState): void {
    const before = this.#memoryOf(node).durable;
    const fell =
      before !== null &&
      (state.lastVotedRound < before.lastVotedRound ||
        state.lastProposedRound < before.lastProposedRound ||
        state.highQc.round < before.highQc.round);
    if (fell) throw new RuleBroken(`node ${node}: durable state fell`);
    this.#memoryOf(node).durable = state;
  }

  sent(node: number, message: Message): void {
    const memory = this.#memoryOf(node);
    const { durable } = memory;
    if (message.kind === 'vote') {
      once(memory.votes, message.round, message.blockId, `node ${node} voted`);
      if (message.round <= memory.lastTimeoutRound) {
        throw new RuleBroken(`node ${node} voted in round ${message.round} after giving up on it`);
      }
      if ((durable?.lastVotedRound ?? 0) < message.round) {
        throw new RuleBroken(
          `node ${node}: vote of round ${message.round} left before it was durable`,
        );
      }
    } else if (message.kind === 'proposal') {
      const { round, id } = message.block;
      once(memory.proposals, round, id, `node ${node} proposed`);
      if ((durable?.lastProposedRound ?? 0) < round) {
        throw new RuleBroken(`node ${node}: proposal of round ${round} left before it was durable`);
      }
    } else if (message.kind === 'timeout') {
      memory.lastTimeoutRound = Math.max(memory.lastTimeoutRound, message.round);
      if ((durable?.lastVotedRound ?? 0) < message.round) {
        throw new RuleBroken(`node ${node}: timeout of round ${message.round} not durable`);
      }
    }
  }

  extended(node: number, commit: Commit, below: string | null): void {
    // Chained engines commit whole blocks.
    const { parentQc } = commit.block as Block;
    if (parentQc.blockId !== (below ?? genesisId)) {
      throw new Diverged(`node ${node}: block at height ${commit.height} does not extend the log`);
    }
  }

  #memoryOf(node: number): Memory {
    const held = this.#memories.get(node);
    if (held !== undefined) return held;
    const fresh: Memory = {
      votes: new Map(),
      proposals: new Map(),
      lastTimeoutRound: 0,
      durable: null,
    };
    this.#memories.set(node, fresh);
    return fresh;
  }
}

function once(seen: Map<number, string>, round: number, id: string, what: string): void {
  const before = seen.get(round);
  if (before !== undefined && before !== id)
    throw new RuleBroken(`${what} twice in round ${round}`);
  seen.set(round, id);
}
