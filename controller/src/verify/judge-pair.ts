import { formatRatio } from '../plan/format-link.ts';
import type { RateProbe, RateReading, RoundTripProbe, RoundTrips } from '../shape/shaper.ts';
import type { RatioRange } from './binomial.ts';
import {
  type Check,
  type CheckOptions,
  checkCut,
  checkLoss,
  checkMedian,
  checkRange,
  checkRate,
} from './check-samples.ts';
import type { PairChecks } from './checks-plan.ts';
import type { NodePair } from './choose-pairs.ts';

/** Turns what was measured of one pair of regions into its checks. Pure. */

/** A check, and the nodes between which it was made. */
export interface PairCheck extends NodePair {
  /** The same in both measurements of the same thing. */
  readonly key: string;
  readonly check: Check;
  readonly asked: string;
  /** Only worth telling if it is off: what it says is part of another check. */
  readonly isDetail: boolean;
  /** From `to` to `from`, where the pair was measured the other way round. */
  readonly isTurned: boolean;
}

/** Answers of probes, in their order. */
export interface Answered {
  readonly probe: RoundTripProbe;
  readonly result: RoundTrips;
}

/**
 * Median, range and unanswered of all node pairs together, and the median of each node pair by
 * itself: one node that is not shaped would not move the median of many.
 */
export function judgeRoundTrips(
  pair: PairChecks,
  main: readonly Answered[],
  extra: readonly Answered[],
  options: CheckOptions,
): readonly PairCheck[] {
  const { traits } = pair;
  const alone = main.length === 1 ? extra : [...main, ...extra];
  const details = alone.map(({ probe, result }) => ({
    ...nodesOf(probe),
    ...detail,
    key: `rtt-median ${probe.fromNode} ${probe.toNode}`,
    check: checkMedian({ ...result, intervalMs: probe.intervalMs }, traits, options),
    asked: traits.there.asked.rtt,
  }));
  const first = main[0]?.probe;
  if (first === undefined) return details;
  const rttMs = main.flatMap(({ result }) => result.rttMs);
  const sent = main.reduce((sum, { result }) => sum + result.sent, 0);
  const sampled = { rttMs, sent, intervalMs: first.intervalMs };
  const of = { ...nodesOf(first), ...whole };
  const checks: PairCheck[] = [
    {
      ...of,
      key: 'rtt-median',
      check: checkMedian(sampled, traits, options),
      asked: traits.there.asked.rtt,
    },
    {
      ...of,
      key: 'rtt-range',
      check: checkRange(sampled, traits, options),
      asked: traits.there.asked.rtt,
    },
  ];
  // Where loss is asked for, a burst counts it better; userspace counts it in the nodes.
  if (pair.bursts.length === 0) checks.push(judgeLoss(countUnanswered(pair, of, main), options));
  return [...checks, ...details];
}

/** What was lost of what was sent, and what is right. */
export interface LossCount extends NodePair {
  readonly key: string;
  readonly asked: string;
  readonly isTurned: boolean;
  readonly lost: number;
  readonly sent: number;
  readonly planned: {
    readonly ratio: number;
    readonly held: RatioRange;
    readonly inflation: number;
  };
}

/** Unanswered of all round trips of some probes. */
export function countUnanswered(
  { traits }: Pick<PairChecks, 'traits'>,
  { fromNode, toNode }: NodePair,
  answered: readonly Answered[],
): LossCount {
  const sent = answered.reduce((sum, { result }) => sum + result.sent, 0);
  const answers = answered.reduce((sum, { result }) => sum + result.rttMs.length, 0);
  const { there, back, lost: held, lossInflation: inflation } = traits;
  const isHeldUp = held.high === 0;
  const ratio = isHeldUp ? 0 : there.roundTripLossRatio;
  const asked =
    there.asked.loss === back.asked.loss
      ? there.asked.loss
      : `${there.asked.loss} there, ${back.asked.loss} back`;
  return {
    fromNode,
    toNode,
    key: 'loss',
    asked,
    isTurned: false,
    lost: Math.max(0, sent - answers),
    sent,
    planned: { ratio, held, inflation },
  };
}

/** Growth of what one direction carried, under a shaper that counts what it loses. */
export interface DirectionGrowth extends NodePair {
  readonly carried: number;
  readonly lost: number;
  readonly isTurned: boolean;
}

export function countInNodes(
  { traits }: Pick<PairChecks, 'traits'>,
  { carried: sent, ...growth }: DirectionGrowth,
): LossCount {
  const { lossRatio: ratio } = growth.isTurned ? traits.back : traits.there;
  return {
    ...growth,
    sent,
    key: growth.isTurned ? 'loss back' : 'loss there',
    asked: formatRatio(ratio),
    planned: { ratio, held: { low: ratio, high: ratio }, inflation: traits.lossInflation },
  };
}

export function judgeLoss(
  { lost, sent, planned, ...rest }: LossCount,
  options: Pick<CheckOptions, 'level'>,
): PairCheck {
  return { ...rest, isDetail: false, check: checkLoss(lost, sent, planned, options) };
}

export function judgeCut(probe: RoundTripProbe, result: RoundTrips): PairCheck {
  return {
    ...nodesOf(probe),
    ...whole,
    key: 'cut',
    check: checkCut(result.rttMs.length, result.sent),
    asked: 'cut',
  };
}

/** @param probe one of `pair.rates` */
export function judgeRate(pair: PairChecks, probe: RateProbe, reading: RateReading): PairCheck {
  const isTurned = pair.roundTrips[0]?.fromNode === probe.toNode;
  return {
    ...nodesOf(probe),
    isTurned,
    isDetail: false,
    key: `rate ${probe.fromNode} ${probe.toNode}`,
    check: checkRate(probe.rateBitsPerSec, reading),
    asked: (isTurned ? pair.traits.back : pair.traits.there).asked.rate,
  };
}

const whole = { isDetail: false, isTurned: false } as const;
const detail = { isDetail: true, isTurned: false } as const;

function nodesOf({ fromNode, toNode }: NodePair): NodePair {
  return { fromNode, toNode };
}
