/**
 * How much of the load that enters here a node takes on. Past saturation a longer queue commits
 * nothing more: it only makes every transaction wait, and be handed on again meanwhile. So the
 * node measures how fast its own transactions leave the queue, and refuses what would have to wait
 * for longer than its clients should.
 */
export class Intake {
  #count = 0;
  #elapsedMs = 0;
  #lastMs = 0;

  /** Own transactions were committed. @param waitMs how long one may wait */
  committed(count: number, nowMs: number, waitMs: number): void {
    // A pause in which nothing was committed counts, but not for ever.
    const elapsedMs = Math.min(nowMs - this.#lastMs, waitMs);
    this.#lastMs = nowMs;
    const kept = Math.exp(-elapsedMs / waitMs);
    this.#count = this.#count * kept + count;
    this.#elapsedMs = this.#elapsedMs * kept + elapsedMs;
  }

  /** So many own transactions leave within that time. */
  drainedIn(waitMs: number): number {
    return this.#elapsedMs === 0 ? 0 : (this.#count / this.#elapsedMs) * waitMs;
  }
}
