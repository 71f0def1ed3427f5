import type { NodeClient } from '../control/node-client.ts';
import type { Clock } from '../lib/clock.ts';
import type { NodeAction, NodeEventKind, Witness } from '../model/timeline.ts';
import type { NodeProcesses } from '../runtime/runtime.ts';
import type { BehaviourDesk } from './behaviour-desk.ts';
import type { NodeHolds } from './node-holds.ts';

/** What one kind of event needs of the one node that it is done to, and what it gives back. */

export interface FaultNode {
  readonly nodeIndex: number;
  readonly client: NodeClient;
  readonly processes: NodeProcesses;
  readonly holds: NodeHolds;
  readonly behaviours: BehaviourDesk;
  readonly clock: Clock;
  readonly revive: Revive;
  readonly onThaw: OnThaw;
}

/** Told when a node goes on after it was frozen: what was changed meanwhile has passed it by. */
export type OnThaw = (nodeIndex: number, options: FaultOptions) => Promise<void>;

/**
 * Lets a node that was started again take part, with what is left of its load.
 * @throws TestbedError when it does not
 */
export type Revive = (
  nodeIndex: number,
  options: { readonly state: 'kept' | 'empty'; readonly signal: AbortSignal },
) => Promise<void>;

export interface FaultOptions {
  readonly signal: AbortSignal;
}

/** One event at one node. */
export interface Fault {
  /** Resolves when it has taken effect. @returns what shows it; null if its end will */
  begin(options: FaultOptions): Promise<Witness | null>;
  /** Takes it back, also after a `begin` that failed. @returns what shows that it was; null: nothing more */
  end(options: FaultOptions): Promise<Witness | null>;
  /** Its end begins a process: not worth it where everything is removed next. */
  readonly endStarts?: boolean;
}

export type FaultHandler<Kind extends NodeEventKind> = (
  node: FaultNode,
  action: NodeAction & { readonly kind: Kind },
) => Fault;
