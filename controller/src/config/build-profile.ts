/** Profiles as they are written -> round trips with everything filled in. Pure. */
import type { DelayShape, LossShape } from '../model/network.ts';
import type { ProfileSpec } from '../model/network-spec.ts';
import { formatRatio } from '../plan/format-link.ts';
import { meanLossRatio } from '../plan/loss-ratio.ts';
import type { Complain } from './conflict.ts';
import type { Path } from './path.ts';
import type { RawLink, RawProfile, RttRange } from './profile-schema.ts';
import { type ProfileName, profileNames, readyProfiles } from './ready-profiles.ts';

/** What a link has before anything is said about it. */
export const idealProfile: ProfileSpec = { ...readyProfiles.ideal, name: null };

/**
 * @param base what holds where the profile says nothing; a name stands for all of its own
 * @param complain told of what contradicts itself
 */
export function buildProfile(
  raw: RawProfile,
  base: ProfileSpec,
  path: Path,
  complain: Complain,
): ProfileSpec {
  if (typeof raw === 'string') return readyProfile(raw);
  if (isRange(raw)) return { ...base, name: null, rtt: spread(raw) };
  const start = raw.like === undefined ? base : readyProfile(raw.like);
  const { up, down } = ratesOf(raw, start);
  return {
    name: null,
    rtt: buildRtt(raw, start.rtt, path, complain),
    loss: raw.loss === undefined ? start.loss : buildLoss(raw.loss, [...path, 'loss'], complain),
    duplicateRatio: raw.duplicate ?? start.duplicateRatio,
    corruptRatio: raw.corrupt ?? start.corruptRatio,
    reorders: raw.reorder ?? start.reorders,
    upBitsPerSec: up,
    downBitsPerSec: down,
    queuePackets: raw.queue ?? start.queuePackets,
  };
}

/** The same for a link that has one direction: `{up, down}` makes no sense there. */
export function buildDirection(
  raw: RawProfile,
  base: ProfileSpec,
  path: Path,
  complain: Complain,
): ProfileSpec {
  if (typeof raw === 'object' && !isRange(raw) && typeof raw.rate === 'object') {
    complain({
      path: [...path, 'rate'],
      message:
        'up and down are of the access link of a node; here is one direction between regions',
      expected: 'a rate such as 10Mbit',
    });
  }
  return { ...buildProfile(raw, base, path, complain), downBitsPerSec: null };
}

/** Whether a profile says how long a round trip takes, and not only what else happens to packets. */
export function saysRtt(raw: RawProfile): boolean {
  if (typeof raw === 'string' || isRange(raw)) return true;
  return raw.rtt !== undefined || raw.like !== undefined;
}

export function isRange(raw: Exclude<RawProfile, string>): raw is RttRange {
  return 'lowMs' in raw;
}

function readyProfile(name: string): ProfileSpec {
  const found: ProfileName | undefined = profileNames.find((one) => one === name);
  if (found === undefined) throw new Error(`Broken invariant: no profile ${name}`);
  return readyProfiles[found];
}

function spread({ lowMs, highMs }: RttRange): DelayShape {
  return {
    distribution: lowMs === highMs ? 'fixed' : 'uniform',
    meanMs: (lowMs + highMs) / 2,
    jitterMs: (highMs - lowMs) / 2,
    correlationRatio: 0,
  };
}

function buildRtt(raw: RawLink, base: DelayShape, path: Path, complain: Complain): DelayShape {
  const { jitter, distribution } = raw;
  const correlationRatio = raw.correlation ?? base.correlationRatio;
  const own = raw.rtt === undefined ? base : spread(raw.rtt);
  if (jitter === undefined && (distribution === undefined || distribution === own.distribution)) {
    return { ...own, correlationRatio };
  }
  const isWide = raw.rtt !== undefined && raw.rtt.lowMs !== raw.rtt.highMs;
  if (isWide) {
    complain({
      path: [...path, jitter === undefined ? 'distribution' : 'jitter'],
      message: 'a range is spread evenly, and has its spread already',
      expected: 'either a range, or one round trip with jitter and distribution',
    });
    return own;
  }
  const chosen = distribution ?? (own.distribution === 'fixed' ? 'normal' : own.distribution);
  const jitterMs = jitter ?? own.jitterMs;
  const problem = contradictionOf({ chosen, jitterMs, meanMs: own.meanMs });
  if (problem !== undefined) {
    const [key, message, expected] = problem;
    const at = raw[key] === undefined ? (jitter === undefined ? 'distribution' : 'jitter') : key;
    complain({ path: [...path, at], message, expected });
  }
  return { distribution: chosen, meanMs: own.meanMs, jitterMs, correlationRatio };
}

function contradictionOf({
  chosen,
  jitterMs,
  meanMs,
}: {
  readonly chosen: DelayShape['distribution'];
  readonly jitterMs: number;
  readonly meanMs: number;
}): readonly ['jitter' | 'distribution', message: string, expected: string] | undefined {
  if (chosen === 'fixed' && jitterMs > 0) {
    return ['distribution', 'a fixed round trip has no jitter', 'uniform, normal or pareto'];
  }
  if (chosen !== 'fixed' && jitterMs === 0) {
    return ['distribution', `a ${chosen} round trip needs a jitter`, 'a jitter such as 10ms'];
  }
  if (jitterMs > meanMs) {
    const message = `a round trip of ${meanMs} ms cannot vary by ${jitterMs} ms: it would be negative`;
    return ['jitter', message, 'no more than rtt'];
  }
  return undefined;
}

function ratesOf(
  { rate }: RawLink,
  start: ProfileSpec,
): { readonly up: number | null; readonly down: number | null } {
  if (rate === undefined) return { up: start.upBitsPerSec, down: start.downBitsPerSec };
  if (typeof rate === 'number') return { up: rate, down: rate };
  return { up: rate.up ?? start.upBitsPerSec, down: rate.down ?? start.downBitsPerSec };
}

/** As for independent loss: a link that loses everything is a partition. */
const lossRatioMax = 0.99;

function buildLoss(
  raw: Exclude<RawLink['loss'], undefined>,
  path: Path,
  complain: Complain,
): LossShape {
  if (typeof raw === 'number') {
    return raw === 0 ? { kind: 'none' } : { kind: 'independent', ratio: raw };
  }
  const { enter, leave, bad = 1, good = 0 } = raw.burst;
  const loss: LossShape = {
    kind: 'gilbert-elliott',
    enterBadRatio: enter,
    leaveBadRatio: leave,
    badLossRatio: bad,
    goodLossRatio: good,
  };
  const lostRatio = meanLossRatio(loss);
  if (lostRatio > lossRatioMax) {
    complain({
      path,
      code: 'out-of-range',
      message: `in the long run, these bursts lose ${formatRatio(lostRatio)} of all packets`,
      expected: `at most ${formatRatio(lossRatioMax)}; a link that is cut is a partition`,
    });
  }
  return loss;
}
