/** Time as a dependency: the only way for code outside adapters to know it or to wait. */
export interface Clock {
  /** Wall-clock time, for labels. */
  now(): Date;
  /** Milliseconds on a monotonic clock with arbitrary origin, for durations. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it fires first. */
  sleep(ms: number, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Fires after `ms` with a TimeoutError as its reason. */
  timeoutSignal(ms: number): AbortSignal;
}
