import type { Clock } from './clock.ts';

export interface WaitOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  /** First pause between two looks; doubles up to `pauseMsMax`. */
  readonly pauseMs: number;
  readonly pauseMsMax: number;
}

export interface WaitOutcome<T> {
  /** The value looked for, or undefined when the deadline came first. */
  readonly value: T | undefined;
  readonly waitedMs: number;
  readonly lastError: unknown;
}

/**
 * Looks again and again until `look` returns something other than undefined. An error that `look`
 * throws is kept as the last error, unless `isFinal` says that looking again is useless.
 * Rejects only with the signal's reason or a final error: the caller words the deadline.
 */
export async function waitUntil<T>(
  look: () => Promise<T | undefined>,
  options: WaitOptions,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<WaitOutcome<T>> {
  const { clock, signal } = options;
  const startedMs = clock.monotonicMs();
  let pauseMs = options.pauseMs;
  let lastError: unknown;
  for (;;) {
    signal.throwIfAborted();
    try {
      const value = await look();
      if (value !== undefined) {
        return { value, waitedMs: clock.monotonicMs() - startedMs, lastError };
      }
    } catch (error) {
      signal.throwIfAborted();
      if (isFinal(error)) throw error;
      lastError = error;
    }
    const waitedMs = clock.monotonicMs() - startedMs;
    if (waitedMs >= options.deadlineMs) return { value: undefined, waitedMs, lastError };
    await clock.sleep(Math.min(pauseMs, options.deadlineMs - waitedMs), { signal });
    pauseMs = Math.min(pauseMs * 2, options.pauseMsMax);
  }
}
