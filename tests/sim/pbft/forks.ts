import { BlockHasher } from '../../../node-image/src/engine/pbft/block.ts';
import type { Block } from '../../../node-image/src/engine/pbft/messages.ts';
import { writeTransactionHeader } from '../../../node-image/src/engine/shared/transaction.ts';
import type { Plot } from './coalition.ts';

/** Slots per view that are forked: whoever always misbehaves is soon rid of its view. */
const attacksPerView = 12;

/** What a primary of the coalition does: several blocks for one slot, early, late, or none at all. */
export class Forks {
  readonly #plot: Plot;
  readonly #hasher: BlockHasher;
  readonly #attacks = new Map<number, number>();
  #sequence = 0;

  constructor(plot: Plot) {
    this.#plot = plot;
    this.#hasher = new BlockHasher(plot.signing.blockPrefix, plot.world.keyring.forMember(0).hash);
  }

  attack(): void {
    const { knowledge, options, members, world } = this.#plot;
    const view = knowledge.highestView;
    const primary = view % options.committeeSize;
    const count = this.#attacks.get(view) ?? 0;
    if (!members.has(primary) || count >= attacksPerView || world.prng.next() < 0.3) return;
    this.#attacks.set(view, count + 1);
    this.fork(view, this.#slot(view));
  }

  /** The next slot, mostly; else one that has a block already, or one too far. */
  #slot(view: number): number {
    const { knowledge, world } = this.#plot;
    const used = [...knowledge.candidates()].filter((each) => each.view === view);
    const last = Math.max(
      knowledge.stables.at(-1)?.slot ?? 0,
      ...used.map(({ slot }) => slot),
      used.length === 0 ? knowledge.highestSlot : 0,
    );
    const dice = world.prng.next();
    if (dice < 0.6) return last + 1;
    return dice < 0.95 ? Math.max(1, last - world.prng.below(2)) : last + 2;
  }

  fork(view: number, slot: number): void {
    const { prng } = this.#plot.world;
    const blocks = Array.from({ length: 1 + prng.below(3) }, () => this.#block(view, slot));
    const dice = prng.next();
    if (dice < 0.35) this.#split(view, blocks);
    else for (const block of blocks) this.#propose(view, block, dice < 0.7 ? 1 : 0.5);
  }

  /** Every honest member hears of one of them only. */
  #split(view: number, blocks: readonly Block[]): void {
    const { options, members, world } = this.#plot;
    const messages = blocks.map((block) => this.#signed(view, block));
    for (let to = 0; to < options.committeeSize; to++) {
      const message = messages[world.prng.below(messages.length)];
      if (members.has(to) || message === undefined) continue;
      world.send(view % options.committeeSize, to, message);
    }
  }

  #propose(view: number, block: Block, ratio: number): void {
    const message = this.#signed(view, block);
    this.#plot.spread(view % this.#plot.options.committeeSize, message, ratio);
  }

  #signed(view: number, block: Block) {
    const { world, options, signing, knowledge } = this.#plot;
    const primary = view % options.committeeSize;
    const of = { view, slot: block.slot, id: block.id };
    const signature = world.keyring.forMember(primary).sign(signing.slot('P', of));
    knowledge.blocks.set(block.id, block);
    const candidate = knowledge.propose(of, signature);
    if (candidate !== null) this.#plot.endorse(candidate);
    return { kind: 'pre-prepare', view, block, signature } as const;
  }

  #block(view: number, slot: number): Block {
    const { world, options } = this.#plot;
    const transaction = new Uint8Array(24);
    writeTransactionHeader(transaction, {
      intendedNs: 0n,
      client: 1000,
      sequence: this.#sequence++,
    });
    const header = {
      slot,
      view,
      author: view % options.committeeSize,
      createdUnixMs: world.prng.below(1_000_000),
      transactions: world.prng.next() < 0.5 ? [] : [transaction],
    };
    return { id: this.#hasher.id(header), ...header };
  }
}
