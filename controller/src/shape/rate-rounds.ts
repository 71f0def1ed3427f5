import type { RateProbe, Shaper } from './shaper.ts';

/** Which rates are measured at the same time, and how long that takes. Pure. */

/** In userspace a node sends in batches, and counts fewer of them. */
const PROBE_MS_MIN = { netem: 150, userspace: 250 } as const;
export const RATE_PROBE_MS_MAX = 1_000;
/**
 * Netem: a sender goes on a little longer than its receiver counts. Userspace: the nodes are asked
 * anew, and wait for the last answer.
 */
const ROUND_MS = { netem: 80, userspace: 350 } as const;
/** A shared link has to lose what was offered in excess before others can use it. */
const DRAIN_RATIO = 0.3;

/** Frames of a slow link that are too few to be a measurement in less; see netem/probe-rates.ts. */
const SLOW_RATE_BITS = 5_000;

type Demand = Pick<RateProbe, 'fromNode' | 'toNode' | 'rateBitsPerSec' | 'shares'>;

interface Round<T> {
  readonly probes: T[];
  readonly used: Map<string, number>;
  bitsPerSec: number;
}

/**
 * Those of one round fit into the access links that they share, and together ask no more of the
 * host than it can carry. One that asks for more all by itself has a round of its own.
 */
export function rateRounds<T extends Demand>(
  probes: readonly T[],
  bitsPerSecMax: number,
): readonly (readonly T[])[] {
  const rounds: Round<T>[] = [];
  for (const probe of probes) {
    let round = rounds.find((one) => fits(one, probe, bitsPerSecMax));
    if (round === undefined) {
      round = { probes: [], used: new Map(), bitsPerSec: 0 };
      rounds.push(round);
    }
    round.probes.push(probe);
    round.bitsPerSec += offeredBits(probe);
    for (const { name } of probe.shares) {
      round.used.set(name, (round.used.get(name) ?? 0) + offeredBits(probe));
    }
  }
  return rounds.map((round) => round.probes);
}

function fits<T extends Demand>(
  { used, bitsPerSec }: Round<T>,
  probe: T,
  bitsPerSecMax: number,
): boolean {
  const bits = offeredBits(probe);
  return (
    bitsPerSec + bits <= bitsPerSecMax &&
    probe.shares.every((link) => {
      const held = used.get(link.name);
      return held === undefined || held + bits <= link.bitsPerSec;
    })
  );
}

/** More than a link takes, so that what arrives is what it takes. */
export const OFFERED_RATIO = 1.2;

function offeredBits({ rateBitsPerSec }: Demand): number {
  return OFFERED_RATIO * rateBitsPerSec;
}

/** How long a rate probe takes at least. */
export function rateProbeMsMin(rateBitsPerSec: number, shaper: Shaper['kind']): number {
  const wanted = (SLOW_RATE_BITS * 1000) / Math.max(1, rateBitsPerSec);
  return Math.round(Math.min(RATE_PROBE_MS_MAX, Math.max(PROBE_MS_MIN[shaper], wanted)));
}

/** Of rounds one after the other, whose probes take `durationMs` or as long as they need. */
export function roundsMs(
  rounds: readonly (readonly Demand[])[],
  shaper: Shaper['kind'],
  durationMs = 0,
): number {
  return rounds.reduce((sum, round) => {
    const isShared = shaper === 'netem' && round.some(({ shares }) => shares.length > 0);
    const longest = Math.max(
      durationMs,
      ...round.map(({ rateBitsPerSec }) => rateProbeMsMin(rateBitsPerSec, shaper)),
    );
    return sum + longest * (isShared ? 1 + DRAIN_RATIO : 1) + ROUND_MS[shaper];
  }, 0);
}

/**
 * The rate of an access link is one thing however many pairs of regions see it: where there is no
 * time for all of them, each such link is measured once, and further pairs as long as there is.
 * The rates of links between regions all stay.
 */
export function thinOut<T extends Demand & { readonly boundBy: string | null }>(
  probes: readonly T[],
  isInTime: (chosen: readonly T[]) => boolean,
): readonly T[] {
  if (isInTime(probes)) return probes;
  const covered = new Set<string>();
  const isFirst = ({ boundBy }: T): boolean => {
    const isNew = boundBy === null || !covered.has(boundBy);
    if (boundBy !== null) covered.add(boundBy);
    return isNew;
  };
  const chosen = new Set(probes.filter(isFirst));
  for (const probe of probes) {
    if (chosen.has(probe)) continue;
    chosen.add(probe);
    if (isInTime([...chosen])) continue;
    chosen.delete(probe);
    break;
  }
  return probes.filter((probe) => chosen.has(probe));
}
