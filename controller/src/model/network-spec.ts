/**
 * The network that a scenario asks for, complete and checked, before it is laid out for a size.
 * Everything is stated as the round trip that a ping shows; the plan gives each direction its half.
 */
import type { DelayShape, LossShape } from './network.ts';
import type { PlacementSpec } from './placement.ts';
import type { ResourceSpec } from './resources.ts';

/** How a link treats packets. Two nodes with nothing else between them see exactly this. */
export interface ProfileSpec {
  /** A ready profile's name; null for one of the file's own. */
  readonly name: string | null;
  /**
   * The round trip. `jitterMs` is half the width of its range (uniform) or its standard deviation
   * (normal, pareto), of the whole round trip as well.
   */
  readonly rtt: DelayShape;
  /** Of each packet, in each direction. */
  readonly loss: LossShape;
  readonly duplicateRatio: number;
  readonly corruptRatio: number;
  readonly reorders: boolean;
  /** Of one node. Between two regions there is one direction, and `up` is its rate. */
  readonly upBitsPerSec: number | null;
  readonly downBitsPerSec: number | null;
  /** Null: sized by the plan. */
  readonly queuePackets: number | null;
}

/** How many of the nodes: of the network for a region, of its region for a group. */
export type NodeShare =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'share'; readonly ratio: number }
  | { readonly kind: 'rest' };

export interface RegionSpec {
  readonly name: string;
  readonly share: NodeShare;
}

/** Nodes of a region that reach everybody through an access link of their own. */
export interface GroupSpec {
  readonly name: string;
  readonly region: string;
  readonly share: NodeShare;
  readonly access: ProfileSpec;
  readonly resources: ResourceSpec;
}

/** From one region to another, or inside one. */
export interface RegionLinkSpec {
  readonly from: string;
  readonly to: string;
  readonly profile: ProfileSpec;
}

/** The table of delays between regions that a network was made of, and how it was read. */
export interface MatrixSpec {
  /** The file, as the scenario names it, or a ready one; null for a block in the scenario. */
  readonly source: string | null;
  /** round-trip: a direction got half of its value · one-way: it got all of it. */
  readonly values: 'round-trip' | 'one-way';
  /** What regions are called there, where the names differ. */
  readonly tableNames: readonly { readonly region: string; readonly name: string }[];
  /** The first two regions that it has a value for, in their order; null if there are none. */
  readonly example: { readonly from: string; readonly to: string } | null;
}

export interface NetworkSpec {
  /** For people: `wan`, `custom`, `5 regions`. */
  readonly title: string;
  /** One region called `all` where the scenario names none. */
  readonly regions: readonly RegionSpec[];
  readonly groups: readonly GroupSpec[];
  /** Of every node that is in no group, over all its links together; null = unlimited. */
  readonly upBitsPerSec: number | null;
  readonly downBitsPerSec: number | null;
  /** Every ordered pair of regions, each with itself included, in the order of `regions`. */
  readonly links: readonly RegionLinkSpec[];
  /** Absent where the scenario names none, and in records of older testbeds. */
  readonly matrix?: MatrixSpec;
  /** Absent: the nodes of a region one after the other. */
  readonly placement?: PlacementSpec;
}

/** Region names (`eu` includes its groups, `eu/edge` is one) or node indexes. */
export type Place = string | number;

export type ChangeAction =
  /** Takes the place of an earlier partition. */
  | {
      readonly kind: 'partition';
      readonly sides: readonly (readonly Place[])[];
      readonly oneWay: boolean;
    }
  /** Everything as it was at the start. */
  | { readonly kind: 'heal' }
  | {
      readonly kind: 'degrade';
      readonly from: readonly Place[];
      readonly to: readonly Place[];
      /** with: in place of the link's own profile · add: on top of it. */
      readonly mode: 'with' | 'add';
      readonly profile: ProfileSpec;
      readonly oneWay: boolean;
    }
  /** In place of every link's own profile. */
  | { readonly kind: 'profile'; readonly profile: ProfileSpec }
  /** Cut for the first half of every period, whole for the second. */
  | {
      readonly kind: 'flap';
      readonly ends: readonly [Place, Place];
      readonly everyMs: number;
      readonly forMs: number;
      readonly oneWay: boolean;
    };

export interface ChangeSpec {
  /** After the start of the measured window. */
  readonly atMs: number;
  /**
   * After so long exactly this is taken back; absent: it holds until a heal. A flap has its own end,
   * a heal none.
   */
  readonly forMs?: number;
  readonly action: ChangeAction;
}
