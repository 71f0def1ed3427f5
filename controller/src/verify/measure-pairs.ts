import { assert } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { rateRounds, roundsMs } from '../shape/rate-rounds.ts';
import type { RoundTripProbe, Shaper } from '../shape/shaper.ts';
import type { CheckOptions } from './check-samples.ts';
import type { PairChecks, ProbeBounds } from './checks-plan.ts';
import {
  CALL_MS_MAX,
  callNeeds,
  fitCall,
  leastCount,
  type Needs,
  type TimedProbe,
} from './fit-time.ts';
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
import { poolLosses } from './pool-losses.ts';
import { lastAnswerMs } from './probe-sizes.ts';

/**
 * The phases of a verification: each has a shaper send its probes of a plan, in a limited time, and
 * judges the answers. What there is no time for counts as not measured.
 */

export interface VerifyOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Pairs of regions that are measured, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Measuring {
  readonly shaper: Shaper;
  readonly bounds: ProbeBounds;
  readonly options: VerifyOptions;
  readonly checking: CheckOptions;
  /** All of the network, not only what concerns some nodes. */
  readonly isWhole: boolean;
  /** Of what the host can carry, the part that rates may take; see RateOptions. */
  readonly hostShare: number;
  /** Fires when all time is up. */
  readonly timeUp: AbortSignal;
}

export interface Phase {
  /** What it takes if all goes as planned, and at least; 0 if there is nothing to do. */
  needs(pairs: readonly PairChecks[], measuring: Measuring): Needs;
  /** @returns for each pair what was found, in their order */
  measure(
    pairs: readonly PairChecks[],
    measuring: Measuring,
    limitMs: number,
  ): Promise<readonly (readonly PairCheck[])[]>;
}

export const roundTripPhase: Phase = {
  needs(pairs, { shaper }) {
    const main = callNeeds(timed(pairs, mainProbes, shaper).flat());
    const extra = callNeeds(timed(pairs, extraProbes, shaper).flat());
    return {
      leastMs: main.leastMs + extra.wantedMs,
      wantedMs: main.wantedMs + extra.wantedMs,
    };
  },
  async measure(pairs, measuring, limitMs) {
    const mainEntries = timed(pairs, mainProbes, measuring.shaper);
    const extraEntries = timed(pairs, extraProbes, measuring.shaper);
    const extraMs = callNeeds(extraEntries.flat()).wantedMs;
    const main = await probeAll(measuring, mainEntries, limitMs - extraMs);
    const extra = await probeAll(measuring, extraEntries, extraMs);
    return pairs.map((pair, index) => {
      const isCut = ({ probe }: Answered): boolean => probe === pair.cut;
      const connected = at(main, index).filter((one) => !isCut(one));
      return [
        ...judgeRoundTrips(pair, connected, at(extra, index), measuring.checking),
        ...at(main, index)
          .filter(isCut)
          .map(({ probe, result }) => judgeCut(probe, result)),
      ];
    });
  },
};

function mainProbes({ roundTrips, cut }: PairChecks): readonly RoundTripProbe[] {
  return cut === null ? roundTrips : [...roundTrips, cut];
}

function extraProbes({ extra }: PairChecks): readonly RoundTripProbe[] {
  return extra;
}

function burstProbes({ bursts }: PairChecks): readonly RoundTripProbe[] {
  return bursts;
}

function timed(
  pairs: readonly PairChecks[],
  probesOf: (pair: PairChecks) => readonly RoundTripProbe[],
  { kind }: Shaper,
): readonly (readonly TimedProbe[])[] {
  return pairs.map((pair) => {
    const answeredMs = lastAnswerMs(pair.traits, kind);
    return probesOf(pair).map((probe) => ({
      probe,
      waitMs: probe === pair.cut ? probe.timeoutMs : Math.min(probe.timeoutMs, answeredMs),
    }));
  });
}

/** netem: what is not answered. userspace: what the nodes count, for there a loss only delays. */
export const lossPhase: Phase = {
  needs: (pairs, { shaper }) => callNeeds(timed(pairs, burstProbes, shaper).flat()),
  async measure(pairs, measuring, limitMs) {
    const { shaper, options, checking } = measuring;
    const bursts = timed(pairs, burstProbes, shaper);
    if (bursts.flat().length === 0) return pairs.map(() => []);
    const before = shaper.kind === 'userspace' ? await shaper.counters(options) : [];
    const answers = await probeAll(measuring, bursts, limitMs);
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
  },
};

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

/** After its time a receiver of rates still waits a little. */
const LAST_FRAMES_MS = 200;

export const ratePhase: Phase = {
  needs(pairs, { bounds, shaper }) {
    const probes = pairs.flatMap(({ rates }) => rates);
    if (probes.length === 0) return { leastMs: 0, wantedMs: 0 };
    const rounds = rateRounds(probes, bounds.bitsPerSecMax);
    const besideMs = CALL_MS_MAX + LAST_FRAMES_MS + Math.max(...probes.map((one) => one.timeoutMs));
    const durationMs = Math.min(...probes.map((one) => one.durationMs));
    return {
      leastMs: besideMs + roundsMs(rounds.slice(0, 1), shaper.kind),
      wantedMs: besideMs + roundsMs(rounds, shaper.kind, durationMs),
    };
  },
  async measure(pairs, measuring, limitMs) {
    const { shaper, bounds } = measuring;
    const probes = pairs.flatMap(({ rates }) => rates);
    if (probes.length === 0) return pairs.map(() => []);
    const none = probes.map(() => ({ receivedBitsPerSec: 0, elapsedMs: 0 }));
    const { bitsPerSecMax } = bounds;
    const probingMs = limitMs - CALL_MS_MAX - LAST_FRAMES_MS;
    const load = { bitsPerSecMax, hostShare: measuring.hostShare };
    const readings =
      probingMs <= 0
        ? none
        : await inTime(measuring, none, (signal) =>
            shaper.probeRates(probes, { signal, limitMs: probingMs, ...load }),
          );
    let place = 0;
    return pairs.map((pair) =>
      pair.rates.map((probe) => judgeRate(pair, probe, at(readings, place++))),
    );
  },
};

/** All probes in one call; the answers sorted by entry again. */
async function probeAll(
  measuring: Measuring,
  entries: readonly (readonly TimedProbe[])[],
  limitMs: number,
): Promise<readonly (readonly Answered[])[]> {
  const asked = entries.flat();
  const fitted = fitCall(asked, limitMs);
  const sent = fitted.filter(({ count }) => count > 0);
  const answers =
    sent.length === 0
      ? []
      : await inTime(measuring, null, (signal) =>
          measuring.shaper.probeRoundTrips(sent, { signal }),
        );
  assert(answers === null || answers.length === sent.length, 'one result for each probe');
  const results = new Map(sent.map((probe, index) => [probe, answers?.[index]]));
  let place = 0;
  return entries.map((entry) =>
    entry.map(({ probe }) => {
      const result = results.get(at(fitted, place++));
      const isMeasured = result !== undefined && result.sent >= leastCount(probe);
      return { probe, result: isMeasured ? result : { sent: 0, rttMs: [] } };
    }),
  );
}

/** @returns `otherwise` when all time is up before the work is done */
async function inTime<T, Otherwise>(
  { options: { signal }, timeUp }: Measuring,
  otherwise: Otherwise,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | Otherwise> {
  if (timeUp.aborted) return otherwise;
  try {
    return await work(AbortSignal.any([signal, timeUp]));
  } catch (error) {
    signal.throwIfAborted();
    if (!timeUp.aborted) throw error;
    return otherwise;
  }
}

/** @throws RangeError where there is nothing: a bug */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`Broken invariant: nothing at ${index}`);
  return item;
}
