import type { NetworkState } from '../model/network.ts';
import type { LinkCheckRecord } from '../model/record.ts';
import type { ShapedNetwork, Shaper } from '../shape/shaper.ts';
import type { ChecksPlan, PairChecks, ProbeBounds } from './checks-plan.ts';
import type { PairCheck } from './judge-pair.ts';
import { at, type Measuring, type VerifyOptions } from './measure-pairs.ts';
import { measureTwice } from './measure-twice.ts';
import { planChecks, tellsEnough } from './plan-checks.ts';

/**
 * Measures a shaped network and holds it against the plan: every pair of regions, in one bounded
 * time, by the clock. Whatever is off is measured once more with fresh samples, and counts as off
 * only if it is off again, so a right network fails with at most 1 % (see `levelOf`), a wrong one
 * as surely as a single measurement finds it, twice. What there was no time for, also for the
 * second time, is told as not measured: no samples, and not within.
 */
export interface VerifyRequest {
  readonly shaper: Shaper;
  readonly shaped: ShapedNetwork;
  readonly state: NetworkState;
  readonly occasion: LinkCheckRecord['occasion'];
  /** Only what concerns these nodes, in a short time; everything if left out. */
  readonly nodes?: readonly number[];
  /**
   * Time that may be planned for where the usual time would tell too little, and taken for rates
   * that there was no time for, in ms.
   */
  readonly budgetMsMax?: number;
}

const usualBounds: Omit<ProbeBounds, 'packetsPerSecMax'> = {
  // 10 s, with what it takes to end.
  budgetMs: 9_800,
  streamsMax: 100,
  bitsPerSecMax: 500_000_000,
};
/** A frame costs two nodes an encryption and a turn of their loops; a ping costs next to nothing. */
const PACKETS_PER_SEC_MAX = { netem: 24_000, userspace: 4_000 } as const;
/** Of what the host can carry, for rates. */
const HOST_SHARE = 0.7;
/** For what concerns some nodes; a host that is busy may take longer. */
const SHORT_BUDGET_MS = 3_000;

export async function verifyNetwork(
  request: VerifyRequest,
  options: VerifyOptions,
): Promise<readonly LinkCheckRecord[]> {
  const { shaper, shaped, state, nodes = null } = request;
  const budgetMs = nodes === null ? usualBounds.budgetMs : SHORT_BUDGET_MS;
  const packetsPerSecMax = PACKETS_PER_SEC_MAX[shaper.kind];
  const usual = { ...usualBounds, packetsPerSecMax, budgetMs };
  const { network, seed, isAway } = shaped;
  const away = isAway === undefined ? {} : { isAway };
  const planWithin = (bounds: ProbeBounds): ChecksPlan =>
    planChecks({ network, state, shaper: shaper.kind, seed, nodes, bounds, ...away });
  const usually = planWithin(usual);
  const { budgetMsMax = budgetMs } = request;
  const isEnough = budgetMsMax <= budgetMs || tellsEnough(usually);
  const bounds = isEnough ? usual : { ...usual, budgetMs: budgetMsMax };
  const plan = isEnough ? usually : planWithin(bounds);
  const limitMs = Math.max(usualBounds.budgetMs, bounds.budgetMs);
  const lateMs = Math.max(limitMs, budgetMsMax);
  const measuring: Measuring = {
    shaper,
    bounds,
    options,
    isWhole: nodes === null,
    checking: {
      level: plan.level,
      isLoaded: request.occasion === 'again',
    },
    hostShare: HOST_SHARE,
    timeUp: options.clock.timeoutSignal(lateMs),
  };
  const found = await measureTwice(plan, measuring, { limitMs, lateMs });
  const when = options.clock.now();
  return plan.pairs.flatMap((pair, index) => recordsOf(at(found, index), pair, request, when));
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
