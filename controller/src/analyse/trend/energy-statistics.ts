/** Distances between two lists of values (Szekely & Rizzo 2004): are they from one distribution? */
export interface EnergyStatistics {
  /** 2 E|X-Y| - E|X-X'| - E|Y-Y'|. */
  readonly e: number;
  /** n m / (n + m) e. */
  readonly t: number;
  /** e over 2 E|X-Y|, 0 to 1. */
  readonly h: number;
}

/** @param first, second length >= 1 each */
export function energyStatistics(
  first: readonly number[],
  second: readonly number[],
): EnergyStatistics {
  const [n, m] = [first.length, second.length];
  const between = (2 * distances(first, second)) / (n * m);
  const e = between - distances(first, first) / n ** 2 - distances(second, second) / m ** 2;
  return { e, t: ((n * m) / (n + m)) * e, h: between === 0 ? 0 : e / between };
}

function distances(from: readonly number[], to: readonly number[]): number {
  return from.reduce((sum, x) => sum + to.reduce((inner, y) => inner + Math.abs(x - y), 0), 0);
}
