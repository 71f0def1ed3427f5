import type { CellNetwork } from '../model/network.ts';
import type { AccessLink, RateProbe, RoundTripProbe } from '../shape/shaper.ts';
import type { ChecksRequest, PairChecks } from './checks-plan.ts';
import { createPairChooser, measurable, type NodePair, type PairChooser } from './choose-pairs.ts';
import { describePair, type PairTraits } from './pair-traits.ts';
import {
  cutProbe,
  roundTripsEach,
  roundTripsWanted,
  roundTripWindowMs,
  type Sending,
} from './probe-sizes.ts';

/** The node pairs that stand for each pair of regions, and their round trips. Pure. */
export interface Draft
  extends Pick<PairChecks, 'from' | 'to' | 'traits' | 'roundTrips' | 'extra' | 'cut'> {
  readonly rated: readonly DraftedRate[];
}

export interface DraftedRate extends Omit<RateProbe, 'durationMs'> {
  /** Name of the access link whose rate it is; null for that of the link between the regions. */
  readonly boundBy: string | null;
}

/** Enough for an interval of the median at every level that occurs. */
const EXTRA_ROUND_TRIPS = 14;
/** For the first frame of a rate, beside its way. */
const FIRST_FRAME_MS = 100;
/** Of the time for round trips, for nodes that need a turn of their own. */
export const EXTRA_SHARE = 0.4;

export type RegionPair = Pick<PairChecks, 'from' | 'to' | 'traits'>;

/** Every unordered pair of regions that has nodes to talk to each other. */
export function describePairs({ network, state, shaper }: ChecksRequest): readonly RegionPair[] {
  const isMeasurable = measurable(network, shaper);
  const nodesIn = (region: number): readonly number[] => network.regions[region]?.nodes ?? [];
  const pairs = regionPairs(network).filter(({ from, to }) =>
    nodesIn(from).some((one) => nodesIn(to).some((other) => isMeasurable(one, other))),
  );
  return pairs.map((pair) => ({
    ...pair,
    // The whole is measured before any load: no answer waits in a queue that is full.
    traits: { ...describePair(network, state, pair, shaper), queueMsMax: 0 },
  }));
}

export function draftAll(
  request: ChecksRequest,
  pairs: readonly RegionPair[],
  windowMs: number,
): readonly Draft[] {
  const { network, state, seed, bounds, shaper } = request;
  const chooser = createPairChooser(network, state, seed, measurable(network, shaper));
  const streamsMax = Math.max(1, Math.floor(bounds.streamsMax / Math.max(1, pairs.length)));
  const plans = pairs.map(({ from, to, traits }) => {
    const possible = Math.min(streamsMax, disjointMost(network, from, to));
    return { traits, wanted: roundTripsWanted(traits), possible };
  });
  const sending = roundTripWindowMs(plans, windowMs, bounds);
  const drafts = pairs.map(({ from, to, traits }, index): Draft => {
    const { wanted = 1, possible = 1 } = plans[index] ?? {};
    const each = roundTripsEach(traits, sending, Math.ceil(wanted / possible));
    // Inside a region, half as many pairs as nodes reach all of them.
    const covering = from === to ? possible : 1;
    const count = Math.min(possible, Math.max(covering, Math.ceil(wanted / each.count)));
    const chosen = chooser.connected(from, to, count);
    const cut = chooser.cut(from, to);
    return {
      from,
      to,
      traits,
      roundTrips: chosen.map((nodes) => ({ ...nodes, ...each })),
      extra: [],
      cut: cut === null ? null : cutProbe(cut, traits),
      rated: ratedDirections(request, traits, chosen[0]),
    };
  });
  return coverRest(request, drafts, chooser, {
    ...sending,
    windowMs: EXTRA_SHARE * windowMs,
  });
}

/** One partner in each region for each of these nodes. */
export function draftNodes(
  request: ChecksRequest,
  nodes: readonly number[],
  windowMs: number,
): readonly Draft[] {
  const { network, state, seed, bounds, shaper, isAway = () => false } = request;
  const isLinked = measurable(network, shaper);
  const isThere = (one: number, other: number): boolean => isLinked(one, other) && !isAway(other);
  const chooser = createPairChooser(network, state, seed, isThere);
  return nodes.flatMap((node) =>
    network.regions.flatMap(({ index: to }): Draft[] => {
      const partner = chooser.partner(node, to, 'connected');
      const cut = chooser.partner(node, to, 'cut');
      if (partner === null && cut === null) return [];
      const from = network.regionOf[node] ?? -1;
      const traits = describePair(network, state, { from, to }, shaper);
      const wanted = roundTripsWanted(traits);
      const sending = roundTripWindowMs([{ traits, wanted, possible: 1 }], windowMs, bounds);
      const each = roundTripsEach(traits, sending);
      const pair = { fromNode: node, toNode: partner ?? node };
      return [
        {
          from,
          to,
          traits,
          roundTrips: partner === null ? [] : [{ ...pair, ...each }],
          extra: [],
          cut: cut === null ? null : cutProbe({ fromNode: node, toNode: cut }, traits),
          rated: [],
        },
      ];
    }),
  );
}

/** A node that took part in nothing is probed once more, so that no lost qdisc stays unseen. */
function coverRest(
  { network, bounds }: ChecksRequest,
  drafts: readonly Draft[],
  chooser: PairChooser,
  sending: Sending,
): readonly Draft[] {
  const covered = new Set(drafts.flatMap(({ roundTrips }) => roundTrips.flatMap(nodesOf)));
  const rest = network.regionOf.flatMap((_, node) => (covered.has(node) ? [] : [node]));
  const extra = new Map<Draft, RoundTripProbe[]>();
  const busy = new Set<number>();
  for (const node of rest.slice(0, bounds.streamsMax)) {
    if (busy.has(node)) continue;
    const region = network.regionOf[node] ?? -1;
    for (const draft of drafts) {
      const { from, to, traits } = draft;
      if (from !== region && to !== region) continue;
      const partner = chooser.partner(node, from === region ? to : from, 'connected');
      if (partner === null || busy.has(partner)) continue;
      busy.add(node).add(partner);
      const [fromNode, toNode] = from === region ? [node, partner] : [partner, node];
      const each = { ...roundTripsEach(traits, sending), count: EXTRA_ROUND_TRIPS };
      extra.set(draft, [...(extra.get(draft) ?? []), { fromNode, toNode, ...each }]);
      break;
    }
  }
  return drafts.map((draft) => ({ ...draft, extra: extra.get(draft) ?? [] }));
}

function regionPairs({ regions }: CellNetwork): { readonly from: number; readonly to: number }[] {
  const inhabited = regions.filter(({ nodes }) => nodes.length > 0);
  return inhabited.flatMap(({ index: from, nodes }) =>
    inhabited
      .filter(({ index: to }) => to > from || (to === from && nodes.length > 1))
      .map(({ index: to }) => ({ from, to })),
  );
}

function disjointMost({ regions }: CellNetwork, from: number, to: number): number {
  const [here, there] = [from, to].map((region) => regions[region]?.nodes.length ?? 0);
  return from === to
    ? Math.max(1, Math.floor((here ?? 0) / 2))
    : Math.max(1, Math.min(here ?? 0, there ?? 0));
}

function ratedDirections(
  request: ChecksRequest,
  { there, back }: PairTraits,
  pair: NodePair | undefined,
): Draft['rated'] {
  if (pair === undefined) return [];
  const turned = { fromNode: pair.toNode, toNode: pair.fromNode };
  const directions = [
    { ...pair, rateBitsPerSec: there.rateBitsPerSec },
    ...(there === back ? [] : [{ ...turned, rateBitsPerSec: back.rateBitsPerSec }]),
  ];
  const timeoutMs = Math.ceil(there.rttHighMs) + FIRST_FRAME_MS;
  return directions.flatMap(({ rateBitsPerSec, ...nodes }) => {
    if (rateBitsPerSec === null) return [];
    const links = accessLinks(request.network, nodes);
    const boundBy = links.find(({ bitsPerSec }) => bitsPerSec === rateBitsPerSec)?.name ?? null;
    const shares = request.shaper === 'netem' ? links : wholeNodes(nodes);
    return [{ ...nodes, rateBitsPerSec, timeoutMs, shares, boundBy }];
  });
}

function accessLinks(
  { regions, regionOf }: CellNetwork,
  { fromNode, toNode }: NodePair,
): readonly AccessLink[] {
  const { upBitsPerSec = null } = regions[regionOf[fromNode] ?? -1] ?? {};
  const { downBitsPerSec = null } = regions[regionOf[toNode] ?? -1] ?? {};
  const up = { name: `up${fromNode}`, bitsPerSec: upBitsPerSec };
  const down = { name: `down${toNode}`, bitsPerSec: downBitsPerSec };
  return [up, down].flatMap(({ name, bitsPerSec }) =>
    bitsPerSec === null ? [] : [{ name, bitsPerSec }],
  );
}

/** In userspace a node measures one rate at a time. */
function wholeNodes({ fromNode, toNode }: NodePair): readonly AccessLink[] {
  return [fromNode, toNode].map((node) => ({ name: `node${node}`, bitsPerSec: 0 }));
}

function nodesOf({ fromNode, toNode }: NodePair): readonly number[] {
  return [fromNode, toNode];
}
