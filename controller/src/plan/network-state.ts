/** The state of a network at one time, made of what disturbs it. */
import { assert } from '../lib/assert.ts';
import type { Cut, NetworkState, PlannedLink, PlannedRegion } from '../model/network.ts';
import type { NetworkSpec, Place, ProfileSpec } from '../model/network-spec.ts';
import { addLink, closeShape, halve, type OpenShape, quarter } from './shape-link.ts';

/** What states are made from: the same for all states of a cell. */
export interface Ground {
  readonly spec: NetworkSpec;
  readonly territories: readonly Territory[];
}

/** A planned region with the region of the scenario that it belongs to. */
export interface Territory {
  readonly planned: PlannedRegion;
  readonly region: string;
  /** Of the nodes of a group; null for all others. */
  readonly access: ProfileSpec | null;
}

/** One link made worse, or given another profile. Indexes of planned regions. */
export interface Degradation {
  /** Position of its event among those of the network. */
  readonly owner: number;
  readonly from: ReadonlySet<number>;
  readonly to: ReadonlySet<number>;
  readonly mode: 'with' | 'add';
  readonly profile: ProfileSpec;
  readonly oneWay: boolean;
}

/** What disturbs a network; nothing of it at the start. */
export interface Disturbances {
  /** In place of every link's own profile: the last of them; none: their own. */
  readonly profiles: readonly { readonly owner: number; readonly profile: ProfileSpec }[];
  /** In the order in which they were asked for; later ones build on earlier ones. */
  readonly degradations: readonly Degradation[];
  /** The one that holds until a heal, or until another such takes its place. */
  readonly partition: readonly Cut[];
  /** Of every flap that is cut at the moment and every partition with an end, by its event. */
  readonly cuts: ReadonlyMap<number, readonly Cut[]>;
}

export const undisturbed: Disturbances = {
  profiles: [],
  degradations: [],
  partition: [],
  cuts: new Map(),
};

export function initialState(ground: Ground): NetworkState {
  return { links: linksOf(ground, undisturbed), cuts: [] };
}

/** The state after another one: its links are the same values unless something touched them. */
export function nextState(
  ground: Ground,
  before: { readonly disturbances: Disturbances; readonly state: NetworkState },
  disturbances: Disturbances,
): NetworkState {
  const { profiles, degradations, partition, cuts } = disturbances;
  const isUntouched =
    profiles === before.disturbances.profiles && degradations === before.disturbances.degradations;
  return {
    links: isUntouched ? before.state.links : linksOf(ground, disturbances),
    cuts: [...partition, ...[...cuts.values()].flat()],
  };
}

function linksOf(ground: Ground, disturbances: Disturbances): readonly PlannedLink[] {
  const { territories } = ground;
  return territories.flatMap((from) =>
    territories
      .filter((to) => from !== to || from.planned.nodes.length > 1)
      .map((to) => shapeBetween(ground, disturbances, from, to)),
  );
}

/** A part of the network that has a name. */
interface Named {
  readonly planned: Pick<PlannedRegion, 'name' | 'nodes'>;
  readonly region: string;
}

/** Node indexes at places, ascending: of a region with its groups, of one group, of all. */
export function nodesAt(
  { territories }: { readonly territories: readonly Named[] },
  places: readonly Place[],
): number[] {
  const nodes = places.flatMap((place) =>
    typeof place === 'number'
      ? [place]
      : territories
          .filter((territory) => isAt(territory, place))
          .flatMap(({ planned }) => planned.nodes),
  );
  return [...new Set(nodes)].sort((a, b) => a - b);
}

/** Indexes of planned regions at a place. */
export function regionsAt({ territories }: Ground, places: readonly Place[]): Set<number> {
  return new Set(
    territories
      .filter((territory) => places.some((place) => isAt(territory, place)))
      .map(({ planned }) => planned.index),
  );
}

function isAt({ planned, region }: Named, place: Place): boolean {
  return place === everywhere || place === region || place === planned.name;
}

/** The region of a scenario that names none, and all regions of one that does. */
export const everywhere = 'all';

function shapeBetween(
  { spec }: Ground,
  { profiles, degradations }: Disturbances,
  from: Territory,
  to: Territory,
): PlannedLink {
  const own = profiles.at(-1)?.profile ?? profileBetween(spec, from.region, to.region);
  const [a, b] = [from.planned.index, to.planned.index];
  const worsened = degradations
    .filter(
      (one) =>
        (one.from.has(a) && one.to.has(b)) || (!one.oneWay && one.from.has(b) && one.to.has(a)),
    )
    .reduce<OpenShape>(
      (shape, one) =>
        one.mode === 'with' ? halve(one.profile) : addLink(shape, halve(one.profile)),
      halve(own),
    );
  const open = [from.access, to.access]
    .filter((access) => access !== null)
    .reduce((shape, access) => addLink(shape, quarter(access)), worsened);
  const { upBitsPerSec } = from.planned;
  const { downBitsPerSec } = to.planned;
  return { from: a, to: b, shape: closeShape(open, { upBitsPerSec, downBitsPerSec }) };
}

function profileBetween({ links }: NetworkSpec, from: string, to: string): ProfileSpec {
  const link = links.find((one) => one.from === from && one.to === to);
  assert(link !== undefined, `no link from ${from} to ${to}`);
  return link.profile;
}
