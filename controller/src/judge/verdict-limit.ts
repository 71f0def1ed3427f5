import type { ReasonCode } from '../model/reason-kinds.ts';

/**
 * A limit that a repetition is held against. `B14` and `B9` name the sections of docs/verdicts.md in
 * which the method behind it is described; `derived` gives the reason in a word.
 */
export interface VerdictLimit {
  /** Stable; stored with each reason. Several limits may speak for one code. */
  readonly code: ReasonCode;
  /** What is measured, as a noun phrase. */
  readonly quantity: string;
  /** yes/no: the thing itself is the reason, and there is no number. */
  readonly unit: 'ratio' | 'ms' | 'times' | 'pages' | 'yes/no';
  /** On which side of the limit it is bad. */
  readonly bad: 'above' | 'below';
  /** Null: never suspect (or, for `invalid`, never invalid) because of this. */
  readonly suspect: number | null;
  readonly invalid: number | null;
  /**
   * Share of the median latency from the actual send up to which the quantity is not suspect all
   * the same: what is lost against 340 ms is half of 10 ms.
   */
  readonly orOfLatency?: number;
  readonly source: string;
}

/** Of what is there or not. */
export function flag(
  code: ReasonCode,
  quantity: string,
  verdict: 'suspect' | 'invalid',
  source: string,
): VerdictLimit {
  // A limit of 0 on a count: one is enough.
  const limits =
    verdict === 'suspect' ? { suspect: 0, invalid: null } : { suspect: null, invalid: 0 };
  return { code, quantity, unit: 'yes/no', bad: 'above', ...limits, source };
}
