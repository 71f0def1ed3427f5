/** When planned cuts, and nodes that are down or frozen, leave nobody a quorum: nothing can commit then, whatever the protocol. */
import type { NetworkState } from '../model/network.ts';
import type { Cell } from '../model/plan.ts';
import { nodeSpans } from './node-spans.ts';

/** A time in which no side of the network has a quorum. */
export interface QuorumLoss {
  /** The change or event that began it, as the plan words it. */
  readonly text: string;
  /** After the start of the measured window. */
  readonly fromMs: number;
  /** Null: to the end. */
  readonly toMs: number | null;
  /** Nodes of each side, the largest first. */
  readonly sides: readonly number[];
  readonly quorum: number;
  readonly nodeCount: number;
}

export function findQuorumLosses(cell: Cell): readonly QuorumLoss[] {
  const { nodeCount, quorum } = cell;
  const losses: QuorumLoss[] = [];
  let open: QuorumLoss | null = null;
  const close = (atMs: number | null): void => {
    if (open !== null && open.fromMs !== atMs) losses.push({ ...open, toMs: atMs });
    open = null;
  };
  for (const { atMs, text, sides } of listMoments(cell)) {
    if ((sides[0] ?? 0) >= quorum) close(atMs);
    else open ??= { text, fromMs: atMs, toMs: null, sides, quorum, nodeCount };
  }
  close(null);
  return losses;
}

interface Moment {
  readonly atMs: number;
  readonly text: string;
  readonly sides: readonly number[];
}

/** Whenever cuts change, or who is there, in order of time; of one time the last of the network. */
function listMoments({ network, nodeCount, timeline }: Cell): readonly Moment[] {
  // A node that is started again at once is away for a time that no plan knows.
  const spans = nodeSpans(timeline).filter(
    ({ state, fromMs, toMs }) => (state === 'down' || state === 'pause') && toMs - fromMs > 1,
  );
  const turns = [
    ...network.changes.map(({ atMs, text }) => ({ atMs, text })),
    ...spans.flatMap(({ fromMs, toMs, text }) => [
      { atMs: fromMs, text },
      { atMs: toMs, text },
    ]),
  ].filter(({ atMs }) => Number.isFinite(atMs));
  return turns
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, text }) => {
      const held = spans.filter(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
      const away = new Set(held.flatMap(({ nodes }) => nodes));
      const leaders = held.filter(({ isLeader }) => isLeader).length;
      const state = network.changes.findLast((one) => one.atMs <= atMs)?.state ?? network.initial;
      const sides = sidesOf(state, nodeCount, away);
      // Nobody knows on which side a leader is: with one side alone it is known all the same.
      return { atMs, text, sides: sides.length === 1 ? sides.map((one) => one - leaders) : sides };
    });
}

/** `5 of 7 nodes are a quorum, the sides have 4 and 3`, or `... , 4 are left` where nothing is cut. */
export function describeSides({ quorum, nodeCount, sides }: QuorumLoss): string {
  const quorums = `${quorum} of ${nodeCount} nodes are a quorum`;
  const [only = 0] = sides;
  if (sides.length < 2) return `${quorums}, ${only} ${only === 1 ? 'is' : 'are'} left`;
  const shown = sides.length > 4 ? [...sides.slice(0, 3), `${sides.length - 3} more`] : sides;
  const last = shown.at(-1) ?? 0;
  const rest = shown.slice(0, -1).join(', ');
  return `${quorums}, the sides have ${rest} and ${last}`;
}

/**
 * A side is a set of nodes each of which hears all others, directly or through some of them. Nodes
 * that hear a smaller side only, one way, are none the better for it: without a quorum of their own
 * that side falls silent.
 */
function sidesOf(
  state: NetworkState,
  nodeCount: number,
  away: ReadonlySet<number>,
): readonly number[] {
  if (state.cuts.length === 0) return [nodeCount - away.size];
  const isCutFree = openLinks(state, nodeCount);
  const isOpen = (a: number, b: number): boolean => isCutFree(a, b) && !away.has(a) && !away.has(b);
  const all = Array.from({ length: nodeCount }, (_, node) => node);
  const left = new Set(all.filter((node) => !away.has(node)));
  const sizes: number[] = [];
  for (const node of left) {
    const reached = reach(node, nodeCount, (a, b) => isOpen(a, b));
    const heard = reach(node, nodeCount, (a, b) => isOpen(b, a));
    const side = [...reached].filter((other) => heard.has(other));
    for (const member of side) left.delete(member);
    sizes.push(side.length);
  }
  return sizes.sort((a, b) => b - a);
}

function openLinks(
  { cuts }: NetworkState,
  nodeCount: number,
): (from: number, to: number) => boolean {
  const isCut = new Uint8Array(nodeCount * nodeCount);
  for (const { from, to } of cuts)
    for (const a of from) for (const b of to) isCut[a * nodeCount + b] = 1;
  return (from, to) => isCut[from * nodeCount + to] === 0;
}

/** The node itself included. */
function reach(
  start: number,
  nodeCount: number,
  isOpen: (from: number, to: number) => boolean,
): ReadonlySet<number> {
  const found = new Set([start]);
  // A set hands out what is added while it is walked through.
  for (const from of found) {
    for (let to = 0; to < nodeCount; to++) if (isOpen(from, to)) found.add(to);
  }
  return found;
}
