import type { EngineParameters, NodeParameters } from '../../../node-image/src/contract/index.ts';
import type { ShaperChoice } from './network.ts';
import type { NetworkSpec } from './network-spec.ts';
import type { EventSpec, Expectation } from './timeline-spec.ts';
import type { TopologySpec } from './topology.ts';

/**
 * A scenario: what a person asked for, complete and checked. Made by config/, never changed later.
 * Units are in the names; defaults have been filled in.
 */

export type RuntimeKind = 'docker' | 'process';

/** `auto` takes Docker if its daemon answers and fails otherwise; it never falls back silently. */
export type RuntimeChoice = RuntimeKind | 'auto';

export interface LoadSpec {
  readonly arrivals: 'poisson' | 'constant';
  /** Over the whole network; each node generates its share. */
  readonly rateTxPerSec: number;
  readonly sizeBytes: number;
}

/** Limits as a scenario asks for them; what they come to on a host is in the capacity of a plan. */
export interface ResourceSpec {
  /**
   * Cores per node, fractions allowed; null = no limit. `fair` is the cores of the host over the
   * largest size: a plan keeps the word, so that it is the same on every machine.
   */
  readonly cpus: number | 'fair' | null;
  /** Bytes per node; null = no limit. */
  readonly memoryBytes: number | null;
  readonly pidsMax: number;
}

export interface PhaseSpec {
  readonly warmupMs: number;
  readonly measureMs: number;
  readonly drainMsMax: number;
  /** From the first container created to every node ready. */
  readonly readyMsMax: number;
}

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
  /** In order of time, inside the measured window. */
  readonly timeline: readonly EventSpec[];
  /** What must have happened in it, in a run that can be used. */
  readonly expect: readonly Expectation[];
  readonly phases: PhaseSpec;
  readonly engine: EngineParameters;
  /** Of the software under test, handed on as they are; absent if there are none. */
  readonly node?: NodeParameters;
  /**
   * Program and arguments that the process runtime starts as a node instead of our own; absent
   * for our own.
   */
  readonly command?: readonly string[];
}
