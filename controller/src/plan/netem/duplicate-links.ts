import type { CellNetwork, NetworkState, PlannedRegion } from '../../model/network.ts';
import { formatPercent } from './format-netem.ts';
import { duplicatorName, linksFrom, matchRegion, ownHandle, statesOf } from './tree.ts';

/**
 * Duplication, apart from everything else: kernels since 6.16, and older ones that got the fix
 * (6.1.176 says "cannot mix duplicating netems with other netems in tree"), refuse a netem that
 * duplicates beside any other on one device. So packets to such a region make a detour over an ifb
 * device of the node, whose only netem duplicates and does nothing else, and come back to the data
 * device as ordinary ones: each copy is then delayed and lost by itself.
 */
export interface Duplicators {
  /** For `ip -batch`. */
  readonly links: readonly string[];
  /** For `tc -batch`. */
  readonly egress: readonly string[];
}

/** Where packets are sent on their detour. */
export const detourHook = 'qdisc add dev DEV clsact';

/** Regions that this one ever duplicates packets to, in any state of the network. */
export function duplicatedRegions(network: CellNetwork, region: PlannedRegion): readonly number[] {
  const duplicating = statesOf(network)
    .flatMap((state) => linksFrom(state, region))
    .filter(({ shape }) => shape.duplicateRatio > 0)
    .map(({ to }) => to);
  return [...new Set(duplicating)].sort((a, b) => a - b);
}

export function compileDuplicators(
  network: CellNetwork,
  state: NetworkState,
  region: PlannedRegion,
  baseAddress: number,
): Duplicators {
  const regions = duplicatedRegions(network, region);
  if (regions.length === 0) return { links: [], egress: [] };
  const names = regions.map(duplicatorName);
  return {
    links: names.flatMap((name) => [`link add name ${name} type ifb`, `link set dev ${name} up`]),
    egress: [
      ...regions.map((to) => `qdisc add ${duplicator(state, region, to)}`),
      detourHook,
      ...regions.map(
        (to) =>
          `filter add dev DEV egress protocol ip prio 1 ${matchRegion(network, to, baseAddress)} ` +
          `action mirred egress redirect dev ${duplicatorName(to)}`,
      ),
    ],
  };
}

/** For links whose ratio differs; the devices are there in every state. */
export function changeDuplicators(
  network: CellNetwork,
  { from, to }: { readonly from: NetworkState; readonly to: NetworkState },
  region: PlannedRegion,
): readonly string[] {
  return duplicatedRegions(network, region)
    .map((index) => [from, to].map((state) => duplicator(state, region, index)))
    .filter(([before, after]) => before !== after)
    .map(([, after]) => `qdisc change ${after}`);
}

function duplicator(state: NetworkState, region: PlannedRegion, to: number): string {
  const shape = linksFrom(state, region).find((link) => link.to === to)?.shape;
  return (
    `dev ${duplicatorName(to)} root handle ${ownHandle} netem limit ${shape?.queuePackets ?? 1000} ` +
    `duplicate ${formatPercent(shape?.duplicateRatio ?? 0)}`
  );
}
