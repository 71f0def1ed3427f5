import type { Message } from '../../../node-image/src/engine/pbft/messages.ts';
import { createSigning, type Signing } from '../../../node-image/src/engine/pbft/signing.ts';
import type { Adversary, AdversaryOptions, AdversaryWorld } from '../subject.ts';
import { Forks } from './forks.ts';
import { type Candidate, Knowledge } from './knowledge.ts';
import { LyingCalls } from './lying-calls.ts';

export interface CoalitionOptions extends AdversaryOptions {
  readonly quorum: number;
}

/** What the parts of the coalition share. */
export interface Plot {
  readonly options: CoalitionOptions;
  readonly world: AdversaryWorld<Message>;
  readonly members: ReadonlySet<number>;
  readonly knowledge: Knowledge;
  readonly signing: Signing;
  /** To each honest member with the given chance, early or late. */
  spread(from: number, message: Message, ratio: number): void;
  /** The members vote for it, whatever they voted for before. */
  endorse(candidate: Candidate): void;
}

/**
 * How the members' votes for a block are spread. Who hears of their COMMITs decides who executes;
 * PREPAREs kept back make certificates that nobody honest has.
 */
const commitRatios = [1, 1, 0.5, 0.25, 0];
const prepareRatios = [1, 1, 1, 0.5, 0];

/**
 * f members under one will, who share all they see and hold their own keys only. They prepare and
 * commit every block of every fork, to everyone or to a few; when one of them is primary it makes
 * forks; they call for views whenever it suits them, with stale checkpoints, certificates left out
 * and forged; and who of them leads a new view picks the calls that show least, or makes it up.
 */
export class PbftCoalition implements Adversary<Message>, Plot {
  readonly options: CoalitionOptions;
  readonly world: AdversaryWorld<Message>;
  readonly members: ReadonlySet<number>;
  readonly knowledge: Knowledge;
  readonly signing: Signing;
  readonly #forks: Forks;
  readonly #calls: LyingCalls;

  constructor(options: CoalitionOptions, world: AdversaryWorld<Message>) {
    this.options = options;
    this.world = world;
    this.members = new Set(options.members);
    this.knowledge = new Knowledge(options.quorum);
    this.signing = createSigning(options.chainId, world.keyring.forMember(0).hash);
    this.#forks = new Forks(this);
    this.#calls = new LyingCalls(this);
  }

  start(): void {
    this.#plot();
  }

  receive(to: number, from: number, message: Message): void {
    const candidate = this.knowledge.learn(from, message);
    if (candidate !== null) this.endorse(candidate);
    if (message.kind === 'view-change') this.#calls.lead(message.statement.view);
    if (message.kind === 'log-request') this.#lieAboutTheLog(to, from, message.executedSlot);
  }

  #plot(): void {
    const { prng } = this.world;
    this.#forks.attack();
    if (prng.next() < 0.4) this.#calls.call();
    this.world.later(this.options.roundMs * (0.1 + prng.next() * 0.6), () => this.#plot());
  }

  endorse(candidate: Candidate): void {
    const { prng, keyring } = this.world;
    const { view, slot, id } = candidate;
    const prepareRatio = prepareRatios[prng.below(prepareRatios.length)] ?? 1;
    const commitRatio = commitRatios[prng.below(commitRatios.length)] ?? 1;
    for (const member of this.members) {
      const crypto = keyring.forMember(member);
      const of = { view, slot, id };
      if (member !== view % this.options.committeeSize) {
        const signature = crypto.sign(this.signing.slot('R', of));
        candidate.prepares.set(member, signature);
        this.spread(member, { kind: 'prepare', ...of, signature }, prepareRatio);
      }
      const signature = crypto.sign(this.signing.slot('C', of));
      this.spread(member, { kind: 'commit', ...of, signature }, commitRatio);
    }
  }

  spread(from: number, message: Message, ratio: number): void {
    const { prng } = this.world;
    const isLate = prng.next() < 0.3;
    for (let to = 0; to < this.options.committeeSize; to++) {
      if (this.members.has(to) || prng.next() >= ratio) continue;
      const delayMs = isLate ? prng.next() * this.options.roundMs * 2 : 0;
      this.world.later(delayMs, () => this.world.send(from, to, message));
    }
  }

  #lieAboutTheLog(self: number, to: number, executedSlot: number): void {
    const { prng } = this.world;
    if (prng.next() < 0.5) return;
    const { stables, blocks } = this.knowledge;
    const certificate = stables[prng.below(stables.length)] ?? null;
    const known = [...blocks.values()].filter(({ slot }) => slot > executedSlot).slice(0, 8);
    this.world.send(self, to, {
      kind: 'log-answer',
      executedSlot,
      droppedSlot: prng.below(40),
      certificate,
      ids: known.map(({ id }) => id),
      blocks: known,
      windows: prng.next() < 0.2 ? new Uint8Array(16) : null,
    });
  }
}
