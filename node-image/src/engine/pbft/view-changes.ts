import type { PreparedCertificate, StableCertificate, ViewChangeStatement } from './messages.ts';
import type { SafetyRules } from './rules.ts';

/** Gathers verified VIEW-CHANGEs: of each member the one for the highest view. */
export class ViewChanges {
  readonly #held = new Map<number, ViewChangeStatement>();

  /** Whether a statement of this member and view would be news. */
  isNews(member: number, view: number): boolean {
    return view > (this.#held.get(member)?.view ?? 0);
  }

  /** As `isNews`, or another word about the same view, which would be evidence. */
  isCall(member: number, view: number): boolean {
    return view >= (this.#held.get(member)?.view ?? 0);
  }

  held(member: number): ViewChangeStatement | undefined {
    return this.#held.get(member);
  }

  add(statement: ViewChangeStatement): void {
    if (this.isNews(statement.member, statement.view)) {
      this.#held.set(statement.member, statement);
    }
  }

  /** How many members call for this view or a later one. */
  countFrom(view: number): number {
    let count = 0;
    for (const statement of this.#held.values()) if (statement.view >= view) count++;
    return count;
  }

  /** Members ascending, so that everybody who holds the same makes the same of it. */
  of(view: number): ViewChangeStatement[] {
    const found = [...this.#held.values()].filter((each) => each.view === view);
    return found.sort((a, b) => a.member - b.member);
  }

  /**
   * The view to join: the highest that `count` members other than `self` call for, or more than
   * that; null if it is not above `aboveView`.
   */
  joinedView(aboveView: number, self: number, count: number): number | null {
    const views = [...this.#held.values()]
      .filter(({ member, view }) => member !== self && view > aboveView)
      .map(({ view }) => view)
      .sort((a, b) => b - a);
    return views[count - 1] ?? null;
  }

  forgetUpTo(view: number): void {
    for (const [member, statement] of this.#held) {
      if (statement.view <= view) this.#held.delete(member);
    }
  }
}

/** What a new view has to propose, as its statements demand it: the same for everyone. */
export interface Demand {
  /** The newest checkpoint shown: everything up to it is settled. */
  readonly stable: StableCertificate;
  /** For the slots above it, without gaps: the block that must be proposed, null for a no-op. */
  readonly ids: readonly (string | null)[];
}

/**
 * A block that was committed anywhere was prepared by a quorum, so one of its certificates is in
 * every quorum of statements, unless a checkpoint there covers the slot; and no certificate of a
 * later view can show another block, because that view's own demand was this one. So the
 * certificate of the highest view decides.
 */
export function demandOf(
  statements: readonly ViewChangeStatement[],
  genesis: StableCertificate,
  rules: SafetyRules,
): Demand {
  let stable = genesis;
  for (const each of statements) if (each.stable.slot > stable.slot) stable = each.stable;
  const bySlot = new Map<number, PreparedCertificate[]>();
  let lastSlot = stable.slot;
  for (const { prepared } of statements) {
    for (const certificate of prepared) {
      const { slot } = certificate;
      bySlot.set(slot, [...(bySlot.get(slot) ?? []), certificate]);
      lastSlot = Math.max(lastSlot, slot);
    }
  }
  const ids: (string | null)[] = [];
  for (let slot = stable.slot + 1; slot <= lastSlot; slot++) {
    ids.push(rules.choose(bySlot.get(slot) ?? []));
  }
  return { stable, ids };
}
