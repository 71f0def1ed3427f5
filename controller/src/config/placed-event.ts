/** The events of a timeline with their places in the file, and what they are held against. */
import type { ByzantineSpec } from '../model/byzantine.ts';
import type { NetworkSpec } from '../model/network-spec.ts';
import type { EventSpec } from '../model/timeline-spec.ts';
import type { Path } from './path.ts';

export interface PlacedEvent {
  readonly path: Path;
  readonly spec: EventSpec;
}

export interface TimelineGround {
  readonly network: NetworkSpec;
  readonly nodes: readonly number[];
  readonly measureMs: number;
  readonly seed: number;
  readonly byzantine?: ByzantineSpec | undefined;
}
