import type { CellNetwork, NetworkState, ShaperKind } from '../model/network.ts';

/**
 * The port between a planned network and whoever delays packets: netem/ (the kernel, through the
 * runtime's namespaces) or userspace/ (the nodes themselves, through their contract). Both take the
 * same states, answer for every node, and are measured by the same checks.
 */
export interface Shaper {
  readonly kind: Exclude<ShaperKind, 'none'>;

  /**
   * Makes `state` hold at these nodes, whatever held before. Safe to repeat.
   * @returns one acknowledgement for each node, in the order asked
   * @throws TestbedError SHAPING_FOREIGN, SHAPING_FAILED
   */
  apply(
    state: NetworkState,
    nodes: readonly number[],
    options: ShapeOptions,
  ): Promise<readonly Acknowledgement[]>;

  /**
   * From one state to the next at the nodes named, without touching what stays the same: queues,
   * and what is under way in them, survive.
   */
  change(
    from: NetworkState,
    to: NetworkState,
    nodes: readonly number[],
    options: ShapeOptions,
  ): Promise<readonly Acknowledgement[]>;

  /** Round trips between pairs, all pairs side by side. @returns in the order asked */
  probeRoundTrips(
    probes: readonly RoundTripProbe[],
    options: ShapeOptions,
  ): Promise<readonly RoundTrips[]>;

  /**
   * What links carry, one after the other where they would take from each other.
   * @returns in the order asked; 0 ms for one that could not be measured, or not in time
   */
  probeRates(probes: readonly RateProbe[], options: RateOptions): Promise<readonly RateReading[]>;

  /**
   * Raw counters: of netem since `apply` last took effect at each node, of userspace since the
   * process of the node began.
   */
  counters(options: ShapeOptions): Promise<readonly CountedLink[]>;

  /** Sentences about what is not as `state` wants it; empty if all is. */
  inspect(state: NetworkState, options: ShapeOptions): Promise<readonly string[]>;

  /** Where others can change the shaping: whoever sees it when they do. */
  readonly witness?: Witness;
}

export interface Witness {
  /** From now on, at these nodes, also where it had begun before. */
  begin(nodes: readonly number[], options: ShapeOptions): Promise<void>;
  /**
   * Ends it everywhere.
   * @param statesAt what the plan may have had in force at a time: two around a change
   * @returns in order of time
   */
  end(
    statesAt: (at: Date) => readonly NetworkState[],
    options: ShapeOptions,
  ): Promise<readonly Sighting[]>;
}

/** What a node had in force right after somebody else changed something there. */
export interface Sighting {
  readonly nodeIndex: number;
  readonly at: Date;
  /** Sentences, as of `inspect`; none if it is as planned again. */
  readonly differences: readonly string[];
  /** Whether everything was looked at; else what is missing may still be there. */
  readonly isComplete: boolean;
}

export interface ShapeOptions {
  readonly signal: AbortSignal;
}

export interface RateOptions extends ShapeOptions {
  /** None begins so late that it would not be over then. */
  readonly limitMs: number;
  /** All of them together, at any time. */
  readonly bitsPerSecMax: number;
  /** Likewise, of what the host proves able to carry, in (0, 1]. */
  readonly hostShare: number;
}

export interface Acknowledgement {
  readonly nodeIndex: number;
  /** Null if it did not take effect; `error` then says why. */
  readonly appliedAt: Date | null;
  readonly error: string | null;
}

export interface RoundTripProbe {
  readonly fromNode: number;
  readonly toNode: number;
  readonly count: number;
  readonly intervalMs: number;
  /** After the last was sent. */
  readonly timeoutMs: number;
}

export interface RoundTrips {
  /** Fewer than asked where the host could not send more in `count` intervals. */
  readonly sent: number;
  /** One for each answer, in order. */
  readonly rttMs: readonly number[];
}

export interface RateProbe {
  readonly fromNode: number;
  readonly toNode: number;
  readonly durationMs: number;
  /** What is expected, so that a probe can offer more than that. */
  readonly rateBitsPerSec: number;
  /** How long the first frame may take. */
  readonly timeoutMs: number;
  /** Access links that it takes a part of: what is measured at one time has to fit into each. */
  readonly shares: readonly AccessLink[];
}

export interface AccessLink {
  /** The same for the same link of the same node. */
  readonly name: string;
  readonly bitsPerSec: number;
}

export interface RateReading {
  readonly receivedBitsPerSec: number;
  readonly elapsedMs: number;
}

export interface LinkCounters {
  readonly nodeIndex: number;
  /** Region index. */
  readonly toRegion: number;
  readonly packets: number;
  readonly bytes: number;
  readonly dropped: number;
}

export interface CountedLink extends Omit<LinkCounters, 'toRegion'> {
  /**
   * `down`: the node's own access link, all that comes to it, where a rate down is set. `cut`: all
   * that ran into a cut, where that is counted: `dropped` alone.
   */
  readonly toRegion: number | 'down' | 'cut';
}

/** What both shapers are made for. */
export interface ShapedNetwork {
  readonly network: CellNetwork;
  /** Fixes all chance in shaping. */
  readonly seed: number;
  /** In node order. */
  readonly dataAddresses: readonly string[];
  /** Nodes that the plan holds down at the moment: nobody asks them. Absent: none. */
  readonly isAway?: (nodeIndex: number) => boolean;
  /** Fires when a node is frozen and will not answer, and has fired where it is. Absent: never. */
  readonly untilAway?: (nodeIndex: number) => AbortSignal;
}
