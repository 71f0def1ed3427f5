import type {
  CellNetwork,
  LinkShape,
  NetworkState,
  PlannedChange,
  PlannedLink,
  PlannedRegion,
} from '../../../../controller/src/model/network.ts';

/** Small planned networks for tests, made by hand: nothing of the planner is in them. */

export const plainShape: LinkShape = {
  delay: { distribution: 'fixed', meanMs: 0, jitterMs: 0, correlationRatio: 0 },
  loss: { kind: 'none' },
  duplicateRatio: 0,
  corruptRatio: 0,
  reorders: false,
  rateBitsPerSec: null,
  queuePackets: 1000,
};

export function delayed(meanMs: number, jitterMs = 0, rest: Partial<LinkShape> = {}): LinkShape {
  const distribution = jitterMs === 0 ? 'fixed' : 'uniform';
  return { ...plainShape, delay: { distribution, meanMs, jitterMs, correlationRatio: 0 }, ...rest };
}

export interface NetworkRequest {
  /** Nodes in each region. */
  readonly sizes: readonly number[];
  readonly shapeOf: (from: number, to: number) => LinkShape;
  readonly upBitsPerSec?: number | null;
  readonly downBitsPerSec?: number | null;
  readonly cuts?: NetworkState['cuts'];
}

/**
 * A /24 with a block of 16 addresses for each region from offset 16 on; the first node of a region
 * has the second address of its block.
 */
export function networkOf(request: NetworkRequest): CellNetwork {
  const { sizes } = request;
  const regions = sizes.map((size, index): PlannedRegion => {
    const before = sizes.slice(0, index).reduce((sum, each) => sum + each, 0);
    return {
      index,
      name: ['eu', 'us', 'asia', 'africa', 'oceania'][index] ?? `r${index}`,
      nodes: Array.from({ length: size }, (_, at) => before + at),
      block: { offset: 16 * (index + 1), prefix: 28 },
      upBitsPerSec: request.upBitsPerSec ?? null,
      downBitsPerSec: request.downBitsPerSec ?? null,
    };
  });
  return {
    regions,
    regionOf: regions.flatMap(({ index, nodes }) => nodes.map(() => index)),
    addressing: {
      prefix: 24,
      offsets: regions.flatMap(({ block, nodes }) => nodes.map((_, at) => block.offset + 1 + at)),
    },
    initial: { links: linksOf(sizes.length, request.shapeOf), cuts: request.cuts ?? [] },
    changes: [],
  };
}

export function linksOf(
  regionCount: number,
  shapeOf: (from: number, to: number) => LinkShape,
): readonly PlannedLink[] {
  const indexes = Array.from({ length: regionCount }, (_, index) => index);
  return indexes.flatMap((from) => indexes.map((to) => ({ from, to, shape: shapeOf(from, to) })));
}

/** The same network with changes to these states, a second apart. */
export function withStates(network: CellNetwork, states: readonly NetworkState[]): CellNetwork {
  const changes = states.map(
    (state, index): PlannedChange => ({
      index,
      atMs: 1000 * (index + 1),
      kind: 'profile',
      text: `state ${index + 1}`,
      state,
      nodes: network.regionOf.map((_, node) => node),
    }),
  );
  return { ...network, changes };
}
