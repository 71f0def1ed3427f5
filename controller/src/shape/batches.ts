import type { Clock } from '../lib/clock.ts';

/** Takes what has gathered, batch after batch, and rests while there is nothing. */
export interface Batches<T> {
  add(item: T): void;
  /** Takes back what is not in a batch yet. */
  delete(item: T): void;
  /** Resolves when nobody works any more. @throws what the work threw, unless it was called off */
  settle(): Promise<void>;
}

export interface BatchOptions {
  readonly clock: Clock;
  /** Ends all work. */
  readonly signal: AbortSignal;
  /** How long a batch waits for more. */
  readonly gatherMs: number;
}

export function createBatches<T>(
  work: (batch: readonly T[]) => Promise<void>,
  { clock, signal, gatherMs }: BatchOptions,
): Batches<T> {
  const waiting = new Set<T>();
  let working: Promise<void> | null = null;
  let bug: unknown = null;

  const run = async (): Promise<void> => {
    try {
      while (waiting.size > 0 && !signal.aborted) {
        await clock.sleep(gatherMs, { signal });
        const batch = [...waiting];
        waiting.clear();
        if (batch.length > 0) await work(batch);
      }
    } catch (error) {
      if (!signal.aborted) bug = error;
    } finally {
      // Not a moment later: what is added from here on would wait for nobody.
      working = null;
    }
  };
  return {
    add(item) {
      waiting.add(item);
      working ??= run();
    },
    delete(item) {
      waiting.delete(item);
    },
    async settle() {
      await working;
      if (bug !== null) throw bug;
    },
  };
}
