/** What analysis says about the events of a timeline: what each of them did to the network. */
import type { EventKind, Witness } from './timeline.ts';

/**
 * One event in one repetition. Times are milliseconds after the start of the measured window;
 * null: it did not happen inside the window, or there is nothing to tell it from.
 */
export interface EventImpact {
  /** Position in the timeline. */
  readonly index: number;
  readonly kind: EventKind;
  readonly text: string;
  /** Nodes that it was done to. */
  readonly nodes: readonly number[];
  readonly plannedMs: number | null;
  readonly begunMs: number | null;
  /** Null: it held to the end of the window. */
  readonly endedMs: number | null;
  /** Committed per second of the whole network before it, and while it held. */
  readonly formerTxPerSec: number | null;
  readonly heldTxPerSec: number | null;
  /** The second over the first. */
  readonly keptRatio: number | null;
  /** The same of what was offered: a node that is down offers nothing. */
  readonly offeredRatio: number | null;
  /** Longest time in which nobody committed a block, from its begin until throughput was back. */
  readonly silenceMs: number | null;
  /** never: not inside the window. unknown: nothing was committed before, or too little is left. */
  readonly recovery: 'back' | 'never' | 'unknown';
  /**
   * From its end, or from its begin if it held to the end of the window, to the commit from which
   * on the network carried 90 % of the former throughput. Null unless `recovery` is back.
   */
  readonly recoveredMs: number | null;
  /** How far off the times can be; null without a series. */
  readonly resolutionMs: number | null;
  /** Null where fewer than two nodes told their log. */
  readonly logsAgree: boolean | null;
  /** Other events that held at the same time, or before throughput was back. */
  readonly overlaps: readonly number[];
  readonly witness: Witness | null;
  readonly error: string | null;
}

/** Values of one quantity in order of repetition; those that have none are left out. */
export interface MedianAndValues {
  readonly median: number;
  readonly values: readonly number[];
}

/** One event over the repetitions that the figures of its cell are of. */
export interface EventFinding extends Pick<EventImpact, 'index' | 'kind' | 'text'> {
  /** After the start of the measured window, median. */
  readonly plannedMs: number | null;
  /** Medians of when it had taken effect and had been taken back; null: to the end of the window. */
  readonly begunMs: number | null;
  readonly endedMs: number | null;
  /** In which it was due, and in which it was done. */
  readonly repetitions: number;
  readonly repetitionsDone: number;
  /** Nodes that it was done to in any of them. */
  readonly nodes: readonly number[];
  readonly formerTxPerSec: MedianAndValues | null;
  readonly heldTxPerSec: MedianAndValues | null;
  readonly keptRatio: MedianAndValues | null;
  readonly offeredRatio: MedianAndValues | null;
  readonly silenceMs: MedianAndValues | null;
  readonly recoveredMs: MedianAndValues | null;
  /** Repetitions by how it ended. */
  readonly back: number;
  readonly never: number;
  readonly unknown: number;
  /** The coarsest of the repetitions. */
  readonly resolutionMs: number | null;
  /** False if in any they did not. */
  readonly logsAgree: boolean | null;
  readonly overlaps: readonly number[];
  /** Clauses of the witnesses, each once; and what went wrong. */
  readonly witnesses: readonly string[];
  readonly error: string | null;
}
