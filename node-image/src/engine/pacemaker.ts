import { violated } from './invariant.ts';

/** Growth stops at 1.5^6 = 11.4 times the base. */
const growth = 1.5;
const growthStepsMax = 6;
/** A commit lags three rounds behind in the best of times: no reason to slow down. */
const commitLagRounds = 3;
/** Until the first certificate arrives, others may still be starting. */
const startupFactor = 3;

/**
 * Rounds and their timers: duration = base * 1.5^min(max(0, round - committed round - 3), 6).
 * Growth resets by itself when something commits.
 */
export class Pacemaker {
  readonly #baseTimeoutMs: number;
  readonly #startRound: number;
  #round: number;
  #enteredMs = 0;
  #deadlineMs = Number.POSITIVE_INFINITY;
  #hasTimedOut = false;

  constructor(baseTimeoutMs: number, startRound: number) {
    this.#baseTimeoutMs = baseTimeoutMs;
    this.#startRound = startRound;
    this.#round = startRound;
  }

  get round(): number {
    return this.#round;
  }

  get enteredMs(): number {
    return this.#enteredMs;
  }

  get deadlineMs(): number {
    return this.#deadlineMs;
  }

  /** Whether this node has told the others that it gave up on the current round. */
  get hasTimedOut(): boolean {
    return this.#hasTimedOut;
  }

  enter(round: number, nowMs: number, committedRound: number): void {
    if (round < this.#round) violated(`round fell from ${this.#round} to ${round}`);
    this.#round = round;
    this.#enteredMs = nowMs;
    this.#hasTimedOut = false;
    this.#deadlineMs = nowMs + this.durationMs(committedRound);
  }

  timedOut(nowMs: number, committedRound: number): void {
    this.#hasTimedOut = true;
    this.#deadlineMs = nowMs + this.durationMs(committedRound);
  }

  /** How long the current round may take, in ms. */
  durationMs(committedRound: number): number {
    const lag = Math.max(0, this.#round - committedRound - commitLagRounds);
    const factor = this.#round === this.#startRound ? startupFactor : 1;
    return this.#baseTimeoutMs * factor * growth ** Math.min(lag, growthStepsMax);
  }
}
