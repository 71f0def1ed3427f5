export interface FetchingOptions {
  readonly committeeSize: number;
  readonly selfIndex: number;
  readonly seed: number;
  /** So many members that at least one of them is honest. */
  readonly enough: number;
}

/**
 * Whom to ask for the log, and whether a snapshot has to do. One request is under way at a time;
 * a peer that helps is asked again, one that does not or is silent makes room for another.
 */
export class Fetching {
  readonly #options: FetchingOptions;
  readonly #dropped = new Set<number>();
  #peer = -1;
  #isAsked = false;
  #helps = false;
  #askedSlot = 0;
  #deadlineMs = Number.NEGATIVE_INFINITY;
  #chance: number;

  constructor(options: FetchingOptions) {
    this.#options = options;
    this.#chance = options.seed | 0;
  }

  get deadlineMs(): number {
    return this.#deadlineMs;
  }

  /** Enough peers have dropped what this replica needs next: nobody may be able to replay it. */
  get isOutOfWindow(): boolean {
    return this.#dropped.size >= this.#options.enough;
  }

  isAsked(peer: number): boolean {
    return this.#isAsked && peer === this.#peer;
  }

  /** @returns whom to ask, or -1 if it is not time */
  next(executedSlot: number, nowMs: number, retryMs: number): number {
    if (nowMs < this.#deadlineMs) return -1;
    if (!this.#helps) this.#peer = this.peer(this.#peer);
    this.#helps = false;
    this.#isAsked = true;
    this.#askedSlot = executedSlot;
    this.#deadlineMs = nowMs + retryMs;
    return this.#peer;
  }

  /** The answer of the peer that was asked. @returns false if nobody asked for it */
  answered(from: number, executedSlot: number): boolean {
    if (!this.isAsked(from) || executedSlot !== this.#askedSlot) return false;
    this.#isAsked = false;
    this.#deadlineMs = Number.NEGATIVE_INFINITY;
    return true;
  }

  helped(): void {
    this.#helps = true;
    this.#dropped.clear();
  }

  /** It could not help for now: somebody else is asked, but not at once. */
  refused(nowMs: number, pauseMs: number): void {
    this.#deadlineMs = nowMs + pauseMs;
  }

  hasDropped(from: number): void {
    this.#dropped.add(from);
  }

  /** Another member, by a linear congruential step (Numerical Recipes): chance enough. */
  peer(except: number): number {
    const { committeeSize, selfIndex } = this.#options;
    if (committeeSize === 1) return -1;
    this.#chance = (Math.imul(this.#chance, 1664525) + 1013904223) | 0;
    const offset = Math.floor(((this.#chance >>> 0) / 2 ** 32) * (committeeSize - 1));
    const chosen = (selfIndex + 1 + offset) % committeeSize;
    if (chosen !== except || committeeSize === 2) return chosen;
    const following = (chosen + 1) % committeeSize;
    return following === selfIndex ? (following + 1) % committeeSize : following;
  }
}
