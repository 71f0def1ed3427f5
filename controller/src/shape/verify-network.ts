import type { Clock } from '../lib/clock.ts';
import type { NetworkState } from '../model/network.ts';
import type { LinkCheckRecord } from '../model/record.ts';
import type { PairCheck } from './judge-pair.ts';
import {
  at,
  type Measuring,
  measureLosses,
  measureRates,
  measureRoundTrips,
  type Phase,
} from './measure-pairs.ts';
import { hasLoss } from './pair-traits.ts';
import {
  type ChecksPlan,
  type PairChecks,
  type ProbeBounds,
  planChecks,
  tellsEnough,
} from './plan-checks.ts';
import { blameWorst } from './pool-losses.ts';
import { planBursts } from './probe-sizes.ts';
import type { ShapedNetwork, Shaper } from './shaper.ts';

/**
 * Measures a shaped network and holds it against the plan: every pair of regions, in one bounded
 * time. Whatever is off is measured once more with fresh samples, and counts as off only if it is
 * off again, so a right network fails with at most 1 % (see `levelOf`), a wrong one as surely as
 * a single measurement finds it, twice.
 */
export interface VerifyRequest {
  readonly shaper: Shaper;
  readonly shaped: ShapedNetwork;
  readonly state: NetworkState;
  readonly occasion: LinkCheckRecord['occasion'];
  /** Only what concerns these nodes, in a short time; everything if left out. */
  readonly nodes?: readonly number[];
  /** Time that may be planned for where the usual time would tell too little, in ms. */
  readonly budgetMsMax?: number;
}

export interface VerifyOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Pairs of regions that are measured, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void;
}

const usualBounds: Omit<ProbeBounds, 'packetsPerSecMax'> = {
  budgetMs: 10_000,
  streamsMax: 100,
  bitsPerSecMax: 500_000_000,
};
/** A frame costs two nodes an encryption and a turn of their loops; a ping costs next to nothing. */
const PACKETS_PER_SEC_MAX = { netem: 20_000, userspace: 4_000 } as const;
const SHORT_BUDGET_MS = 3_000;

export { describeMismatch } from './describe-mismatch.ts';

export async function verifyNetwork(
  request: VerifyRequest,
  options: VerifyOptions,
): Promise<readonly LinkCheckRecord[]> {
  const { shaper, shaped, state, nodes = null } = request;
  const budgetMs = nodes === null ? usualBounds.budgetMs : SHORT_BUDGET_MS;
  const packetsPerSecMax = PACKETS_PER_SEC_MAX[shaper.kind];
  const usual = { ...usualBounds, packetsPerSecMax, budgetMs };
  const { network, seed } = shaped;
  const planWithin = (bounds: ProbeBounds): ChecksPlan =>
    planChecks({ network, state, shaper: shaper.kind, seed, nodes, bounds });
  const usually = planWithin(usual);
  const { budgetMsMax = budgetMs } = request;
  const isEnough = budgetMsMax <= budgetMs || tellsEnough(usually);
  const bounds = isEnough ? usual : { ...usual, budgetMs: budgetMsMax };
  const plan = isEnough ? usually : planWithin(bounds);
  const measuring: Measuring = {
    shaper,
    bounds,
    options,
    isWhole: nodes === null,
    checking: {
      level: plan.level,
      isLoaded: request.occasion === 'again',
    },
  };
  const found = await measureTwice(plan, measuring);
  const when = options.clock.now();
  return plan.pairs.flatMap((pair, index) => recordsOf(at(found, index), pair, request, when));
}

/** Phase by phase, since bursts and rates would disturb round trips on the same links. */
async function measureTwice(
  { pairs }: ChecksPlan,
  measuring: Measuring,
): Promise<readonly (readonly PairCheck[])[]> {
  const { onProgress } = measuring.options;
  let told = -1;
  const tell = (open: readonly PairChecks[]): void => {
    const done = pairs.length - open.length;
    if (done !== told) onProgress?.(done, pairs.length);
    told = done;
  };
  tell(pairs);
  const roundTrips = await confirmOff(pairs, measureRoundTrips, measuring);
  const counted = pairs.map((pair, place) => addStrayBurst(pair, at(roundTrips, place), measuring));
  tell(pairs.filter((_, place) => hasMore(at(counted, place))));
  const losses = blameWorst(await confirmOff(counted, measureLosses, measuring));
  tell(pairs.filter(({ rates }) => rates.length > 0));
  const rates = await confirmOff(pairs, measureRates, measuring);
  tell([]);
  return pairs.map((_, place) => {
    const better = at(losses, place);
    const kept = at(roundTrips, place).filter(
      ({ key }) => key !== 'loss' || better.every((check) => check.key !== key),
    );
    return [...kept, ...better, ...at(rates, place)];
  });
}

function hasMore({ bursts, rates }: PairChecks): boolean {
  return bursts.length + rates.length > 0;
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
  const isStray = checks.some(({ key, check }) => key === 'loss' && (check.measured ?? 0) > 0);
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

/** Measures, and measures again the pairs of which something is off. */
async function confirmOff(
  pairs: readonly PairChecks[],
  run: Phase,
  measuring: Measuring,
): Promise<readonly (readonly PairCheck[])[]> {
  const first = await run(pairs, measuring);
  const suspects = pairs.filter((_, index) => at(first, index).some(isOff));
  if (suspects.length === 0) return first;
  const isMost = 2 * suspects.length > pairs.length;
  // If most are off, it may be the host that could not keep up with them all at once.
  const slower = isMost ? suspects.map(slowDown) : hurry(suspects, measuring);
  const second = await run(slower, measuring);
  return first.map((checks, index) => {
    const place = suspects.indexOf(at(pairs, index));
    return place < 0 ? checks : checks.map((check) => confirm(check, at(second, place)));
  });
}

/** What passed once has passed; what was off takes the word of the second measurement. */
function confirm(first: PairCheck, second: readonly PairCheck[]): PairCheck {
  if (!isOff(first)) return first;
  return second.find(({ key }) => key === first.key) ?? first;
}

/** Few pairs have the host to themselves, so that their bursts can be over sooner. */
function hurry(pairs: readonly PairChecks[], { bounds }: Measuring): PairChecks[] {
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

function slowDown(pair: PairChecks): PairChecks {
  const bursts = pair.bursts.map((probe) => ({ ...probe, intervalMs: 2 * probe.intervalMs }));
  return { ...pair, bursts };
}

function isOff({ check }: PairCheck): boolean {
  return !check.isWithin;
}

function recordsOf(
  checks: readonly PairCheck[],
  pair: PairChecks,
  { shaped, occasion }: VerifyRequest,
  when: Date,
): readonly LinkCheckRecord[] {
  const names = shaped.network.regions.map(({ name }) => name);
  const told = checks.filter(({ isDetail, check }) => !isDetail || !check.isWithin);
  return told.map(({ check, asked, fromNode, toNode, isTurned }) => ({
    at: when,
    occasion,
    fromRegion: at(names, isTurned ? pair.to : pair.from),
    toRegion: at(names, isTurned ? pair.from : pair.to),
    fromNode,
    toNode,
    asked,
    ...check,
  }));
}
