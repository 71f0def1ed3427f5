/**
 * What each member may cost this node: so much at once, and so much with time. Whoever is served
 * while something is left may overdraw, and then waits until that is made up for.
 */
export class Allowances {
  readonly #burst: number;
  readonly #perMs: number;
  /** By member: when all that it was given is paid for. */
  readonly #paidAtMs = new Map<number, number>();

  /** @param allowance.amount given at once, and again in every `allowance.periodMs` */
  constructor(allowance: { readonly amount: number; readonly periodMs: number }) {
    this.#burst = allowance.amount;
    this.#perMs = allowance.amount / allowance.periodMs;
  }

  spend(member: number, amount: number, nowMs: number): void {
    const full = nowMs - this.#burst / this.#perMs;
    const paidAtMs = Math.max(this.#paidAtMs.get(member) ?? full, full);
    this.#paidAtMs.set(member, paidAtMs + amount / this.#perMs);
  }

  /** When the member may spend again; in the past if it may now. */
  freeAtMs(member: number): number {
    return this.#paidAtMs.get(member) ?? Number.NEGATIVE_INFINITY;
  }

  /** Whether something is left for the member. */
  isFree(member: number, nowMs: number): boolean {
    return this.freeAtMs(member) <= nowMs;
  }
}
