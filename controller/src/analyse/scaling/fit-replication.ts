import { fitUsl, type UslFit } from './fit-usl.ts';
import type { UslPoint } from './usl-model.ts';

/**
 * Throughput of validators: X = X1 / (1 + a (N-1) + b N (N-1)), the USL with the ideal N taken
 * out. a: what each peer costs the leader; b: what all cost all.
 */
export interface ReplicationFit {
  /** Throughput of one, were there neither cost. */
  readonly base: number;
  readonly perPeer: number;
  readonly perPair: number;
  readonly points: number;
  /** Which of the two costs more at the largest size; neither if both stay below 5 %. */
  readonly dominant: 'per-peer' | 'per-pair' | 'neither';
  /** Below six sizes it is for a look only. */
  readonly isClaim: boolean;
  readonly fit: UslFit;
}

/** @returns null below four different sizes */
export function fitReplication(points: readonly UslPoint[]): ReplicationFit | null {
  const sizes = new Set(points.map(({ size }) => size));
  if (sizes.size < 4) return null;
  // N X(N) follows the USL exactly when X follows the model; on logarithms the factor N is no weight.
  const scaled = points.map(({ size, throughput }) => ({ size, throughput: throughput * size }));
  const fit = fitUsl(scaled, 'log');
  const largest = Math.max(...sizes);
  const peers = fit.sigma * (largest - 1);
  const pairs = fit.kappa * largest * (largest - 1);
  return {
    base: fit.lambda,
    perPeer: fit.sigma,
    perPair: fit.kappa,
    points: points.length,
    dominant: Math.max(peers, pairs) < 0.05 ? 'neither' : peers >= pairs ? 'per-peer' : 'per-pair',
    isClaim: sizes.size >= 6,
    fit,
  };
}
