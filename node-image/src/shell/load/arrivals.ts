/** When transactions are due, counted from the start of the load. Pure and endless. */
export interface Arrivals {
  /** Milliseconds from the start at which the next transaction is due; never decreases. */
  readonly nextMs: number;
  advance(): void;
}

export interface ArrivalOptions {
  readonly arrivals: 'poisson' | 'constant';
  /** 0: nothing is ever due. */
  readonly rateTxPerSec: number;
  readonly seed: number;
}

/**
 * constant: equal gaps of 1/rate, the first one drawn uniformly so that nodes do not beat in step.
 * poisson: independent exponential gaps of mean 1/rate.
 */
export function createArrivals(options: ArrivalOptions): Arrivals {
  const { rateTxPerSec } = options;
  if (rateTxPerSec === 0) return { nextMs: Number.POSITIVE_INFINITY, advance: () => undefined };
  const random = createUniform(options.seed);
  const gapMs = 1_000 / rateTxPerSec;
  if (options.arrivals === 'constant') {
    const offsetMs = random() * gapMs;
    let count = 0;
    return {
      // A product, not a sum of gaps: rounding does not add up over millions of arrivals.
      get nextMs() {
        return offsetMs + count * gapMs;
      },
      advance() {
        count += 1;
      },
    };
  }
  const drawMs = (): number => -Math.log(1 - random()) * gapMs;
  let nextMs = drawMs();
  return {
    get nextMs() {
      return nextMs;
    },
    advance() {
      nextMs += drawMs();
    },
  };
}

/** Uniform in [0, 1) with 32 bits: splitmix32 (a Weyl sequence through a MurmurHash3 finaliser). */
function createUniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
