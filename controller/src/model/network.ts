/**
 * A network as a plan lays it out: which node lives in which region, how every directed link
 * between two regions treats packets, and how that changes while a repetition runs. Pure data,
 * shared by both shapers. Times are one direction unless the name says `rtt`; ratios are 0 to 1 per
 * packet and direction.
 */
import type { ResourceSpec } from './resources.ts';
import type { Edge } from './topology.ts';

/** netem: in the kernel, per link · userspace: in the node's own transport · none: unshaped. */
export type ShaperKind = 'netem' | 'userspace' | 'none';

/** `auto` takes netem if a probe of a real qdisc passes, else userspace with a stored warning. */
export type ShaperChoice = ShaperKind | 'auto';

/**
 * fixed: always `meanMs` · uniform: mean - jitter to mean + jitter · normal, pareto: the tables of
 * iproute2, scaled by `jitterMs` (its standard deviation); never below 0.
 */
export interface DelayShape {
  readonly distribution: 'fixed' | 'uniform' | 'normal' | 'pareto';
  readonly meanMs: number;
  readonly jitterMs: number;
  /** How much a packet's delay depends on the one before it, 0 to 1. */
  readonly correlationRatio: number;
}

/**
 * Gilbert-Elliott: a good and a bad state; per packet, good turns bad with `enterBadRatio` and bad
 * turns good with `leaveBadRatio`; a packet is lost with the ratio of the state it meets.
 */
export type LossShape =
  | { readonly kind: 'none' }
  | { readonly kind: 'independent'; readonly ratio: number }
  | {
      readonly kind: 'gilbert-elliott';
      readonly enterBadRatio: number;
      readonly leaveBadRatio: number;
      readonly badLossRatio: number;
      readonly goodLossRatio: number;
    };

/** What one link does to packets in its one direction. */
export interface LinkShape {
  readonly delay: DelayShape;
  readonly loss: LossShape;
  readonly duplicateRatio: number;
  readonly corruptRatio: number;
  /** Whether jitter may let packets overtake each other; order is kept if not. */
  readonly reorders: boolean;
  /** Of all traffic of one node over this link; null = unlimited. */
  readonly rateBitsPerSec: number | null;
  /** Packets that may wait, those under way included; sized from rate x delay by the plan. */
  readonly queuePackets: number;
}

export interface PlannedRegion {
  /** Position in `CellNetwork.regions`. */
  readonly index: number;
  readonly name: string;
  /** Node indexes, ascending. */
  readonly nodes: readonly number[];
  /** The region's own part of the data subnet: one u32 rule catches all of its nodes. */
  readonly block: { readonly offset: number; readonly prefix: number };
  /** The access link of each node, over all its links together; null = unlimited. */
  readonly upBitsPerSec: number | null;
  readonly downBitsPerSec: number | null;
  /** Limits of each of its nodes. */
  readonly resources: ResourceSpec;
}

/** From every node of one region to every node of another (or the other nodes of its own). */
export interface PlannedLink {
  /** Indexes of regions. */
  readonly from: number;
  readonly to: number;
  readonly shape: LinkShape;
}

/** Packets from any node of `from` to any node of `to` are dropped. Node indexes. */
export interface Cut {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Everything that holds at one time. Two states differ in shapes and cuts, never in regions. */
export interface NetworkState {
  /** Every ordered pair of regions that has traffic, by `from`, then `to`. */
  readonly links: readonly PlannedLink[];
  readonly cuts: readonly Cut[];
}

export type ChangeKind = 'partition' | 'heal' | 'degrade' | 'profile' | 'flap';

/** A change at a planned time: the state that holds from then on, whole. */
export interface PlannedChange {
  /** Position in `CellNetwork.changes`, which is in order of time. */
  readonly index: number;
  /** After the start of the measured window. */
  readonly atMs: number;
  readonly kind: ChangeKind;
  /** For people: `partition: eu | us, asia`. */
  readonly text: string;
  readonly state: NetworkState;
  /** Nodes whose own egress is treated differently from then on. */
  readonly nodes: readonly number[];
}

/** The network of one cell. */
export interface CellNetwork {
  readonly regions: readonly PlannedRegion[];
  /** Region index of each node, in node order. */
  readonly regionOf: readonly number[];
  /**
   * Prefix length of the data subnet, and where in it each node lives: its address is the base
   * address plus its offset. Where the subnet is, is known only when it is made.
   */
  readonly addressing: { readonly prefix: number; readonly offsets: readonly number[] };
  /** Nodes that keep a connection, each pair once, in order; absent: everybody to everybody. */
  readonly edges?: readonly Edge[];
  readonly initial: NetworkState;
  readonly changes: readonly PlannedChange[];
}
