/**
 * What should be measured between two regions while a state holds: the yardstick of verification
 * and of `testbed plan`. For sparse probes: under dense traffic, kept order turns jitter into a
 * running maximum and the mean drifts up. Ratios are 0 to 1.
 */
import type { CellNetwork, DelayShape, LinkShape, NetworkState } from '../model/network.ts';
import { delayQuantileMs, isSymmetric } from './delay-quantile.ts';
import { formatBitRate, formatRange, formatRatio } from './format-link.ts';
import { meanLossRatio } from './loss-ratio.ts';
import { lowest } from './shape-link.ts';

export { meanLossRatio } from './loss-ratio.ts';

export interface ExpectedPair {
  /** Median of the round trips of single small packets. */
  readonly rttMedianMs: number;
  /**
   * The range that the scenario asks for. fixed: both are the value · uniform: the whole range ·
   * normal, pareto: the central 99 %.
   */
  readonly rttLowMs: number;
  readonly rttHighMs: number;
  /** Of packets from `from` to `to`, in the long run. */
  readonly lossRatio: number;
  /** Of round trips: the packet or its answer is lost. */
  readonly roundTripLossRatio: number;
  /** What one node of `from` can send to one of `to`; null = unlimited. */
  readonly rateBitsPerSec: number | null;
  /** For people: `50-100 ms`, `0.1 %`, `10 Mbit/s`. */
  readonly asked: { readonly rtt: string; readonly loss: string; readonly rate: string };
}

/** An echo request of 56 bytes with its ICMP, IP and Ethernet headers, which a rate delays too. */
const probeBits = 98 * 8;

/**
 * @param from index of a region; `to` may be the same one
 * @throws Error if the state has no link between the two
 */
export function expectPair(
  network: CellNetwork,
  state: NetworkState,
  from: number,
  to: number,
): ExpectedPair {
  const there = linkOf(state, from, to);
  const back = linkOf(state, to, from);
  const rtt = roundTrip(there, back);
  const lossRatio = meanLossRatio(there.loss);
  const roundTripLossRatio = 1 - (1 - lossRatio) * (1 - meanLossRatio(back.loss));
  const rateBitsPerSec = pairRate(network, there, from, to);
  return {
    ...rtt,
    lossRatio,
    roundTripLossRatio,
    rateBitsPerSec,
    asked: {
      rtt: formatRange(rtt.rttLowMs, rtt.rttHighMs),
      loss: formatRatio(lossRatio),
      rate: rateBitsPerSec === null ? 'unlimited' : formatBitRate(rateBitsPerSec),
    },
  };
}

function linkOf(state: NetworkState, from: number, to: number): LinkShape {
  const link = state.links.find((one) => one.from === from && one.to === to);
  if (link === undefined) throw new Error(`Broken invariant: no link from ${from} to ${to}`);
  return link.shape;
}

function roundTrip(
  there: LinkShape,
  back: LinkShape,
): Pick<ExpectedPair, 'rttMedianMs' | 'rttLowMs' | 'rttHighMs'> {
  const sendingMs = serialisationMs(there) + serialisationMs(back);
  const { median, low, high } = distributionOfSum(there.delay, back.delay);
  return { rttMedianMs: sendingMs + median, rttLowMs: low, rttHighMs: high };
}

function serialisationMs({ rateBitsPerSec }: LinkShape): number {
  return rateBitsPerSec === null ? 0 : (probeBits / rateBitsPerSec) * 1000;
}

/** Of the sum of two independent delays: median and range in ms. */
function distributionOfSum(
  first: DelayShape,
  second: DelayShape,
): { readonly median: number; readonly low: number; readonly high: number } {
  const both = [first, second];
  const meanMs = first.meanMs + second.meanMs;
  if (both.every(isBounded)) {
    const end = (at: 0 | 1): number => delayQuantileMs(first, at) + delayQuantileMs(second, at);
    return { median: meanMs, low: end(0), high: end(1) };
  }
  const isNormal = both.every((delay) => delay.distribution !== 'pareto' && isSymmetric(delay));
  if (isNormal && !both.some(({ distribution }) => distribution === 'uniform')) {
    const sum = { ...first, distribution: 'normal' as const, meanMs };
    const jitterMs = Math.hypot(first.jitterMs, second.jitterMs);
    const at = (share: number): number => delayQuantileMs({ ...sum, jitterMs }, share);
    return { median: meanMs, low: at(0.005), high: at(0.995) };
  }
  const at = gridOfSum(first, second);
  return { median: isNormal ? meanMs : at(0.5), low: at(0.005), high: at(0.995) };
}

function isBounded({ distribution, jitterMs }: DelayShape): boolean {
  return distribution === 'fixed' || distribution === 'uniform' || jitterMs === 0;
}

const gridSteps = 128;

/** Quantiles of a sum where no formula gives them: every pair of 128 quantiles each, counted. */
function gridOfSum(one: DelayShape, other: DelayShape): (share: number) => number {
  const grid = Array.from({ length: gridSteps }, (_, step) => (step + 0.5) / gridSteps);
  const second = grid.map((at) => delayQuantileMs(other, at));
  const sums = Float64Array.from(
    grid.flatMap((at) => second.map((ms) => delayQuantileMs(one, at) + ms)),
  ).sort();
  return (share) => sums[Math.floor(share * sums.length)] ?? 0;
}

/** The narrowest of link, sender's uplink and receiver's downlink. */
function pairRate(
  { regions }: CellNetwork,
  { rateBitsPerSec }: LinkShape,
  from: number,
  to: number,
): number | null {
  const { upBitsPerSec = null } = regions[from] ?? {};
  const { downBitsPerSec = null } = regions[to] ?? {};
  return lowest([rateBitsPerSec, upBitsPerSec, downBitsPerSec]);
}
