/**
 * A repetition is a row of phases, each of which takes what is known so far and hands on more. One
 * that fails hands on what it has all the same, together with why it ended: nothing that was found
 * before a failure is lost by it, and nobody fills in what somebody else will read.
 */

export interface Ended<T> {
  readonly found: T;
  /** What ended it early; null if nothing did. */
  readonly failure: Failure | null;
}

/** In a box, for anything can be thrown. */
export interface Failure {
  readonly error: unknown;
}

/** What it throws is its failure, and then it has found nothing. */
export type Phase<T> = (before: T) => Promise<Ended<T>>;

export function whole<T>(found: T): Ended<T> {
  return { found, failure: null };
}

export function cut<T>(found: T, error: unknown): Ended<T> {
  return { found, failure: { error } };
}

/** One after the other, up to the first that fails. Never rejects. */
export function inTurn<T>(...phases: readonly Phase<T>[]): Phase<T> {
  return async (before) => {
    let found = before;
    for (const phase of phases) {
      try {
        const ended = await phase(found);
        if (ended.failure !== null) return ended;
        found = ended.found;
      } catch (error) {
        return cut(found, error);
      }
    }
    return whole(found);
  };
}
