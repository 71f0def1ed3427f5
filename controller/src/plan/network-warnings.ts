/** What about a network deserves a word before it is measured. */
import { formatDuration } from '../lib/units.ts';
import type { CellNetwork, NetworkState } from '../model/network.ts';
import type { Plan } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import { formatMs } from './format-link.ts';
import { onewayRangeMs } from './oneway-range.ts';
import { describeSides, findQuorumLosses, type QuorumLoss } from './quorum-loss.ts';

/** A round is a proposal and the votes for it: one round trip, and time to come late once. */
const roundTripsPerRound = 2;

/** Sentences; empty for a network that nobody shapes. */
export function warnOfNetwork(plan: Plan): string[] {
  const { scenario, cells, shaper } = plan;
  const network = cells.at(-1)?.network;
  if (shaper === 'none' || network === undefined) return [];
  return [...warnOfTimeouts(network, scenario), ...warnOfQuorum(plan)];
}

function warnOfTimeouts(network: CellNetwork, scenario: Scenario): string[] {
  const states = [network.initial, ...network.changes.map(({ state }) => state)];
  const rttMs = Math.max(...states.map(longestRttMs));
  const { baseTimeoutMs } = scenario.engine;
  if (rttMs * roundTripsPerRound < baseTimeoutMs) return [];
  return [
    `Round trips take up to ${formatMs(rttMs)} ms, and rounds time out after ${formatDuration(baseTimeoutMs)} (engine.timeout): rounds may fail for want of time, not of nodes.`,
  ];
}

/** Twice the longest way: near enough, and each link is looked at once. */
function longestRttMs({ links }: NetworkState): number {
  return 2 * Math.max(0, ...links.map(({ shape }) => onewayRangeMs(shape.delay).highMs));
}

/** One sentence for each size: of many such times the first, and how many more there are. */
function warnOfQuorum({ cells }: Plan): string[] {
  return cells.flatMap((cell) => {
    const [first, ...others] = findQuorumLosses(cell);
    if (first === undefined) return [];
    const more =
      others.length === 0
        ? ''
        : `, and again ${others.length === 1 ? 'once' : `${others.length} times`} later`;
    return [
      `At n = ${cell.nodeCount}, "${first.text}" leaves no side with a quorum ${wordTime(first)}${more} (${describeSides(first)}): nothing can be committed then.`,
    ];
  });
}

function wordTime({ fromMs, toMs }: QuorumLoss): string {
  const from = fromMs === 0 ? '0 s' : formatDuration(fromMs);
  return toMs === null ? `from ${from} on` : `from ${from} to ${formatDuration(toMs)}`;
}
