import type {
  EngineParameters,
  NodeParameters,
  SignatureSchemeName,
} from '../../../node-image/src/contract/index.ts';
import type { Axis, Coordinate } from './axis.ts';
import type { ByzantineSpec } from './byzantine.ts';
import type { ShaperChoice } from './network.ts';
import type { NetworkSpec } from './network-spec.ts';
import type { ResourceSpec } from './resources.ts';
import type { Threshold } from './threshold.ts';
import type { EventSpec, Expectation } from './timeline-spec.ts';
import type { TopologySpec } from './topology.ts';

/**
 * A scenario: what a person asked for, complete and checked. Made by config/, never changed later.
 * Units are in the names; defaults have been filled in.
 */

export type RuntimeKind = 'docker' | 'process' | 'sim';

/** `auto` takes Docker if its daemon answers and fails otherwise; it never falls back silently. */
export type RuntimeChoice = RuntimeKind | 'auto';

export interface LoadSpec {
  readonly arrivals: 'poisson' | 'constant';
  /** Over the whole network; each node generates its share. */
  readonly rateTxPerSec: number;
  readonly sizeBytes: number;
}

export interface PhaseSpec {
  readonly warmupMs: number;
  readonly measureMs: number;
  readonly drainMsMax: number;
  /** From the first container created to every node ready. */
  readonly readyMsMax: number;
}

/**
 * With axes besides the size, `variations` are what is measured, and the other fields are those of
 * the first of them.
 */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly seed: number;
  readonly runtime: RuntimeChoice;
  readonly image: string;
  /** The size axis, ascending, distinct, each >= 1. */
  readonly nodes: readonly number[];
  readonly repetitions: number;
  readonly load: LoadSpec;
  /** Of every node that is in no group with limits of its own. */
  readonly resources: ResourceSpec;
  readonly network: NetworkSpec;
  /** Absent: everybody keeps a link to everybody. */
  readonly topology?: TopologySpec;
  readonly shaper: ShaperChoice;
  /** Members that break the rules from the start; absent: nobody. */
  readonly byzantine?: ByzantineSpec;
  /** In order of time, inside the measured window. */
  readonly timeline: readonly EventSpec[];
  /** What must have happened in it, in a run that can be used. */
  readonly expect: readonly Expectation[];
  /** What `check` holds a run against; absent if nothing. */
  readonly thresholds?: readonly Threshold[];
  readonly phases: PhaseSpec;
  readonly engine: EngineParameters;
  /** What consensus is signed with. Runs stored before there was a choice lack it: Ed25519. */
  readonly signature: SignatureSchemeName;
  /** Of the software under test, handed on as they are; absent if there are none. */
  readonly node?: NodeParameters;
  /**
   * Program and arguments that the process runtime starts as a node instead of our own; absent
   * for our own.
   */
  readonly command?: readonly string[];
  /** What is varied besides the size, in the order of the file; absent if nothing is. */
  readonly axes?: readonly Axis[];
  /** One for each combination of `axes` that is not left out. */
  readonly variations?: readonly Variation[];
}

/** The scenario with one combination of values put in. */
export interface Variation {
  /** In the order of `axes`. */
  readonly coordinates: readonly Coordinate[];
  /** Its `nodes` are the sizes that this combination is measured with. */
  readonly scenario: Omit<Scenario, 'axes' | 'variations'>;
}
