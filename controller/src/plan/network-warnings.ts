/** What about a network deserves a word before it is measured. */
import { formatDuration } from '../lib/units.ts';
import type { NetworkState } from '../model/network.ts';
import type { Plan } from '../model/plan.ts';
import { formatMs } from './format-link.ts';
import { onewayRangeMs } from './oneway-range.ts';

/** A round is a proposal and the votes for it: one round trip, and time to come late once. */
const roundTripsPerRound = 2;

/** Sentences; empty for a network that nobody shapes. */
export function warnOfNetwork({ scenario, cells, shaper }: Plan): string[] {
  const network = cells.at(-1)?.network;
  if (shaper === 'none' || network === undefined) return [];
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
