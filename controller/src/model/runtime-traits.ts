import type { RuntimeKind } from './scenario.ts';
import type { NodeEventKind } from './timeline.ts';

/** What each runtime can do to single nodes while they run. */
export interface RuntimeTraits {
  readonly nodeEvents: readonly NodeEventKind[];
}

const everywhere = ['crash', 'stop', 'restart', 'pause', 'clock'] as const;

export const runtimeTraits: Readonly<Record<RuntimeKind, RuntimeTraits>> = {
  docker: { nodeEvents: [...everywhere, 'cpu', 'memory'] },
  // Processes of one user have no limits of their own that somebody else could change.
  process: { nodeEvents: everywhere },
};
