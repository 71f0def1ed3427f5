import type { Mempool } from '../shared/mempool.ts';

/** A timer never grows beyond so many times the base. */
const growthMax = 32;
/** Slots may take so many times what they usually take. */
const headroom = 4;
/** The timer follows slow slots up to so many times the base. */
const learntFactorMax = 8;
const rememberedMax = 9;
/** A request may wait for so many timers while others are served: then it is being censored. */
const censoredTimers = 4;

/**
 * How long a primary may let a known request wait. As in the paper the clock belongs to one
 * request, the oldest known here; besides, nothing at all may stand still for one timer.
 */
export class RequestTimer {
  readonly #baseMs: number;
  readonly #durationsMs: number[] = [];
  #usualMs: number;
  #tries = 0;
  #armedMs = Number.POSITIVE_INFINITY;
  #headKey = -1;
  #headMs = Number.POSITIVE_INFINITY;
  #alarmedMs = Number.NEGATIVE_INFINITY;

  constructor(baseTimeoutMs: number) {
    this.#baseMs = baseTimeoutMs;
    this.#usualMs = baseTimeoutMs;
  }

  /** How long one try may take now: doubles with every view that executes nothing. */
  get durationMs(): number {
    return Math.min(this.#usualMs * 2 ** this.#tries, this.#baseMs * growthMax);
  }

  get usualMs(): number {
    return this.#usualMs;
  }

  /** When the primary is to be given up; Infinity while nothing waits. */
  get deadlineMs(): number {
    return Math.min(
      this.#armedMs + this.durationMs,
      this.#headMs + censoredTimers * this.durationMs,
    );
  }

  /** The oldest request has waited for half of what one may: everyone should know it. */
  get alarmMs(): number {
    return Math.max(this.#headMs, this.#alarmedMs) + this.durationMs / 2;
  }

  alarmed(nowMs: number): void {
    this.#alarmedMs = nowMs;
  }

  /** Call at the end of every step. @param isWaiting whether there is something to wait for */
  watch(isWaiting: boolean, mempool: Mempool, nowMs: number): void {
    const headKey = isWaiting ? mempool.oldestKey() : -1;
    if (headKey !== this.#headKey) {
      this.#headKey = headKey;
      this.#headMs = headKey < 0 ? Number.POSITIVE_INFINITY : nowMs;
    }
    if (!isWaiting) this.#armedMs = Number.POSITIVE_INFINITY;
    else if (this.#armedMs === Number.POSITIVE_INFINITY) this.#armedMs = nowMs;
  }

  /** Something was executed in the current view. @param tookMs from its proposal on, if known */
  executed(nowMs: number, tookMs: number | null): void {
    this.#tries = 0;
    if (this.#armedMs !== Number.POSITIVE_INFINITY) this.#armedMs = nowMs;
    if (tookMs !== null) this.#learn(tookMs);
  }

  /** A view begins: everything gets its time again. */
  restart(nowMs: number): void {
    this.#armedMs = Number.POSITIVE_INFINITY;
    if (this.#headKey >= 0) this.#headMs = nowMs;
  }

  gaveUp(): void {
    this.#tries++;
  }

  /** A median, because one slow slot says little. */
  #learn(tookMs: number): void {
    const durations = this.#durationsMs;
    durations.push(tookMs);
    if (durations.length > rememberedMax) durations.shift();
    const sorted = durations.toSorted((a, b) => a - b);
    const median = sorted[(sorted.length - 1) >>> 1] ?? 0;
    const base = this.#baseMs;
    this.#usualMs = Math.min(Math.max(base, headroom * median), learntFactorMax * base);
  }
}
