/**
 * What analysis says about the network of one size: asked, planned and measured, per pair of
 * regions over its repetitions, and what happened to it. Of each repetition its last attempt.
 */
import type { ShaperKind } from './network.ts';
import type { LinkCheckRecord } from './record.ts';

/** Two values of one quantity over repetitions. */
export interface MedianAndMax {
  readonly median: number;
  readonly max: number;
}

/**
 * One property of the link from one region to another for one thing asked for: a link that changes
 * while the repetition runs, and is measured again, has one for each.
 */
export interface LinkFinding {
  readonly fromRegion: string;
  readonly toRegion: string;
  readonly quantity: LinkCheckRecord['quantity'];
  readonly asked: string;
  readonly planned: number;
  /**
   * Over the counted repetitions, or over all if none is counted. Median of the measured values;
   * loss: share of all packets together. Null if nothing was measured.
   */
  readonly measured: number | null;
  /** Of loss: 99 % Clopper-Pearson interval over the same packets. Null for other quantities. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Round trips, packets or milliseconds that `measured` rests on. */
  readonly samples: number;
  /** The narrowest tolerance of all checks. */
  readonly low: number;
  readonly high: number;
  /** Over all repetitions. */
  readonly checks: number;
  /** Measured and off tolerance. */
  readonly checksOutside: number;
  /** The check that was furthest outside its tolerance, or nearest to its edge if all are inside. */
  readonly worst: LinkExtreme;
}

export interface LinkExtreme {
  readonly measured: number | null;
  readonly low: number;
  readonly high: number;
  readonly repetition: number;
  readonly fromNode: number;
  readonly toNode: number;
  readonly occasion: LinkCheckRecord['occasion'];
}

/** Packets from all nodes of one region to another, from verification to drain, all repetitions. */
export interface TrafficFinding {
  readonly fromRegion: string;
  readonly toRegion: string;
  readonly packets: number;
  readonly bytes: number;
  readonly dropped: number;
  /** Of those, by a full queue: apart from the loss asked for. */
  readonly queueDropped: number;
}

/** One planned change over the repetitions in which it was due. */
export interface ChangeFinding {
  readonly index: number;
  readonly kind: string;
  readonly text: string;
  /** Planned, after the start of the measured window. */
  readonly atMs: number;
  readonly repetitions: number;
  /** Nodes concerned, in one repetition. */
  readonly nodes: number;
  /** Nodes at which it did not take effect, over all repetitions. */
  readonly nodesFailed: number;
  /** Why not, of the first of them. */
  readonly error: string | null;
  /** From the planned time to the effect at the last node. */
  readonly delayMs: MedianAndMax | null;
  /** From the effect at the first node to that at the last. */
  readonly spreadMs: MedianAndMax | null;
  /**
   * Of a cut: from its effect at the last node to the first node at which a later change took
   * it back. Null for other changes, and for a cut that was there to the end.
   */
  readonly lastedMs: MedianAndMax | null;
  /**
   * Of a change that takes a cut back: from its effect at the last node to the last node that has
   * caught up. Null for other changes, and where no node was seen to catch up.
   */
  readonly caughtUpMs: MedianAndMax | null;
  /** Nodes that did not, in repetitions in which others did. */
  readonly nodesBehind: number;
}

export interface DisturbanceFinding {
  readonly repetition: number;
  readonly nodeIndex: number;
  readonly text: string;
  /** Until it was shaped and verified again; null if it was not. */
  readonly unshapedMs: number | null;
}

export interface NetworkFinding {
  readonly shaper: ShaperKind;
  /** In the order of the plan. */
  readonly regions: readonly { readonly name: string; readonly nodes: number }[];
  /** Repetitions with a network record. */
  readonly repetitions: number;
  readonly checks: number;
  /** Measured and off tolerance. */
  readonly checksOutside: number;
  /** That should have been measured and were not: neither inside nor outside. */
  readonly checksUnmeasured: number;
  /** By region, then quantity. */
  readonly links: readonly LinkFinding[];
  readonly traffic: readonly TrafficFinding[];
  readonly changes: readonly ChangeFinding[];
  readonly disturbances: readonly DisturbanceFinding[];
  readonly drift: readonly { readonly repetition: number; readonly text: string }[];
}
