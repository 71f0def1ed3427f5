import { normalCdf } from '../analyse/special-functions.ts';
import type { NetworkState } from '../model/network.ts';
import { accessDown, type LinkCounterRecord } from '../model/record.ts';
import { meanLossRatio } from '../plan/expect-link.ts';
import type { CountedLink, ShapedNetwork } from '../shape/shaper.ts';
import { inflationOfLoss } from './pair-traits.ts';

/**
 * Growth of a shaper's counters between two readings, and what of its drops the loss that was
 * asked for does not explain. Pure. `packets` of a reading are those that got through.
 */

/** A right network may have any queue drop at all by chance with this probability. */
const FAILURE_RATIO_MAX = 0.01;

/**
 * @param state at the time of the last reading; states of changes planned before count as well
 * @param anew nodes whose counters began anew between the two readings
 */
export function measureGrowth(
  { network }: Pick<ShapedNetwork, 'network'>,
  state: NetworkState,
  {
    before,
    after,
  }: { readonly before: readonly CountedLink[]; readonly after: readonly CountedLink[] },
  anew: ReadonlySet<number> = new Set(),
): readonly LinkCounterRecord[] {
  const losses = lossesOf([
    network.initial,
    state,
    ...network.changes.map((change) => change.state),
  ]);
  const growth = growthOf(
    before.filter(({ nodeIndex }) => !anew.has(nodeIndex)),
    after,
  );
  const lossesAt = ({ nodeIndex, toRegion }: LinkKey): readonly Loss[] =>
    losses.get(`${network.regionOf[nodeIndex]} ${toRegion}`) ?? [];
  const links = after.filter(({ toRegion }) => toRegion !== 'cut');
  const lossy = links.filter((reading) => lossesAt(reading).length > 0).length;
  const z = quantileAbove(FAILURE_RATIO_MAX / Math.max(1, lossy));
  return links.flatMap((reading) => {
    const { nodeIndex, toRegion } = reading;
    const grown = growth.get(keyOf(reading));
    if (grown === undefined) return [];
    const explained = Math.max(
      0,
      ...lossesAt(reading).map((loss) => mostLost(grown.packets + grown.dropped, loss, z)),
    );
    return [
      {
        nodeIndex,
        toRegion:
          typeof toRegion === 'number'
            ? (network.regions[toRegion]?.name ?? `${toRegion}`)
            : accessDown,
        ...grown,
        queueDropped: Math.max(0, grown.dropped - explained),
      },
    ];
  });
}

/** Every loss that is ever asked for, by `from to`; on the way down there is none. */
function lossesOf(states: readonly NetworkState[]): ReadonlyMap<string, readonly Loss[]> {
  const losses = new Map<string, Loss[]>();
  for (const { from, to, shape } of states.flatMap(({ links }) => links)) {
    const loss = { ratio: meanLossRatio(shape.loss), inflation: inflationOfLoss(shape.loss) };
    if (loss.ratio <= 0) continue;
    const known = losses.get(`${from} ${to}`) ?? [];
    const isKnown = known.some(
      ({ ratio, inflation }) => ratio === loss.ratio && inflation === loss.inflation,
    );
    if (!isKnown) losses.set(`${from} ${to}`, [...known, loss]);
  }
  return losses;
}

/** Of one node's links towards one region. */
export interface LinkGrowth {
  readonly packets: number;
  readonly bytes: number;
  readonly dropped: number;
}

type LinkKey = Pick<CountedLink, 'nodeIndex' | 'toRegion'>;

/**
 * By link. A counter that is not among the earlier ones, or went down, began anew inside the time
 * (its node was shaped again): what it shows then is the growth that is known of.
 */
export function growthOf(
  before: readonly CountedLink[],
  after: readonly CountedLink[],
): ReadonlyMap<string, LinkGrowth> {
  const earlier = new Map(before.map((reading) => [keyOf(reading), reading]));
  return new Map(
    after.map((reading) => {
      const base = earlier.get(keyOf(reading));
      const isNew = base === undefined || reading.packets < base.packets;
      const grown = (pick: (counters: CountedLink) => number): number =>
        isNew ? pick(reading) : Math.max(0, pick(reading) - pick(base));
      return [
        keyOf(reading),
        {
          packets: grown(({ packets }) => packets),
          bytes: grown(({ bytes }) => bytes),
          dropped: grown(({ dropped }) => dropped),
        },
      ];
    }),
  );
}

/** Over several links: what was handed to them, and what of it was lost. */
export function totalGrowth(
  growth: ReadonlyMap<string, LinkGrowth>,
  links: readonly LinkKey[],
): { readonly carried: number; readonly lost: number } {
  let carried = 0;
  let lost = 0;
  for (const link of links) {
    const grown = growth.get(keyOf(link));
    carried += (grown?.packets ?? 0) + (grown?.dropped ?? 0);
    lost += grown?.dropped ?? 0;
  }
  return { carried, lost };
}

interface Loss {
  readonly ratio: number;
  readonly inflation: number;
}

/**
 * The number of losses out of `size` that is exceeded with the probability of `z`: the normal
 * approximation with its correction for skewness (Cornish and Fisher, 1938), which is good to one
 * packet.
 */
function mostLost(size: number, { ratio, inflation }: Loss, z: number): number {
  const deviation = Math.sqrt(size * ratio * (1 - ratio) * inflation);
  const skew = (((z ** 2 - 1) * (1 - 2 * ratio)) / 6) * inflation;
  return Math.min(size, Math.ceil(size * ratio + z * deviation + Math.max(0, skew) + 0.5));
}

/** The z that a standard normal variable exceeds with `probability`, up to 1 / 2. */
function quantileAbove(probability: number): number {
  let [low, high] = [0, 40];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (normalCdf(-middle) > probability) low = middle;
    else high = middle;
  }
  return high;
}

function keyOf({ nodeIndex, toRegion }: LinkKey): string {
  return `${nodeIndex} ${toRegion}`;
}
