/** What about a network deserves a word before it is measured. */
import { formatDuration } from '../lib/units.ts';
import type { NetworkState } from '../model/network.ts';
import type { Cell, Plan } from '../model/plan.ts';
import { wordCell } from '../model/word-cell.ts';
import { formatMs } from './format-link.ts';
import { onewayRangeMs } from './oneway-range.ts';
import { describeSides, findQuorumLosses, type QuorumLoss } from './quorum-loss.ts';

/** A round is a proposal and the votes for it: one round trip, and time to come late once. */
const roundTripsPerRound = 2;

/** Sentences, each once; of networks that nobody shapes only about who is left. */
export function warnOfNetwork({ cells, axes }: Plan): string[] {
  const shaped = cells.filter(({ settings }) => settings.shaper !== 'none');
  // Of one network the largest size has every link of the smaller ones.
  const distinct = axes.length > 1 ? shaped : shaped.slice(-1);
  return [...new Set([...distinct.flatMap(warnOfTimeouts), ...cells.flatMap(warnOfQuorum)])];
}

function warnOfTimeouts({ network, settings }: Cell): string[] {
  const states = [network.initial, ...network.changes.map(({ state }) => state)];
  const rttMs = Math.max(...states.map(longestRttMs));
  const { baseTimeoutMs } = settings.engine;
  if (rttMs * roundTripsPerRound < baseTimeoutMs) return [];
  return [
    `Round trips take up to ${formatMs(rttMs)} ms, and rounds time out after ${formatDuration(baseTimeoutMs)} (engine.timeout): rounds may fail for want of time, not of nodes.`,
  ];
}

/** Twice the longest way: near enough, and each link is looked at once. */
function longestRttMs({ links }: NetworkState): number {
  return 2 * Math.max(0, ...links.map(({ shape }) => onewayRangeMs(shape.delay).highMs));
}

/** One sentence for each cell: of many such times the first, and how many more there are. */
function warnOfQuorum(cell: Cell): string[] {
  const [first, ...others] = findQuorumLosses(cell);
  if (first === undefined) return [];
  const more =
    others.length === 0
      ? ''
      : `, and again ${others.length === 1 ? 'once' : `${others.length} times`} later`;
  return [
    `At ${wordCell(cell)}, "${first.text}" leaves no side with a quorum ${wordTime(first)}${more} (${describeSides(first)}): nothing can be committed then.`,
  ];
}

function wordTime({ fromMs, toMs }: QuorumLoss): string {
  const from = fromMs === 0 ? '0 s' : formatDuration(fromMs);
  return toMs === null ? `from ${from} on` : `from ${from} to ${formatDuration(toMs)}`;
}
