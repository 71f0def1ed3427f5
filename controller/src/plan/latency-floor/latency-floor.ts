import type { Cell } from '../../model/plan.ts';
import { commitPaths } from './commit-paths.ts';
import { pathDelays } from './path-delays.ts';

/**
 * The least commit latency that protocol, topology and delays allow, whatever the implementation.
 * Measured latency over it says whether network or implementation is slow, and makes results of
 * unlike networks comparable.
 */
export interface LatencyFloor {
  /** Over all entries and leaders: to be held against the measured median. */
  readonly medianMs: number;
  /** Of the luckiest entry with the luckiest leader: nothing can be faster. */
  readonly leastMs: number;
}

/** Of more leaders so many are looked at, evenly spread. */
const leadersMax = 32;

/** @returns null where nothing is shaped, or the protocol is not one that we know the paths of */
export function latencyFloor({ settings, network, quorum, nodeCount }: Cell): LatencyFloor | null {
  // A record of an older or newer testbed may name any protocol.
  const path = Object.hasOwn(commitPaths, settings.engine.protocol)
    ? commitPaths[settings.engine.protocol]
    : undefined;
  if (path === undefined || settings.shaper === 'none') return null;
  const delays = pathDelays(network);
  const leaders = path.leaders === 'fixed' ? [0] : spreadOver(nodeCount);
  const all = leaders.flatMap((leader) => path.latenciesMs(delays, leader, quorum));
  const sorted = all.sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  const [least, lower, upper] = [sorted[0], sorted[Math.floor(half)], sorted[Math.ceil(half)]];
  if (least === undefined || lower === undefined || upper === undefined) return null;
  return Number.isFinite(upper) ? { medianMs: (lower + upper) / 2, leastMs: least } : null;
}

function spreadOver(nodeCount: number): readonly number[] {
  const count = Math.min(nodeCount, leadersMax);
  return Array.from({ length: count }, (_, i) => Math.floor((i * nodeCount) / count));
}
