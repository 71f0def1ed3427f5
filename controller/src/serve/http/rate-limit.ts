/** So many per second, and a burst: a token bucket for each address. Pure: times are passed in. */
export interface RateLimit {
  /** @returns 0 if it may, else the milliseconds until it might */
  take(key: string, nowMs: number): number;
}

interface Bucket {
  level: number;
  atMs: number;
}

/** Addresses that are remembered; of more, those are forgotten that were quiet longest. */
const KEYS_MAX = 10_000;

export function createRateLimit(options: {
  readonly perSec: number;
  readonly burst: number;
}): RateLimit {
  const { perSec, burst } = options;
  const buckets = new Map<string, Bucket>();
  return {
    take(key, nowMs) {
      const known = buckets.get(key) ?? { level: burst, atMs: nowMs };
      const level = Math.min(
        burst,
        known.level + (Math.max(0, nowMs - known.atMs) * perSec) / 1_000,
      );
      const may = level >= 1;
      // Set anew, so that the map stays in the order of use.
      buckets.delete(key);
      buckets.set(key, { level: may ? level - 1 : level, atMs: nowMs });
      if (buckets.size > KEYS_MAX) buckets.delete(buckets.keys().next().value ?? '');
      return may ? 0 : Math.ceil(((1 - level) * 1_000) / perSec);
    },
  };
}
