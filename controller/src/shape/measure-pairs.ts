import { assert } from '../lib/assert.ts';
import type { CheckOptions } from './check-samples.ts';
import {
  type Answered,
  countInNodes,
  countUnanswered,
  judgeCut,
  judgeLoss,
  judgeRate,
  judgeRoundTrips,
  type LossCount,
  type PairCheck,
} from './judge-pair.ts';
import { growthOf, totalGrowth } from './measure-counters.ts';
import type { PairChecks, ProbeBounds } from './plan-checks.ts';
import { poolLosses } from './pool-losses.ts';
import { rateRounds } from './probe-sizes.ts';
import type { RateProbe, RateReading, RoundTripProbe, Shaper } from './shaper.ts';
import type { VerifyOptions } from './verify-network.ts';

/** The phases of a verification: has a shaper send the probes of a plan, and judges the answers. */

export interface Measuring {
  readonly shaper: Shaper;
  readonly bounds: ProbeBounds;
  readonly options: VerifyOptions;
  readonly checking: CheckOptions;
  /** All of the network, not only what concerns some nodes. */
  readonly isWhole: boolean;
}

/** For each pair what was found, in their order. */
export type Phase = (
  pairs: readonly PairChecks[],
  measuring: Measuring,
) => Promise<readonly (readonly PairCheck[])[]>;

export async function measureRoundTrips(
  pairs: readonly PairChecks[],
  { shaper, options, checking }: Measuring,
): Promise<readonly (readonly PairCheck[])[]> {
  const main = await probeAll(
    shaper,
    pairs.map(({ roundTrips, cut }) => (cut === null ? roundTrips : [...roundTrips, cut])),
    options,
  );
  const extra = await probeAll(
    shaper,
    pairs.map((pair) => pair.extra),
    options,
  );
  return pairs.map((pair, index) => {
    const connected = at(main, index).filter(({ probe }) => probe !== pair.cut);
    const cuts = at(main, index).filter(({ probe }) => probe === pair.cut);
    return [
      ...judgeRoundTrips(pair, connected, at(extra, index), checking),
      ...cuts.map(({ probe, result }) => judgeCut(probe, result)),
    ];
  });
}

/** netem: what is not answered. userspace: what the nodes count, for there a loss only delays. */
export async function measureLosses(
  pairs: readonly PairChecks[],
  { shaper, options, checking }: Measuring,
): Promise<readonly (readonly PairCheck[])[]> {
  const bursts = pairs.map((pair) => pair.bursts);
  if (bursts.flat().length === 0) return pairs.map(() => []);
  const before = shaper.kind === 'userspace' ? await shaper.counters(options) : [];
  const answers = await probeAll(shaper, bursts, options);
  const growth =
    shaper.kind === 'userspace' ? growthOf(before, await shaper.counters(options)) : null;
  const counted = pairs.map((pair, index): readonly LossCount[] => {
    const [first] = pair.bursts;
    if (first === undefined) return [];
    if (growth === null) return [countUnanswered(pair, first, at(answers, index))];
    return directionsOf(pair).map(({ links, ...direction }) =>
      countInNodes(pair, { ...direction, ...totalGrowth(growth, links) }),
    );
  });
  const pooled = poolLosses(counted, checking);
  return counted.map((counts, index) => [
    ...counts.map((count) => judgeLoss(count, checking)),
    ...at(pooled, index),
  ]);
}

/** The links that the bursts of a pair went over, for each direction; inside a region as one. */
function directionsOf({ from, to, bursts }: PairChecks) {
  const [first] = bursts;
  if (first === undefined) return [];
  const { fromNode, toNode } = first;
  const there = bursts.map((probe) => ({ nodeIndex: probe.fromNode, toRegion: to }));
  const back = bursts.map((probe) => ({ nodeIndex: probe.toNode, toRegion: from }));
  if (from === to) return [{ fromNode, toNode, isTurned: false, links: [...there, ...back] }];
  return [
    { fromNode, toNode, isTurned: false, links: there },
    { fromNode: toNode, toNode: fromNode, isTurned: true, links: back },
  ];
}

export async function measureRates(
  pairs: readonly PairChecks[],
  { shaper, options, bounds }: Measuring,
): Promise<readonly (readonly PairCheck[])[]> {
  const readings = new Map<RateProbe, RateReading>();
  const probes = pairs.flatMap(({ rates }) => rates);
  for (const round of rateRounds(probes, bounds.bitsPerSecMax)) {
    const answers = await shaper.probeRates(round, options);
    round.forEach((probe, index) => {
      readings.set(probe, at(answers, index));
    });
  }
  return pairs.map((pair) =>
    pair.rates.flatMap((probe) => {
      const reading = readings.get(probe);
      return reading === undefined ? [] : [judgeRate(pair, probe, reading)];
    }),
  );
}

/** All probes in one call; the answers sorted by entry again. */
async function probeAll(
  shaper: Shaper,
  entries: readonly (readonly RoundTripProbe[])[],
  { signal }: VerifyOptions,
): Promise<readonly (readonly Answered[])[]> {
  const probes = entries.flat();
  if (probes.length === 0) return entries.map(() => []);
  const results = await shaper.probeRoundTrips(probes, { signal });
  assert(results.length === probes.length, 'one result for each probe');
  let place = 0;
  return entries.map((entry) => entry.map((probe) => ({ probe, result: at(results, place++) })));
}

/** @throws RangeError where there is nothing: a bug */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`Broken invariant: nothing at ${index}`);
  return item;
}
