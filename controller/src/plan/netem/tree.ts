import { assert } from '../../lib/assert.ts';
import type { CellNetwork, NetworkState, PlannedLink, PlannedRegion } from '../../model/network.ts';
import { formatAddress, type Prefix, sizeOf } from './cover-addresses.ts';

/** Names within the tree of one node, and who gets one. */

/** Marks what is ours: no qdisc under another handle is ever touched. */
export const ownHandle = '7e57:';

/** Class of the node's access link; every region's class is below it. */
export const accessClass = `${ownHandle}1`;

/** Class that cuts lead to. */
export const cutClass = `${ownHandle}2`;
/** Of the qdisc there, which loses everything. */
export const cutHandle = '2:';

/** Class of the packets to a region; minor numbers are hexadecimal. */
export function regionClass(regionIndex: number): string {
  return `${ownHandle}${minorOf(regionIndex)}`;
}

/** Handle of the leaf of that class. */
export function leafHandle(regionIndex: number): string {
  return `${minorOf(regionIndex)}:`;
}

/** Device in the node's namespace that duplicates packets to a region; see duplicate-links.ts. */
export function duplicatorName(regionIndex: number): string {
  return `tb-dup-${minorOf(regionIndex)}`;
}

/** Links that a node of this region sends over, by destination. */
export function linksFrom(state: NetworkState, region: PlannedRegion): readonly PlannedLink[] {
  return state.links.filter((link) => link.from === region.index);
}

export function regionOfNode(network: CellNetwork, nodeIndex: number): PlannedRegion {
  const region = network.regions[network.regionOf[nodeIndex] ?? -1];
  assert(region !== undefined, `node ${nodeIndex} lives in a region`);
  return region;
}

/** In order of time. */
export function statesOf(network: CellNetwork): readonly NetworkState[] {
  return [network.initial, ...network.changes.map((change) => change.state)];
}

/** The u32 match of a region's block. */
export function matchRegion(
  network: CellNetwork,
  regionIndex: number,
  baseAddress: number,
): string {
  const block = network.regions[regionIndex]?.block;
  assert(block !== undefined, `region ${regionIndex} has a block`);
  return matchPrefix({ offset: block.offset, length: block.prefix }, baseAddress);
}

/** @param prefix counted from `baseAddress`, where the data subnet begins */
export function matchPrefix(prefix: Prefix, baseAddress: number): string {
  const address = (baseAddress + prefix.offset) % 2 ** 32;
  assert(address % sizeOf(prefix) === 0, `${formatAddress(address)}/${prefix.length} is aligned`);
  return `u32 match ip dst ${formatAddress(address)}/${prefix.length}`;
}

function minorOf(regionIndex: number): string {
  return (0x10 + regionIndex).toString(16);
}
