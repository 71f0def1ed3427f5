import type { DelayShape } from '../model/network.ts';
import { delayQuantileMs } from './delay-quantile.ts';

/** fixed, uniform: the whole range of one direction · normal, pareto: its central 99 %. */
export function onewayRangeMs(delay: DelayShape): {
  readonly lowMs: number;
  readonly highMs: number;
} {
  const isBounded = delay.distribution === 'fixed' || delay.distribution === 'uniform';
  const [low, high] = isBounded ? [0, 1] : [0.005, 0.995];
  return { lowMs: delayQuantileMs(delay, low), highMs: delayQuantileMs(delay, high) };
}
