import { RATE_PROBE_MS_MAX } from '../shape/rate-rounds.ts';
import type { ChecksPlan, PairChecks } from './checks-plan.ts';
import type { Needs } from './fit-time.ts';
import type { PairCheck } from './judge-pair.ts';
import {
  at,
  lossPhase,
  type Measuring,
  type Phase,
  ratePhase,
  roundTripPhase,
} from './measure-pairs.ts';
import { hasLoss } from './pair-traits.ts';
import { blameWorst } from './pool-losses.ts';
import { planBursts } from './probe-sizes.ts';

/**
 * Everything once, phase by phase, since bursts and rates would disturb round trips on the same
 * links; then, once more and in the time that is left, the pairs of which something was off.
 */

type Found = readonly (readonly PairCheck[])[];

/** Of all time, at least for measuring again what was off. */
const SECOND_SHARE = 0.25;
/** Of all that the host can carry, for rates that are measured again: it may have been too slow. */
const GENTLE_SHARE = 0.4;

export interface TimeLimits {
  /** For everything. */
  readonly limitMs: number;
  /** For rates that there was no time for until then. */
  readonly lateMs: number;
}

/** Than the first time, where most bursts are off; more would cost samples. */
const SLOWER = 1.25;

interface Look {
  readonly phase: Phase;
  readonly pairs: readonly PairChecks[];
  readonly measuring: Measuring;
}

/** Of what was off. */
interface SecondLook extends Look {
  readonly first: Found;
  /** Which of the pairs of the first look these are. */
  readonly places: readonly number[];
}

/** What has to be known to divide the time, and whom to tell how far it is. */
interface Course {
  readonly limitMs: number;
  readonly leftMs: () => number;
  /** Pairs of regions that are not done yet. */
  readonly tell: (open: number) => void;
}

/** @returns for each pair of the plan what was found */
export async function measureTwice(
  { pairs }: ChecksPlan,
  measuring: Measuring,
  { limitMs, lateMs }: TimeLimits,
): Promise<Found> {
  const { clock, onProgress } = measuring.options;
  const endMs = clock.monotonicMs() + limitMs;
  let told = -1;
  const course: Course = {
    limitMs,
    leftMs: () => endMs - clock.monotonicMs(),
    tell(open) {
      const done = pairs.length - open;
      if (done > told) onProgress?.(done, pairs.length);
      told = Math.max(told, done);
    },
  };
  const suspects = await lookOnce(pairs, measuring, course);
  const [roundTrips, losses, rates] = await lookAgain(suspects, course);
  const late = againGently({ phase: ratePhase, pairs, measuring }, rates, isUnmeasured);
  const lastRates =
    lateMs > limitMs && late.places.length > 0
      ? confirmAll(late, await measure(late, lateMs - limitMs + course.leftMs()))
      : rates;
  course.tell(0);
  const blamed = blameWorst(losses);
  return pairs.map((_, place) => [roundTrips, blamed, lastRates].flatMap((one) => at(one, place)));
}

type SecondLooks = readonly [roundTrips: SecondLook, losses: SecondLook, rates: SecondLook];

async function lookOnce(
  pairs: readonly PairChecks[],
  measuring: Measuring,
  { limitMs, leftMs, tell }: Course,
): Promise<SecondLooks> {
  const inTime = (look: Look, later: readonly Look[]): Promise<Found> =>
    measure(
      look,
      leftMs() - SECOND_SHARE * limitMs - sum(later.map((one) => needsOf(one).wantedMs)),
    );
  const nearby: Look = { phase: roundTripPhase, pairs, measuring };
  const rated: Look = { phase: ratePhase, pairs, measuring };
  tell(pairs.length);
  const roundTrips = await inTime(nearby, [{ phase: lossPhase, pairs, measuring }, rated]);
  const lossy = pairs.map((pair, place) => addStrayBurst(pair, at(roundTrips, place), measuring));
  tell(lossy.filter((pair) => pair.bursts.length + pair.rates.length > 0).length);
  const burst: Look = { phase: lossPhase, pairs: lossy, measuring };
  const losses = await inTime(burst, [rated]);
  tell(pairs.filter((pair) => pair.rates.length > 0).length);
  const rates = await inTime(rated, []);
  // A burst counts better what stayed unanswered.
  const kept = roundTrips.map((checks, place) =>
    checks.filter(({ key }) => at(losses, place).every((better) => better.key !== key)),
  );
  return [again(nearby, kept), againInBursts(burst, losses), againGently(rated, rates)];
}

/** Each look gets the least that it needs, and of the rest its share of what all want. */
async function lookAgain(
  looks: SecondLooks,
  { leftMs, tell }: Course,
): Promise<readonly [roundTrips: Found, losses: Found, rates: Found]> {
  tell(new Set(looks.flatMap(({ places }) => places)).size);
  const confirmed = async (look: SecondLook, later: readonly SecondLook[]): Promise<Found> => {
    const needs = [look, ...later].map(needsOf);
    const spareMs = leftMs() - sum(needs.map(({ leastMs }) => leastMs));
    const extras = needs.map(({ leastMs, wantedMs }) => wantedMs - leastMs);
    const share = (extras[0] ?? 0) / Math.max(1, sum(extras));
    const fairMs = (needs[0]?.leastMs ?? 0) + share * Math.max(0, spareMs);
    const limitMs = later.length === 0 ? leftMs() : fairMs;
    return confirmAll(look, await measure(look, limitMs));
  };
  const [nearby, burst, rated] = looks;
  const roundTrips = await confirmed(nearby, [burst, rated]);
  const losses = await confirmed(burst, [rated]);
  return [roundTrips, losses, await confirmed(rated, [])];
}

function measure({ phase, pairs, measuring }: Look, limitMs: number): Promise<Found> {
  return phase.measure(pairs, measuring, limitMs);
}

/**
 * Round trips are too few to tell a small loss from none. Where one was not answered that should
 * have been, a burst decides.
 */
function addStrayBurst(
  pair: PairChecks,
  checks: readonly PairCheck[],
  { shaper, bounds, isWhole }: Measuring,
): PairChecks {
  // Where nothing is answered at all, that is measured again.
  const isStray = checks.some(
    ({ key, check: { measured } }) => key === 'loss' && (measured ?? 0) > 0 && measured !== 1,
  );
  // Under userspace nothing is lost, and a burst would only count what the nodes report.
  if (!isWhole || !isStray || shaper.kind === 'userspace' || hasLoss(pair.traits)) return pair;
  const [bursts = []] = planBursts([{ traits: pair.traits, pairs: pair.roundTrips }], {
    durationMs: STRAY_BURST_MS,
    packetsPerSecMax: bounds.packetsPerSecMax / STRAY_BURSTS,
  });
  return { ...pair, bursts };
}

const STRAY_BURST_MS = 1_000;
/** So many may come at once without too much for the host. */
const STRAY_BURSTS = 20;

function again(look: Look, first: Found, isWanted = isOff): SecondLook {
  const places = first.flatMap((checks, place) => (checks.some(isWanted) ? [place] : []));
  return { ...look, first, places, pairs: places.map((place) => at(look.pairs, place)) };
}

function againInBursts(look: Look, first: Found): SecondLook {
  const suspects = again(look, first);
  const isMost = 2 * suspects.places.length > look.pairs.length;
  // If most are off, it may be the host that could not keep up with them all at once.
  const pairs = isMost ? suspects.pairs.map(slowDown) : hurry(suspects.pairs, look.measuring);
  return { ...suspects, pairs };
}

function slowDown(pair: PairChecks): PairChecks {
  const bursts = pair.bursts.map((probe) => ({ ...probe, intervalMs: SLOWER * probe.intervalMs }));
  return { ...pair, bursts };
}

/** Few pairs have the host to themselves, so that their bursts can be over sooner. */
function hurry(pairs: readonly PairChecks[], { bounds }: Measuring): readonly PairChecks[] {
  const lengths = pairs.flatMap(({ bursts }) => bursts.map((one) => one.count * one.intervalMs));
  const entries = pairs.map(({ traits, roundTrips, bursts }) => ({
    traits,
    pairs: bursts.length === 0 ? [] : roundTrips,
  }));
  const bursts = planBursts(entries, {
    durationMs: Math.max(0, ...lengths),
    packetsPerSecMax: bounds.packetsPerSecMax,
  });
  return pairs.map((pair, index) => ({ ...pair, bursts: at(bursts, index) }));
}

/** Only the rates that were off, longer, and fewer of them at once. */
function againGently(look: Look, first: Found, isWanted = isOff): SecondLook {
  const suspects = again(look, first, isWanted);
  const { places, measuring } = suspects;
  const pairs = suspects.pairs.map((pair, index) => {
    const checks = at(first, at(places, index));
    const rates = pair.rates
      .filter((_, which) => isWanted(at(checks, which)))
      .map((rate) => ({ ...rate, durationMs: Math.min(RATE_PROBE_MS_MAX, 2 * rate.durationMs) }));
    return { ...pair, rates };
  });
  const bitsPerSecMax = GENTLE_SHARE * measuring.bounds.bitsPerSecMax;
  const gently = { bounds: { ...measuring.bounds, bitsPerSecMax }, hostShare: GENTLE_SHARE };
  return { ...suspects, pairs, measuring: { ...measuring, ...gently } };
}

/** What passed once has passed; what was off takes the word of the second measurement. */
function confirmAll({ first, places }: SecondLook, second: Found): Found {
  const found = new Map(places.map((place, index) => [place, at(second, index)]));
  return first.map((checks, place) =>
    checks.map((check) => {
      if (!isOff(check)) return check;
      return found.get(place)?.find(({ key }) => key === check.key) ?? check;
    }),
  );
}

function isOff({ check }: PairCheck): boolean {
  return !check.isWithin;
}

function isUnmeasured({ check }: PairCheck): boolean {
  return check.samples === 0;
}

function needsOf({ phase, pairs, measuring }: Look): Needs {
  return phase.needs(pairs, measuring);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
