import type { Environment } from './environment.ts';

/** Two ways to end, as signals that travel down to everything that waits. */
export interface Interrupts extends Disposable {
  /** First request: stop the load, collect what there is, remove. */
  readonly stop: AbortSignal;
  /** Second request: remove at once. */
  readonly kill: AbortSignal;
}

/**
 * Listens for Ctrl-C and its kin until disposed.
 * @param tell called once per request, with what is going to happen
 */
export function listenForInterrupts(
  environment: Pick<Environment, 'onInterrupt'>,
  tell: (text: string) => void,
): Interrupts {
  const stop = new AbortController();
  const kill = new AbortController();
  const forget = environment.onInterrupt((signal) => {
    if (!stop.signal.aborted) {
      tell('stopping: collecting and removing; press again to remove at once');
      stop.abort(new Error(`interrupted by ${signal}`));
    } else if (!kill.signal.aborted) {
      tell('removing at once');
      kill.abort(new Error(`interrupted again by ${signal}`));
    }
  });
  return { stop: stop.signal, kill: kill.signal, [Symbol.dispose]: forget };
}
