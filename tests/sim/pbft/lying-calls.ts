import { BlockHasher, emptyBlock } from '../../../node-image/src/engine/pbft/block.ts';
import {
  genesis,
  type NewView,
  type PreparedCertificate,
  type StableCertificate,
  type ViewChangeStatement,
} from '../../../node-image/src/engine/pbft/messages.ts';
import { pbftRules } from '../../../node-image/src/engine/pbft/rules.ts';
import { demandOf } from '../../../node-image/src/engine/pbft/view-changes.ts';
import type { Plot } from './coalition.ts';

const newViewsPerView = 3;
/** Slots above a checkpoint that certificates may be of, at the least that a scenario draws. */
const windowSlots = 4;

/** Calls for views, and new views, that hide what was prepared, or make it up. */
export class LyingCalls {
  readonly #plot: Plot;
  readonly #hasher: BlockHasher;
  readonly #led = new Map<number, number>();

  constructor(plot: Plot) {
    this.#plot = plot;
    this.#hasher = new BlockHasher(plot.signing.blockPrefix, plot.world.keyring.forMember(0).hash);
  }

  /** For a view that one of its own leads, if one is near: f calls are all but a quorum to join. */
  call(): void {
    const { knowledge, options, members, world } = this.#plot;
    let view = knowledge.highestView + 1;
    for (let ahead = 0; ahead < 3 && !members.has(view % options.committeeSize); ahead++) view++;
    if (world.prng.next() < 0.5) view = knowledge.highestView + 1;
    for (const member of members) {
      const statement = this.#statement(view, member);
      knowledge.call(statement);
      this.#plot.spread(member, { kind: 'view-change', statement }, world.prng.next() < 0.7 ? 1 : 0.5);
    }
    this.lead(view);
  }

  /** A quorum calls for a view of the coalition's: it begins with whatever does the most harm. */
  lead(view: number): void {
    const { knowledge, options, members, world } = this.#plot;
    const primary = view % options.committeeSize;
    if (!members.has(primary) || view < knowledge.highestView) return;
    for (const member of members) {
      if (!knowledge.calls(view).has(member)) knowledge.call(this.#statement(view, member));
    }
    const led = this.#led.get(view) ?? 0;
    if (knowledge.calls(view).size < options.quorum || led >= newViewsPerView) return;
    this.#led.set(view, led + 1);
    const isForged = world.prng.next() < 0.3;
    const newView = this.#newView(view, isForged);
    if (!isForged) knowledge.learn(primary, newView);
    this.#plot.spread(primary, newView, world.prng.next() < 0.5 ? 1 : 0.5);
  }

  #newView(view: number, isForged: boolean): NewView {
    const { knowledge, options, world, signing } = this.#plot;
    const crypto = world.keyring.forMember(view % options.committeeSize);
    const statements = [...knowledge.calls(view).values()]
      .map((variants) => this.#least(variants))
      .sort((a, b) => weight(a) - weight(b))
      .slice(0, options.quorum)
      .sort((a, b) => a.member - b.member);
    const { stable, ids } = demandOf(statements, genesis, pbftRules);
    const proposals = ids.map((demanded, index) => {
      const slot = stable.slot + 1 + index;
      const nothing = emptyBlock(slot, options.committeeSize, this.#hasher).id;
      const id = isForged ? this.#other(slot, demanded ?? nothing) : (demanded ?? nothing);
      const signature = crypto.sign(signing.slot('P', { view, slot, id }));
      const candidate = knowledge.propose({ view, slot, id }, signature);
      if (candidate !== null) this.#plot.endorse(candidate);
      return { slot, id, signature };
    });
    const signature = crypto.sign(signing.newView(view, statements, proposals));
    return { kind: 'new-view', view, statements, proposals, signature };
  }

  #least(variants: readonly ViewChangeStatement[]): ViewChangeStatement {
    return variants.reduce((least, each) => (weight(each) < weight(least) ? each : least));
  }

  /** Any other block of that slot, or none. */
  #other(slot: number, demanded: string): string {
    const { knowledge, options, world } = this.#plot;
    const others = knowledge.candidatesIn(slot).filter(({ id }) => id !== demanded);
    const other = others[world.prng.below(Math.max(1, others.length))]?.id;
    return other ?? emptyBlock(slot, options.committeeSize, this.#hasher).id;
  }

  #statement(view: number, member: number): ViewChangeStatement {
    const { world, signing, knowledge } = this.#plot;
    const { prng } = world;
    const stables = knowledge.stables;
    const reach = Math.min(stables.length, 1 + prng.below(3));
    const stable = stables[stables.length - 1 - prng.below(reach)] ?? genesis;
    const prepared = this.#prepared(view, stable);
    const content = { view, stable, prepared };
    const signature = world.keyring.forMember(member).sign(signing.viewChange(content));
    return { ...content, member, signature };
  }

  /** True certificates, some left out, the oldest before the newest, some forged. */
  #prepared(view: number, stable: StableCertificate): PreparedCertificate[] {
    const { knowledge, world } = this.#plot;
    const { prng } = world;
    const chosen = new Map<number, PreparedCertificate>();
    const forgesMost = prng.next() < 0.4;
    if (!forgesMost && prng.next() < 0.4) return [];
    for (const candidate of knowledge.candidates()) {
      const { slot } = candidate;
      const isOfUse = slot > stable.slot && slot <= stable.slot + windowSlots;
      if (!isOfUse || candidate.view >= view) continue;
      const isForged = forgesMost && prng.next() < 0.7;
      const certificate = isForged
        ? this.#forged(view, slot, this.#other(slot, candidate.id))
        : knowledge.certificateOf(candidate);
      if (certificate === null || prng.next() < 0.3) continue;
      const held = chosen.get(slot);
      if (held === undefined || certificate.view < held.view || prng.next() < 0.5) {
        chosen.set(slot, certificate);
      }
    }
    return [...chosen.values()].sort((a, b) => a.slot - b.slot);
  }

  /** Of the newest view there can be, with the members' own signatures and made-up ones. */
  #forged(view: number, slot: number, id: string): PreparedCertificate {
    const { options, world, signing, members } = this.#plot;
    const of = { view: view - 1, slot, id };
    const primary = of.view % options.committeeSize;
    const signers = Array.from({ length: options.committeeSize }, (_, member) => member);
    const prepares = signers
      .filter((member) => member !== primary)
      .slice(0, options.quorum - 1)
      .map((member) => ({
        member,
        signature: members.has(member)
          ? world.keyring.forMember(member).sign(signing.slot('R', of))
          : new Uint8Array(32),
      }));
    const proposalSignature = members.has(primary)
      ? world.keyring.forMember(primary).sign(signing.slot('P', of))
      : new Uint8Array(32);
    return { ...of, proposalSignature, prepares };
  }
}

/** How much a call shows. */
function weight({ stable, prepared }: ViewChangeStatement): number {
  return stable.slot * 1_000 + prepared.reduce((sum, { view }) => sum + 1 + view, 0);
}
