import { violated } from './invariant.ts';

/** Growth stops at 1.5^6 = 11.4 times the base. */
const growth = 1.5;
const growthStepsMax = 6;
/** A commit lags three rounds behind in the best of times: no reason to slow down. */
const commitLagRounds = 3;
/** Until the first certificate arrives, others may still be starting. */
const startupFactor = 3;
/** Certified rounds whose durations are remembered. */
const rememberedMax = 9;
/** A round may take so many times what it usually takes. */
const headroom = 3;
/** Without growth the timer is never longer than so many times the base. */
const learntFactorMax = 8;

/**
 * Rounds and their timers. Where rounds take long, because the hosts are slow or the blocks are
 * large, the timer follows: the *usual* duration is three times the median of the last nine that
 * ended with a certificate, between the base and eight times the base. On top it grows while
 * nothing commits: usual * 1.5^min(max(0, round - committed round - 3), 6), never beyond 1.5^6
 * times the base. Growth resets by itself when something commits; what was learnt stays until
 * five rounds were faster. A median, because the dead and the dawdling are fewer than a third.
 */
export class Pacemaker {
  readonly #baseTimeoutMs: number;
  readonly #startRound: number;
  readonly #durationsMs: number[] = [];
  #usualMs: number;
  #round: number;
  #enteredMs = 0;
  #startedMs = 0;
  #deadlineMs = Number.POSITIVE_INFINITY;
  #hasTimedOut = false;

  constructor(baseTimeoutMs: number, startRound: number) {
    this.#baseTimeoutMs = baseTimeoutMs;
    this.#usualMs = baseTimeoutMs;
    this.#startRound = startRound;
    this.#round = startRound;
  }

  get round(): number {
    return this.#round;
  }

  get enteredMs(): number {
    return this.#enteredMs;
  }

  /** When this node saw the current round's block; before that, when it entered the round. */
  get startedMs(): number {
    return this.#startedMs;
  }

  get deadlineMs(): number {
    return this.#deadlineMs;
  }

  /** Whether this node has told the others that it gave up on the current round. */
  get hasTimedOut(): boolean {
    return this.#hasTimedOut;
  }

  /** How long a round may take while blocks commit, in ms. */
  get usualMs(): number {
    return this.#usualMs;
  }

  enter(round: number, nowMs: number, committedRound: number): void {
    if (round < this.#round) violated(`round fell from ${this.#round} to ${round}`);
    this.#round = round;
    this.#enteredMs = nowMs;
    this.#startedMs = nowMs;
    this.#hasTimedOut = false;
    this.#deadlineMs = nowMs + this.durationMs(committedRound);
  }

  /** A block of the current round is there: its leader waits no more. */
  started(nowMs: number): void {
    this.#startedMs = nowMs;
  }

  timedOut(nowMs: number, committedRound: number): void {
    this.#hasTimedOut = true;
    this.#deadlineMs = nowMs + this.durationMs(committedRound);
  }

  /**
   * Takes note of a round that ended with a certificate. One that ended with timeouts says
   * nothing: its leader may be dead.
   */
  learn(durationMs: number): void {
    const durations = this.#durationsMs;
    durations.push(durationMs);
    if (durations.length > rememberedMax) durations.shift();
    const sorted = durations.toSorted((a, b) => a - b);
    const median = sorted[(sorted.length - 1) >>> 1] ?? 0;
    const base = this.#baseTimeoutMs;
    this.#usualMs = Math.min(Math.max(base, headroom * median), learntFactorMax * base);
  }

  /** How long the current round may take, in ms. */
  durationMs(committedRound: number): number {
    const lag = Math.max(0, this.#round - committedRound - commitLagRounds);
    const factor = this.#round === this.#startRound ? startupFactor : 1;
    const grownMs = this.#usualMs * growth ** Math.min(lag, growthStepsMax);
    return factor * Math.min(grownMs, this.#baseTimeoutMs * growth ** growthStepsMax);
  }
}
