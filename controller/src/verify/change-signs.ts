import type { CellNetwork, Cut, NetworkState, ShaperKind } from '../model/network.ts';
import { type ExpectedPair, expectPair } from '../plan/expect-link.ts';
import { createPairChooser, measurable, type NodePair } from './choose-pairs.ts';

/**
 * By what it can be seen that a change of the network took effect: the quantity that it moves
 * furthest, and nodes between which that can be measured. Pure.
 */
export type Sign =
  /** Nothing comes through any more, or something does again. */
  | (OfPairs & { readonly kind: 'cut' | 'open' })
  | (OfPairs & Moved & { readonly kind: 'round-trip' | 'loss' | 'rate'; readonly toRegion: number })
  /** Nothing that could be measured beside the load: what is in force is read back. */
  | { readonly kind: 'settings' };

interface OfPairs {
  /** Disjoint; of nodes that are there. Each from the end whose own direction changed most. */
  readonly pairs: readonly NodePair[];
  /** How long an answer may take if all is as asked. */
  readonly answerMs: number;
}

/** round-trip: the quickest in ms · loss: share of 0 to 1, see `lossOf` · rate: bit/s, Infinity without. */
export interface Moved {
  readonly before: number;
  readonly asked: number;
}

export interface ChangeStates {
  readonly network: CellNetwork;
  readonly shaper: ShaperKind;
  /** What held before the event, and what the event alone makes of it. */
  readonly before: NetworkState;
  readonly own: NetworkState;
  /** What holds when it is measured: more than one event may begin at one time. */
  readonly settled: NetworkState;
  /** Nodes that nobody can be measured against at the moment. */
  readonly isAway: (nodeIndex: number) => boolean;
}

const PAIRS_MAX = 3;
/** Below this a busy host is as slow by itself. */
const RTT_MS_MIN = 4;
const LOSS_RATIO_MIN = 0.005;
/** More than that a busy host may not carry anyway. */
const RATE_BITS_MAX = 100_000_000;
const RATE_FACTOR_MIN = 1.5;
/** Links that are looked at, those first whose delay moved most: there may be thousands. */
const LINKS_MAX = 24;

export function chooseSign(states: ChangeStates): Sign {
  return (
    signOfCuts(states, 'cut') ??
    signOfCuts(states, 'open') ??
    signOfLinks(states) ?? { kind: 'settings' }
  );
}

/** What is lost of what is counted: in the kernel round trips, in userspace segments of one direction. */
export function lossOf(expected: ExpectedPair, shaper: ShaperKind): number {
  return shaper === 'userspace' ? expected.lossRatio : expected.roundTripLossRatio;
}

/** Cuts of the one state that the other does not have. */
export function newCuts(before: NetworkState, after: NetworkState): readonly Cut[] {
  const had = new Set(before.cuts.map(nameCut));
  return after.cuts.filter((cut) => !had.has(nameCut(cut)));
}

function nameCut({ from, to }: Cut): string {
  return JSON.stringify([from, to]);
}

function signOfCuts(states: ChangeStates, kind: 'cut' | 'open'): Sign | null {
  const { network, before, own, settled } = states;
  const [without, having] = kind === 'cut' ? [before, own] : [own, before];
  const isCut = isCutIn(settled);
  const wasCut = isCutIn(before);
  const isLinked = linkedAmong(states);
  const pairs: NodePair[] = [];
  const used = new Set<number>();
  for (const { from, to } of newCuts(without, having)) {
    for (const fromNode of from) {
      if (pairs.length === PAIRS_MAX || used.has(fromNode)) continue;
      const toNode = to.find(
        (node) =>
          !used.has(node) &&
          isLinked(fromNode, node) &&
          // One that another event cuts as well shows nothing of this one.
          (kind === 'cut'
            ? isCut(fromNode, node) && !wasCut(fromNode, node)
            : !isCut(fromNode, node)),
      );
      if (toNode === undefined) continue;
      used.add(fromNode).add(toNode);
      pairs.push({ fromNode, toNode });
    }
  }
  const [first] = pairs;
  if (first === undefined) return null;
  return { kind, pairs, answerMs: expectNodes(network, settled, first).rttHighMs };
}

interface Candidate {
  readonly sign: Sign;
  /** How far it moved, in units in which 1 is just enough; lower ranks are only taken without others. */
  readonly rank: number;
  readonly score: number;
}

function signOfLinks(states: ChangeStates): Sign | null {
  const { network, settled, shaper } = states;
  const isLinked = linkedAmong(states);
  const chooser = createPairChooser(network, settled, 0, isLinked);
  const found = changedLinks(states).flatMap(({ from, to }): Candidate[] => {
    const pairs = chooser.connected(from, to, PAIRS_MAX);
    if (pairs.length === 0) return [];
    const before = expectPair(network, states.before, from, to);
    const asked = expectPair(network, settled, from, to);
    const of = { pairs, answerMs: asked.rttHighMs, toRegion: to };
    const spread = Math.max(asked.rttHighMs - asked.rttLowMs, before.rttHighMs - before.rttLowMs);
    // A busy host makes round trips longer and never shorter: the quickest are those of the links.
    const rttMs = [before.rttLowMs, asked.rttLowMs] as const;
    const losses = [lossOf(before, shaper), lossOf(asked, shaper)] as const;
    return [
      candidate(
        { ...of, kind: 'round-trip', ...moved(rttMs) },
        2,
        distance(rttMs) / Math.max(RTT_MS_MIN, spread / 3),
      ),
      candidate({ ...of, kind: 'loss', ...moved(losses) }, 1, distance(losses) / LOSS_RATIO_MIN),
      rateCandidate(of, before.rateBitsPerSec, asked.rateBitsPerSec),
    ].filter(({ score }) => score >= 1);
  });
  const [best] = found.sort((a, b) => b.rank - a.rank || b.score - a.score);
  return best?.sign ?? null;
}

function rateCandidate(
  of: OfPairs & { readonly toRegion: number },
  before: number | null,
  asked: number | null,
): Candidate {
  const rates = [before ?? Number.POSITIVE_INFINITY, asked ?? Number.POSITIVE_INFINITY] as const;
  const lower = Math.min(...rates);
  const isSeen = lower <= RATE_BITS_MAX && Math.max(...rates) / lower >= RATE_FACTOR_MIN;
  return candidate({ ...of, kind: 'rate', ...moved(rates) }, 0, isSeen ? 1 : 0);
}

function candidate(sign: Sign, rank: number, score: number): Candidate {
  return { sign, rank, score };
}

function moved([before, asked]: readonly [number, number]): Moved {
  return { before, asked };
}

function distance([before, asked]: readonly [number, number]): number {
  return Math.abs(asked - before);
}

/** Links that the event itself changed, from the end whose own direction moved most. */
function changedLinks({ before, own }: ChangeStates): readonly { from: number; to: number }[] {
  const name = (from: number, to: number): string => `${from} ${to}`;
  const was = new Map(before.links.map((link) => [name(link.from, link.to), link.shape]));
  return own.links
    .flatMap(({ from, to, shape }) => {
      const old = was.get(name(from, to));
      if (old === undefined || JSON.stringify(old) === JSON.stringify(shape)) return [];
      return [{ from, to, movedMs: Math.abs(shape.delay.meanMs - old.delay.meanMs) }];
    })
    .sort((a, b) => b.movedMs - a.movedMs)
    .slice(0, LINKS_MAX);
}

function linkedAmong({ network, shaper, isAway }: ChangeStates) {
  const isLinked = measurable(network, shaper);
  return (one: number, other: number): boolean =>
    isLinked(one, other) && !isAway(one) && !isAway(other);
}

/** In one direction or both: either way no answer comes back. */
function isCutIn({ cuts }: NetworkState): (one: number, other: number) => boolean {
  return (one, other) =>
    cuts.some(
      ({ from, to }) =>
        (from.includes(one) && to.includes(other)) || (from.includes(other) && to.includes(one)),
    );
}

function expectNodes(
  network: CellNetwork,
  state: NetworkState,
  { fromNode, toNode }: NodePair,
): ExpectedPair {
  return expectPair(
    network,
    state,
    network.regionOf[fromNode] ?? -1,
    network.regionOf[toNode] ?? -1,
  );
}
