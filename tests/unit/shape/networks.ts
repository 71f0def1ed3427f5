import type {
  CellNetwork,
  Cut,
  LinkShape,
  NetworkState,
} from '../../../controller/src/model/network.ts';
import type { ShapedNetwork } from '../../../controller/src/shape/shaper.ts';

/** Networks to test shaping with: regions by size, and a shape for every ordered pair of them. */

export function shape(
  rest: Partial<LinkShape> & { meanMs?: number; jitterMs?: number } = {},
): LinkShape {
  const { meanMs = 0, jitterMs = 0, ...own } = rest;
  return {
    delay: {
      distribution: jitterMs === 0 ? 'fixed' : 'uniform',
      meanMs,
      jitterMs,
      correlationRatio: 0,
    },
    loss: { kind: 'none' },
    duplicateRatio: 0,
    corruptRatio: 0,
    reorders: false,
    rateBitsPerSec: null,
    queuePackets: 10_000,
    ...own,
  };
}

export const lossy = (ratio: number): Partial<LinkShape> => ({
  loss: { kind: 'independent', ratio },
});

/** One direction of a round trip of 50 to 100 ms. */
export const wan = shape({ meanMs: 37.5, jitterMs: 12.5 });

export function stateOf(
  regionCount: number,
  shapeOf: (from: number, to: number) => LinkShape,
  cuts: readonly Cut[] = [],
): NetworkState {
  const indexes = Array.from({ length: regionCount }, (_, index) => index);
  return {
    links: indexes.flatMap((from) => indexes.map((to) => ({ from, to, shape: shapeOf(from, to) }))),
    cuts,
  };
}

export function networkOf(sizes: readonly number[], initial: NetworkState): CellNetwork {
  let next = 0;
  const regions = sizes.map((size, index) => ({
    index,
    name: `region-${index}`,
    nodes: Array.from({ length: size }, () => next++),
    block: { offset: 256 * index, prefix: 24 },
    upBitsPerSec: null,
    downBitsPerSec: null,
  }));
  const regionOf = regions.flatMap(({ index, nodes }) => nodes.map(() => index));
  return {
    regions,
    regionOf,
    addressing: { prefix: 16, offsets: regionOf.map((_, index) => index + 2) },
    initial,
    changes: [],
  };
}

export function shapedOf(network: CellNetwork, seed = 1): ShapedNetwork {
  const dataAddresses = network.regionOf.map((_, index) => `10.0.0.${index + 2}`);
  return { network, seed, dataAddresses };
}

/** Round trips between five regions, in ms; as far apart as cities on several continents. */
export const matrixMs: readonly (readonly number[])[] = [
  [1, 80, 150, 230, 30],
  [80, 1, 100, 160, 60],
  [150, 100, 1, 70, 120],
  [230, 160, 70, 1, 200],
  [30, 60, 120, 200, 1],
];

export const matrixState = (rows: readonly (readonly number[])[], rest: Partial<LinkShape> = {}) =>
  stateOf(rows.length, (from, to) => ({
    ...shape({ meanMs: (rows[from]?.[to] ?? 0) / 2, ...rest }),
  }));
