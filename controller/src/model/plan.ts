import type { Axis, Coordinate } from './axis.ts';
import type { CellId } from './ids.ts';
import type { CellNetwork, ShaperKind } from './network.ts';
import type { MatrixSpec } from './network-spec.ts';
import type { PlacementSpec } from './placement.ts';
import type { PlannedNode } from './planned-node.ts';
import type { RuntimeKind, Scenario } from './scenario.ts';
import type { PlannedEvent } from './timeline.ts';
import type { GraphFigures } from './topology.ts';

/**
 * A plan: scenario + seed, expanded. Pure data: the same scenario and seed give the same bytes,
 * on every machine. What depends on the host (capacity) is computed beside it, not in it.
 */

/** What holds in one cell, resolved. Nobody below plan/ reads the scenario for any of it. */
export interface CellSettings
  extends Pick<
    Scenario,
    | 'image'
    | 'command'
    | 'node'
    | 'load'
    | 'phases'
    | 'engine'
    | 'signature'
    | 'resources'
    | 'topology'
    | 'expect'
  > {
  /** Who shapes here; `none` in an unshaped cell beside shaped ones. */
  readonly shaper: ShaperKind;
  /** The network in words; what it does is in `Cell.network`. */
  readonly network: {
    readonly title: string;
    readonly matrix?: MatrixSpec;
    readonly placement?: PlacementSpec;
  };
}

export interface Cell {
  readonly id: CellId;
  /** One for each axis of the plan, in their order. */
  readonly coordinates: readonly Coordinate[];
  readonly settings: CellSettings;
  readonly nodeCount: number;
  /** By index. */
  readonly nodes: readonly PlannedNode[];
  /** f = floor((n-1)/3) and q = floor((n+f)/2)+1 */
  readonly faultyMax: number;
  readonly quorum: number;
  readonly connections: number;
  /** Absent: everybody keeps a link to everybody. */
  readonly graph?: GraphFigures;
  readonly network: CellNetwork;
  /** What is done to it at planned times, in order of time. */
  readonly timeline: readonly PlannedEvent[];
}

export interface PlannedRepetition {
  readonly cellId: CellId;
  /** 0-based within its cell. */
  readonly repetition: number;
  /** Repetitions are run in blocks: every cell once per block, shuffled inside the block. */
  readonly block: number;
  readonly seed: number;
}

export interface Plan {
  /** As it was asked for, without its variations: for printing, and for what belongs to the run. */
  readonly scenario: Omit<Scenario, 'variations'>;
  /** The size first. */
  readonly axes: readonly Axis[];
  readonly runtime: RuntimeKind;
  /** Who shapes where something is shaped; each cell says it of itself. */
  readonly shaper: ShaperKind;
  readonly cells: readonly Cell[];
  /** In order of execution. */
  readonly order: readonly PlannedRepetition[];
  /** SHA-256 over the canonical JSON of everything above, hex. */
  readonly hash: string;
}

/** Limits of one node as they fit a host; null = no limit. */
export interface NodeResources {
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  readonly pidsMax: number;
}

/** The plan held against a host: what it will take, and what will not fit. */
export interface Capacity {
  readonly cells: readonly CellCapacity[];
  readonly durationMs: number;
  readonly warnings: readonly string[];
}

export interface CellCapacity {
  readonly cellId: CellId;
  readonly containers: number;
  /** In node order: what was asked for, resolved against the host. */
  readonly limits: readonly NodeResources[];
  readonly cpusAsked: number | null;
  /** Of all hosts together, as `memoryBytesHost`. */
  readonly cpusHost: number;
  readonly memoryBytesAsked: number | null;
  /** Expected resident memory of all nodes together, from measured per-node and per-link costs. */
  readonly memoryBytesExpected: number;
  readonly memoryBytesHost: number;
  readonly durationMs: number;
}
