import {
  accessDown,
  type LinkCheckRecord,
  type LinkCounterRecord,
  type NetworkRecord,
} from '../model/record.ts';
import { formatValue } from './verdict-reasons.ts';

/** Reasons about the network in words. Pure. */

/** Sentences of drift that are told; all are stored. */
const DRIFT_TOLD = 3;
/** A qdisc on the sender's own device says so to its TCP, which takes it for no loss. */
const TOLD_TO_TCP = " (the sender's TCP is told of each, and counts no retransmission)";
/** Pairs of regions by name; the others are counted. */
const PAIRS_TOLD = 2;

const quantities: Readonly<Record<LinkCheckRecord['quantity'], string>> = {
  'rtt-median': 'the median round trip',
  'rtt-range': 'the range of the round trips',
  loss: 'the loss',
  rate: 'the rate',
};

/** @param drift worst first */
export function wordDrift(drift: readonly string[]): string {
  const told = drift.slice(0, DRIFT_TOLD).join(' ');
  return `The shaping changed without a plan. ${told}${countRest(drift.length - DRIFT_TOLD)}`;
}

function countRest(rest: number): string {
  if (rest <= 0) return '';
  return rest === 1 ? ' There is 1 more of this kind.' : ` There are ${rest} more of this kind.`;
}

/**
 * What of which pairs has no samples, and that the rest has some: `Not measured: the loss from a to
 * b.`
 * @returns null if everything has
 */
export function wordUnmeasured(checks: readonly LinkCheckRecord[]): string | null {
  const unmeasured = checks.filter(({ samples }) => samples === 0);
  if (unmeasured.length === 0) return null;
  const pairsOf = new Map<string, string[]>();
  for (const { quantity, fromRegion, toRegion } of unmeasured) {
    const pairs = pairsOf.get(quantities[quantity]) ?? [];
    const pair = `from ${fromRegion} to ${toRegion}`;
    pairsOf.set(quantities[quantity], pairs.includes(pair) ? pairs : [...pairs, pair]);
  }
  const whats = [...pairsOf].map(([quantity, pairs]) => {
    const rest = pairs.length - PAIRS_TOLD;
    const more = rest > 0 ? `, and of ${rest} more ${rest === 1 ? 'pair' : 'pairs'}` : '';
    return `${quantity} ${pairs.slice(0, PAIRS_TOLD).join(', ')}${more}`;
  });
  const done = checks.length - unmeasured.length;
  const others =
    done === 0 ? '' : ` The other ${done === 1 ? 'check was' : `${done} checks were`} made.`;
  return `Not measured: ${whats.join('; ')}.${others}`;
}

/**
 * What links dropped beyond the loss asked for. A queue that was handed fewer packets than it holds
 * was never full: somebody else lost these.
 * @param limitPackets the least that a queue of any link holds, in any state of the network
 */
export function wordDrops(
  { shaper, counters }: Pick<NetworkRecord, 'shaper' | 'counters'>,
  { lost, ratio }: { readonly lost: number; readonly ratio: number },
  limitPackets: number,
): string {
  const worst = counters.reduce((a, b) => (b.queueDropped > a.queueDropped ? b : a));
  const handed = worst.packets + worst.dropped;
  const share = formatValue('ratio', ratio);
  const where = wordLink(worst);
  // Down rates are set at the host's end, and nobody is told there.
  const isOwn = shaper === 'netem' && worst.toRegion !== accessDown;
  const own = isOwn ? TOLD_TO_TCP : '';
  if (worst.toRegion !== accessDown && handed <= limitPackets) {
    return (
      `Links dropped ${lost} packets that no loss asked for explains, ${share} of all, most of ` +
      `them ${where}, whose queue was never full (it holds at least ${limitPackets} packets and ` +
      `was handed ${handed} in all): something else than the plan loses packets there`
    );
  }
  return `Full queues dropped ${lost} packets${own}, ${share} of all, most of them ${where}`;
}

function wordLink({ nodeIndex, toRegion }: LinkCounterRecord): string {
  return toRegion === accessDown
    ? `on the way down to node ${nodeIndex}`
    : `from node ${nodeIndex} to ${toRegion}`;
}
