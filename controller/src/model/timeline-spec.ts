/** The timeline that a scenario asks for, complete and checked, before its targets are nodes. */
import type { ChangeSpec, Place } from './network-spec.ts';
import type { NodeAction } from './timeline.ts';

export type TargetSpec =
  | { readonly kind: 'places'; readonly places: readonly Place[] }
  /** That part of all nodes, at least one, drawn with the seed from those that nothing else holds. */
  | { readonly kind: 'share'; readonly ratio: number }
  /** Whoever leads when the time comes. */
  | { readonly kind: 'leader' };

export interface NodeEventSpec {
  /** After the start of the measured window. */
  readonly atMs: number;
  /** How long it lasts; absent: a node that ended stays away, and a restart has no length. */
  readonly forMs?: number;
  readonly target: TargetSpec;
  readonly action: NodeAction;
}

export type EventSpec = ChangeSpec | NodeEventSpec;

/** What must have happened while it was measured. */
export const expectations = ['view-change', 'catch-up'] as const;
export type Expectation = (typeof expectations)[number];

export function isNodeEvent(spec: EventSpec): spec is NodeEventSpec {
  return 'target' in spec;
}

/** Those that change the network, in the order of the timeline. */
export function networkEvents(timeline: readonly EventSpec[]): readonly ChangeSpec[] {
  return timeline.filter((spec): spec is ChangeSpec => !isNodeEvent(spec));
}
