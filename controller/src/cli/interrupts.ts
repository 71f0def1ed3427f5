import type { Endings } from '../conduct/ports.ts';
import type { Environment } from './environment.ts';

export interface Interrupts extends Endings, Disposable {
  /** Replaces what a request is announced with, by one who knows what is going on. */
  announceWith(announce: (request: 'stop' | 'kill') => void): void;
}

/** Listens for Ctrl-C and its kin until disposed; silent until told how to announce them. */
export function listenForInterrupts(environment: Pick<Environment, 'onInterrupt'>): Interrupts {
  const stop = new AbortController();
  const kill = new AbortController();
  let announce: (request: 'stop' | 'kill') => void = () => {};
  const forget = environment.onInterrupt((signal) => {
    if (!stop.signal.aborted) {
      announce('stop');
      stop.abort(new Error(`interrupted by ${signal}`));
    } else if (!kill.signal.aborted) {
      announce('kill');
      kill.abort(new Error(`interrupted again by ${signal}`));
    }
  });
  return {
    stop: stop.signal,
    kill: kill.signal,
    announceWith: (next) => {
      announce = next;
    },
    [Symbol.dispose]: forget,
  };
}
