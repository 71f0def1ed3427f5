/**
 * What is done to a repetition at planned times: to its network, and to its nodes. An event has a
 * time, a target and an end, may overlap others, and proves by a witness that it bit.
 */

import type { Behaviour } from '../../../node-image/src/contract/index.ts';

export type NetworkEventKind = 'partition' | 'heal' | 'degrade' | 'profile' | 'flap';

/**
 * crash: SIGKILL · stop: SIGTERM · restart: SIGKILL, and at once the same node again · pause: frozen,
 * the process stays · cpu, memory: other limits while it runs · clock: the time that its engine sees
 * is off · behaviour: it breaks the rules.
 */
export type NodeEventKind =
  | 'crash'
  | 'stop'
  | 'restart'
  | 'pause'
  | 'cpu'
  | 'memory'
  | 'clock'
  | 'behaviour';

export type EventKind = NetworkEventKind | NodeEventKind;

/** Nodes known to the plan, or whoever leads when the time comes. */
export type EventTarget =
  | { readonly kind: 'nodes'; readonly nodes: readonly number[] }
  | { readonly kind: 'leader' };

export type NodeAction =
  | {
      readonly kind: 'crash' | 'stop' | 'restart';
      /** What the node finds when it is started again: its own state folder, or an empty one. */
      readonly state: 'kept' | 'empty';
    }
  | { readonly kind: 'pause' }
  /** Cores of each node while it lasts. */
  | { readonly kind: 'cpu'; readonly cpus: number }
  | { readonly kind: 'memory'; readonly memoryBytes: number }
  /** Added to what the engine takes for the time. */
  | { readonly kind: 'clock'; readonly offsetMs: number }
  /** Besides what it does already. */
  | { readonly kind: 'behaviour'; readonly behaviours: readonly Behaviour[] };

interface Planned {
  /** Position in `Cell.timeline`, which is in order of time, of one time as in the scenario. */
  readonly index: number;
  /** After the start of the measured window. */
  readonly atMs: number;
  /** When it is taken back; null: holds to the end of the window (and is taken back there). */
  readonly endMs: number | null;
  /** For people: `crash: node 3`, `partition: eu | us, asia`. */
  readonly text: string;
}

export type PlannedEvent =
  | (Planned & {
      readonly kind: NodeEventKind;
      readonly target: EventTarget;
      readonly action: NodeAction;
    })
  /** What holds when is in `CellNetwork.changes`; these are the steps that begin and end it. */
  | (Planned & { readonly kind: NetworkEventKind; readonly changes: readonly number[] });

/** What shows that an event bit, taken from the run itself. */
export interface Witness {
  /** `packets-dropped`, `height-stood-still`, `process-gone`, `periods-throttled`, `round-trip` ... */
  readonly quantity: string;
  /** A clause for people: `412 packets dropped by the cut`. */
  readonly text: string;
  readonly value: number | null;
  /** What the value had to reach, or to stay below. */
  readonly limit: number | null;
  readonly isSeen: boolean;
}

/** One event of the timeline as it went. */
export interface TimelineRecord {
  readonly eventIndex: number;
  readonly kind: EventKind;
  readonly text: string;
  readonly plannedAt: Date;
  readonly plannedEndAt: Date | null;
  /** When it had taken effect at all of its targets; null: it did not. */
  readonly begunAt: Date | null;
  /** When it had been taken back everywhere; null: it was not, or was not to be. */
  readonly endedAt: Date | null;
  /** Nodes that it was done to, a leader by its index. */
  readonly nodes: readonly number[];
  /** Null: nobody could look, which is as bad as nothing seen. */
  readonly witness: Witness | null;
  /** Why it was not done, or not taken back. */
  readonly error: string | null;
}

/** Why a change of the network was not made at a node that another event had down or frozen. */
export const heldByEvent = 'Another event held the node at that time.';
