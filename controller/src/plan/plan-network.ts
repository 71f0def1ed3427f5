/** A scenario's network laid out for one size: who lives where, what every link does, and when. */
import { assert } from '../lib/assert.ts';
import type { CellNetwork, PlannedRegion, ShaperKind } from '../model/network.ts';
import type { NetworkSpec } from '../model/network-spec.ts';
import type { Scenario } from '../model/scenario.ts';
import { networkEvents } from '../model/timeline-spec.ts';
import { assignNodes, type Neighbourhood } from './assign-nodes.ts';
import { layOutAddresses } from './lay-out-addresses.ts';
import { type Ground, initialState, type Territory } from './network-state.ts';
import { planChanges } from './plan-changes.ts';
import { lowest } from './shape-link.ts';

type Asked = Pick<Scenario, 'network' | 'timeline'>;

/**
 * @param scenario checked for this size
 * @param shaper of an unshaped network, addresses are laid out without gaps
 */
export function planNetwork(scenario: Asked, nodeCount: number, shaper: ShaperKind): CellNetwork {
  const { network } = scenario;
  const assignment = assignNodes(network, nodeCount);
  assert(
    assignment.kind === 'assigned',
    `nodes of a checked scenario: ${JSON.stringify(assignment)}`,
  );
  const { neighbourhoods } = assignment;
  const layout = layOutAddresses(
    neighbourhoods.map(({ nodes }) => nodes),
    shaper === 'none',
  );
  const regions = neighbourhoods.map((one, index): PlannedRegion => {
    const block = layout.blocks[index];
    assert(block !== undefined, `no addresses for region ${one.name}`);
    const { name, nodes } = one;
    return { index, name, nodes, block, ...accessRates(network, one) };
  });
  const ground: Ground = { spec: network, territories: territoriesOf(neighbourhoods, regions) };
  const initial = initialState(ground);
  return {
    regions,
    regionOf: regionOf(regions, nodeCount),
    addressing: layout.addressing,
    initial,
    changes: planChanges(networkEvents(scenario.timeline), ground, initial),
  };
}

/** Whether somebody has to shape: anything but untouched links, now or later. */
export function needsShaping({
  network,
  timeline,
}: Pick<Scenario, 'network' | 'timeline'>): boolean {
  if (networkEvents(timeline).length > 0) return true;
  const { links, groups, upBitsPerSec, downBitsPerSec } = network;
  if (upBitsPerSec !== null || downBitsPerSec !== null) return true;
  const profiles = [...links.map(({ profile }) => profile), ...groups.map(({ access }) => access)];
  return profiles.some(
    (one) =>
      one.rtt.meanMs > 0 ||
      one.rtt.jitterMs > 0 ||
      one.loss.kind !== 'none' ||
      one.duplicateRatio > 0 ||
      one.corruptRatio > 0 ||
      one.upBitsPerSec !== null ||
      one.downBitsPerSec !== null ||
      one.queuePackets !== null,
  );
}

function accessRates(
  network: NetworkSpec,
  { group }: Neighbourhood,
): Pick<PlannedRegion, 'upBitsPerSec' | 'downBitsPerSec'> {
  return {
    upBitsPerSec: lowest([network.upBitsPerSec, group?.access.upBitsPerSec ?? null]),
    downBitsPerSec: lowest([network.downBitsPerSec, group?.access.downBitsPerSec ?? null]),
  };
}

function territoriesOf(
  neighbourhoods: readonly Neighbourhood[],
  regions: readonly PlannedRegion[],
): Territory[] {
  return neighbourhoods.map(({ region, group }, index) => {
    const planned = regions[index];
    assert(planned !== undefined, 'a neighbourhood without region');
    return { planned, region, access: group?.access ?? null };
  });
}

function regionOf(regions: readonly PlannedRegion[], nodeCount: number): number[] {
  const of = new Array<number>(nodeCount).fill(-1);
  for (const { index, nodes } of regions) for (const node of nodes) of[node] = index;
  assert(!of.includes(-1), 'every node lives in a region');
  return of;
}
