/** When the planned cuts leave nobody a quorum: nothing can commit then, whatever the protocol. */
import type { NetworkState } from '../model/network.ts';
import type { Cell } from '../model/plan.ts';

/** A time in which no side of the network has a quorum. */
export interface QuorumLoss {
  /** The change that began it, as the plan words it. */
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

export function findQuorumLosses({ network, nodeCount, quorum }: Cell): readonly QuorumLoss[] {
  const losses: QuorumLoss[] = [];
  let open: QuorumLoss | null = null;
  const close = (atMs: number | null): void => {
    if (open !== null && open.fromMs !== atMs) losses.push({ ...open, toMs: atMs });
    open = null;
  };
  for (const { state, atMs, text } of network.changes) {
    const sides = sidesOf(state, nodeCount);
    if ((sides[0] ?? 0) >= quorum) close(atMs);
    else open ??= { text, fromMs: atMs, toMs: null, sides, quorum, nodeCount };
  }
  close(null);
  return losses;
}

/** `5 of 7 nodes are a quorum, the sides have 4 and 3` */
export function describeSides({ quorum, nodeCount, sides }: QuorumLoss): string {
  const shown = sides.length > 4 ? [...sides.slice(0, 3), `${sides.length - 3} more`] : sides;
  const last = shown.at(-1) ?? 0;
  const rest = shown.slice(0, -1).join(', ');
  return `${quorum} of ${nodeCount} nodes are a quorum, the sides have ${rest} and ${last}`;
}

/**
 * A side is a set of nodes each of which hears all others, directly or through some of them. Nodes
 * that hear a smaller side only, one way, are none the better for it: without a quorum of their own
 * that side falls silent.
 */
function sidesOf(state: NetworkState, nodeCount: number): readonly number[] {
  if (state.cuts.length === 0) return [nodeCount];
  const isOpen = openLinks(state, nodeCount);
  const left = new Set(Array.from({ length: nodeCount }, (_, node) => node));
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
