import type { CellNetwork, NetworkState } from '../model/network.ts';
import type { RateProbe, RoundTripProbe, Shaper } from '../shape/shaper.ts';
import type { PairTraits } from './pair-traits.ts';

/**
 * What to measure of a network, and between which of its nodes, so that every pair of regions is
 * measured within a bounded time and the samples do not disturb each other. Pure: the same seed
 * gives the same plan.
 */
export interface ChecksRequest {
  readonly network: CellNetwork;
  readonly state: NetworkState;
  readonly shaper: Shaper['kind'];
  readonly seed: number;
  /** Only what concerns these nodes, towards one node of each region; null = everything. */
  readonly nodes: readonly number[] | null;
  readonly bounds: ProbeBounds;
  /** Nodes that are down as planned, and nobody's partner; none if left out. */
  readonly isAway?: (nodeIndex: number) => boolean;
}

export interface ProbeBounds {
  /** For everything, including a second measurement of what chance put off. */
  readonly budgetMs: number;
  /** What the host of the nodes may be asked to carry. */
  readonly packetsPerSecMax: number;
  readonly streamsMax: number;
  readonly bitsPerSecMax: number;
}

/** The measurement of one pair of regions. */
export interface PairChecks {
  readonly from: number;
  readonly to: number;
  readonly traits: PairTraits;
  /** Side by side; their answers are one sample. */
  readonly roundTrips: readonly RoundTripProbe[];
  /** For nodes that no other probe covers; after the others, since they share queues with them. */
  readonly extra: readonly RoundTripProbe[];
  /** Dense round trips that count losses; empty where none are asked for. */
  readonly bursts: readonly RoundTripProbe[];
  readonly rates: readonly RateProbe[];
  /** A few round trips that must not be answered; null where nothing is cut. */
  readonly cut: RoundTripProbe | null;
}

export interface ChecksPlan {
  readonly pairs: readonly PairChecks[];
  /** Significance of each single check; see `levelOf`. */
  readonly level: number;
}
