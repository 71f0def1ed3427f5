import { createPrng, shuffle } from '../lib/prng.ts';
import type { CellNetwork, NetworkState, ShaperKind } from '../model/network.ts';

/**
 * Which nodes stand for their regions when a network is measured. Pure: the seed decides. Pairs
 * for one pair of regions are disjoint, because all that a node sends to one region goes through
 * one queue; and choosing goes round in each region, so that the work is spread over its nodes.
 */
export interface NodePair {
  readonly fromNode: number;
  readonly toNode: number;
}

export interface PairChooser {
  /** At most `countMax` disjoint pairs that are connected both ways. */
  connected(from: number, to: number, countMax: number): readonly NodePair[];
  /** A pair that is cut in one direction or both; null if there is none. */
  cut(from: number, to: number): NodePair | null;
  /** A partner in `region` for one node, connected or cut as asked; null if there is none. */
  partner(node: number, region: number, kind: 'connected' | 'cut'): number | null;
}

export function createPairChooser(
  network: CellNetwork,
  state: NetworkState,
  seed: number,
  isLinked: (one: number, other: number) => boolean,
): PairChooser {
  const prng = createPrng(seed);
  const rings = network.regions.map(({ nodes }) => shuffle(nodes, prng));
  const turns = rings.map(() => 0);
  const isCut = cutsOf(state);

  /** The nodes of a region, beginning with those whose turn it is. */
  const ring = (region: number): readonly number[] => {
    const nodes = rings[region] ?? [];
    const turn = (turns[region] ?? 0) % Math.max(1, nodes.length);
    return [...nodes.slice(turn), ...nodes.slice(0, turn)];
  };
  const advance = (region: number, by: number): void => {
    turns[region] = (turns[region] ?? 0) + by;
  };

  return {
    connected(from, to, countMax) {
      const pairs: NodePair[] = [];
      const used = new Set<number>();
      const receivers = ring(to);
      for (const fromNode of ring(from)) {
        if (pairs.length >= countMax) break;
        if (used.has(fromNode)) continue;
        const toNode = receivers.find(
          (node) =>
            node !== fromNode &&
            !used.has(node) &&
            isLinked(fromNode, node) &&
            !isCut(fromNode, node),
        );
        if (toNode === undefined) continue;
        used.add(fromNode).add(toNode);
        pairs.push({ fromNode, toNode });
      }
      advance(from, pairs.length);
      advance(to, pairs.length);
      return pairs;
    },
    cut(from, to) {
      if (state.cuts.length === 0) return null;
      for (const fromNode of ring(from)) {
        const toNode = ring(to).find((node) => isLinked(fromNode, node) && isCut(fromNode, node));
        if (toNode !== undefined) return { fromNode, toNode };
      }
      return null;
    },
    partner(node, region, kind) {
      const found = ring(region).find(
        (other) =>
          other !== node && isLinked(node, other) && isCut(node, other) === (kind === 'cut'),
      );
      if (found !== undefined) advance(region, 1);
      return found ?? null;
    },
  };
}

/**
 * Whether two nodes can be measured against each other: in userspace over their link only, in the
 * kernel whether or not they keep one.
 */
export function measurable(
  { edges }: CellNetwork,
  shaper: ShaperKind,
): (one: number, other: number) => boolean {
  if (edges === undefined || shaper !== 'userspace') return (one, other) => one !== other;
  const linked = new Set(edges.flatMap(([a, b]) => [`${a}-${b}`, `${b}-${a}`]));
  return (one, other) => linked.has(`${one}-${other}`);
}

/** @returns whether packets are dropped between two nodes, in one direction or both */
function cutsOf({ cuts }: NetworkState): (one: number, other: number) => boolean {
  const sets = cuts.map(({ from, to }) => ({ from: new Set(from), to: new Set(to) }));
  return (one, other) =>
    sets.some(
      ({ from, to }) => (from.has(one) && to.has(other)) || (from.has(other) && to.has(one)),
    );
}
