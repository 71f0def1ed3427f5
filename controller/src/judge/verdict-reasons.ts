import type { VerdictReason } from '../model/record.ts';
import type { VerdictLimit } from './verdict-limit.ts';
import { type VerdictLimitName, verdictLimits } from './verdict-limits.ts';

/** Collects reasons against the table of limits. Pure. */
export interface ReasonCollector {
  /**
   * Holds `value` against the named limit. NaN is never beyond a limit.
   * @param text a full sentence with the value in it; what the limit is gets appended
   * @returns true if the value is beyond the suspect or the invalid limit
   */
  check(name: VerdictLimitName, value: number, text: string): boolean;
  /** Gives a yes/no reason. `text` is a full sentence. */
  give(name: VerdictLimitName, text: string): void;
  readonly reasons: readonly VerdictReason[];
}

export interface CollectorOptions {
  /** Median latency from the actual send; null or left out: limits stand as they are. */
  readonly latencyMsP50?: number | null;
  /** Names whose `invalid` counts as `suspect`, and the sentence that says why. */
  readonly softened?: { readonly names: ReadonlySet<VerdictLimitName>; readonly why: string };
}

export function createReasonCollector({
  softened,
  latencyMsP50 = null,
}: CollectorOptions = {}): ReasonCollector {
  const reasons: VerdictReason[] = [];
  return {
    check(name, value, text) {
      const limit: VerdictLimit = verdictLimits[name];
      const suspectBound = suspectBoundOf(limit, latencyMsP50 ?? 0);
      const invalid = isBeyond(limit, value, limit.invalid);
      if (!invalid && !isBeyond(limit, value, suspectBound)) return false;
      const bound = (invalid ? limit.invalid : suspectBound) ?? 0; // one of them was crossed
      const soft = invalid && softened?.names.has(name) === true;
      const side = limit.bad === 'above' ? 'limit' : 'at least';
      reasons.push({
        code: limit.code,
        verdict: invalid && !soft ? 'invalid' : 'suspect',
        text: `${text} (${side} ${formatValue(limit.unit, bound)}).${soft ? ` ${softened.why}` : ''}`,
        value,
        limit: bound,
      });
      return true;
    },
    give(name, text) {
      const limit: VerdictLimit = verdictLimits[name];
      const verdict = limit.invalid === null ? 'suspect' : 'invalid';
      reasons.push({ code: limit.code, verdict, text, value: null, limit: null });
    },
    reasons,
  };
}

function suspectBoundOf(
  { suspect, orOfLatency = 0 }: VerdictLimit,
  latencyMs: number,
): number | null {
  return suspect === null ? null : Math.max(suspect, orOfLatency * latencyMs);
}

function isBeyond(limit: VerdictLimit, value: number, bound: number | null): boolean {
  if (bound === null) return false;
  return limit.bad === 'above' ? value > bound : value < bound;
}

/** `0.123` as `12.3 %`, `5` ms as `5 ms`, for people. */
export function formatValue(unit: VerdictLimit['unit'], value: number): string {
  switch (unit) {
    case 'ratio':
      return `${trimmed(value * 100, value < 0.01 ? 2 : 1)} %`;
    case 'ms':
      return `${trimmed(value, 1)} ms`;
    case 'times':
      return `${trimmed(value, 2)} times`;
    case 'pages':
      return `${value} pages`;
    case 'yes/no':
      return 'none';
  }
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
