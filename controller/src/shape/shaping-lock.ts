/** One at a time: a planned change and the shaping of a disturbed node must not interleave. */
export interface ShapingLock {
  /** Runs `work` when all that was asked for before is done, however that ended. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createShapingLock(): ShapingLock {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(work) {
      const mine = last.then(work);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
