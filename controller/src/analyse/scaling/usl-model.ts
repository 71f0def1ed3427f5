/**
 * The Universal Scalability Law (Gunther 2007): X(N) = lambda N / (1 + sigma (N-1) + kappa N (N-1)).
 * sigma: what is done one after the other; kappa: what grows with the pairs.
 */
export interface UslParameters {
  /** Throughput of a size of one, were there neither. */
  readonly lambda: number;
  readonly sigma: number;
  readonly kappa: number;
}

export interface UslPoint {
  readonly size: number;
  readonly throughput: number;
}

export function uslThroughput({ lambda, sigma, kappa }: UslParameters, size: number): number {
  return (lambda * size) / denominator(sigma, kappa, size);
}

/** d X / d (lambda, sigma, kappa). */
export function uslGradient(
  { lambda, sigma, kappa }: UslParameters,
  size: number,
): readonly [number, number, number] {
  const below = denominator(sigma, kappa, size);
  const slope = (-lambda * size) / below ** 2;
  return [size / below, slope * (size - 1), slope * size * (size - 1)];
}

/** N* = sqrt((1 - sigma) / kappa), where throughput is highest; infinite without kappa. */
export function peakSize({ sigma, kappa }: UslParameters): number {
  return kappa <= 0 ? Number.POSITIVE_INFINITY : Math.sqrt(Math.max(0, 1 - sigma) / kappa);
}

function denominator(sigma: number, kappa: number, size: number): number {
  return 1 + sigma * (size - 1) + kappa * size * (size - 1);
}
