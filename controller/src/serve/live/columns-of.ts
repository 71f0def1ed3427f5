import type { LiveNodes } from '../../model/live-nodes.ts';
import type { NodeColumns, NodeState } from '../api/live.ts';

/**
 * The nodes as the API has them; rounded, since every digit goes to every viewer. Pure.
 * @param gone indexes of those whose process has ended
 */
export function columnsOf(nodes: LiveNodes, gone: readonly number[]): NodeColumns {
  return {
    state: nodes.answered.map((answered, index) =>
      gone.includes(index) ? 'down' : stateOf(answered),
    ),
    height: [...nodes.height],
    round: [...nodes.round],
    proposedPerSec: round(nodes.proposedPerSec, 2),
    committedPerSec: round(nodes.committedPerSec, 1),
    cpuCores: round(nodes.cpuCores, 3),
    throttledRatio: round(nodes.throttledRatio, 3),
    memoryBytes: [...nodes.memoryBytes],
    mempool: [...nodes.mempool],
    linksUp: [...nodes.linksUp],
    scrapeMs: round(nodes.scrapeMs, 1),
  };
}

/** Before there are any figures. */
export function emptyColumns(nodeCount: number, state: NodeState): NodeColumns {
  const unknown = Array.from({ length: nodeCount }, () => null);
  return {
    state: unknown.map(() => state),
    height: unknown,
    round: unknown,
    proposedPerSec: unknown,
    committedPerSec: unknown,
    cpuCores: unknown,
    throttledRatio: unknown,
    memoryBytes: unknown,
    mempool: unknown,
    linksUp: unknown,
    scrapeMs: unknown,
  };
}

function stateOf(answered: boolean | null): NodeState {
  if (answered === null) return 'waiting';
  return answered ? 'up' : 'silent';
}

function round(values: readonly (number | null)[], digits: number): (number | null)[] {
  const factor = 10 ** digits;
  return values.map((value) => (value === null ? null : Math.round(value * factor) / factor));
}
