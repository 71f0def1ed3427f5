import type { TreeNode } from './block-tree.ts';
import type { Core } from './core.ts';
import type { Block } from './messages.ts';

/** Open blocks, and their memory, above which this node votes for empty blocks only. */
const openMax = { blocks: 4096, bytes: 64 * 1024 * 1024 };
/** A leader stops earlier: what others hold may be more than what it holds itself. */
const proposedBytesMax = openMax.bytes / 2;
/** Turns of every leader without a certificate, after which blocks are empty until there is one. */
const rotationsMax = 2;

/**
 * Whether a block may enter whose parent is in the tree, and still is afterwards.
 *
 * Bounds what is held of blocks that are not committed, without which rounds that end in timeouts
 * pile up one block each. What may be dropped? A certificate for an old block may be in the hands
 * of one member and come out at any time; if it is higher than all others, everyone has to build
 * on its block. So somebody honest must still have it:
 *
 * - A block that this node did not vote for may go: a quorum did, most of them honest, and they
 *   can be asked.
 * - So may one it voted for in a round up to that of its highest certificate, unless it is on the
 *   path there. If all honest voters have dropped it for this reason, they are enough that every
 *   further timeout certificate shows a higher certificate, and nobody may build on that block.
 * - The other ones it voted for, and what they rest on, stay until something commits. They are
 *   bounded because no vote is given to a block that does not fit. Empty blocks always fit, and
 *   leaders propose nothing else once two rotations went by without a certificate: so the
 *   rounds that get the chain moving again are never refused, and a commit frees everything.
 */
export function hasRoom(core: Core, block: Block): boolean {
  if (isWithinBounds(core) || block.id === core.safety.highQc.blockId) return true;
  if (block.round !== core.pacemaker.round) return false; // cannot be voted for any more
  dropFetchable(core, core.tree.get(block.parentQc.blockId));
  return isWithinBounds(core) || block.transactions.length === 0;
}

/** Whether this node, as leader, may propose more than an empty block. */
export function mayProposePayload(core: Core): boolean {
  const { tree, safety, pacemaker, options } = core;
  const rotations = (pacemaker.round - safety.highQc.round) / options.committeeSize;
  if (rotations > rotationsMax) return false;
  if (tree.open.bytes > proposedBytesMax) dropFetchable(core);
  return tree.open.bytes <= proposedBytesMax;
}

function isWithinBounds(core: Core): boolean {
  const { blocks, bytes } = core.tree.open;
  return blocks < openMax.blocks && bytes < openMax.bytes;
}

/** @param parent of a block about to enter: stays too */
function dropFetchable(core: Core, parent?: TreeNode): void {
  const { tree, safety } = core;
  const kept = new Set<TreeNode>();
  const keep = (top: TreeNode | undefined): void => {
    for (let at = top; at !== undefined && at.height < 0 && !kept.has(at); at = tree.parentOf(at)) {
      kept.add(at);
    }
  };
  const highest = tree.get(safety.highQc.blockId);
  keep(highest);
  keep(parent);
  // While the highest certified block is missing, nobody can tell which blocks lead there.
  const floorRound = highest === undefined ? -1 : safety.highQc.round;
  for (const node of tree.openNodes()) {
    if (node.isBinding && node.block.round > floorRound) keep(node);
  }
  tree.dropOpenExcept(kept);
}
