import { Allowances } from './allowances.ts';
import { faultyMax } from './quorum.ts';

/** What all Byzantine members together get in a period, however much they ask. */
const answersMax = { bytes: 4 * 1024 * 1024, periodMs: 100 };
/** The shortest answer takes this part of a member's allowance. */
const answersPerPeriodMax = 32;

/**
 * Who is answered when: a flood of requests must not starve consensus. Who has used its allowance
 * up waits with its newest request until there is something again: an honest member that is behind
 * has one request under way, and would lose half a time-out if it were refused.
 */
export class AnswerQueue<R> {
  readonly #bytesMax: number;
  readonly #allowances: Allowances;
  readonly #waiting = new Map<number, R>();

  constructor(committeeSize: number) {
    this.#bytesMax = answersMax.bytes / Math.max(1, faultyMax(committeeSize));
    this.#allowances = new Allowances({ amount: this.#bytesMax, periodMs: answersMax.periodMs });
  }

  /** @returns false if that takes the place of a request that was waiting */
  add(from: number, request: R): boolean {
    const isFirst = !this.#waiting.has(from);
    this.#waiting.set(from, request);
    return isFirst;
  }

  /** Takes out a request that may be answered now. */
  take(nowMs: number): { to: number; request: R } | null {
    for (const [to, request] of this.#waiting) {
      if (!this.#allowances.isFree(to, nowMs)) continue;
      this.#waiting.delete(to);
      return { to, request };
    }
    return null;
  }

  answered(to: number, bytes: number, nowMs: number): void {
    this.#allowances.spend(to, Math.max(bytes, this.#bytesMax / answersPerPeriodMax), nowMs);
  }

  /** When a request can be taken. */
  get dueAtMs(): number {
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const from of this.#waiting.keys()) {
      earliestMs = Math.min(earliestMs, this.#allowances.freeAtMs(from));
    }
    return earliestMs;
  }
}
