import { toHex } from '../shared/bytes.ts';
import type { TreeNode } from './block-tree.ts';
import { type Core, waitMsMax } from './core.ts';
import type { QuorumCertificate } from './messages.ts';
import { blockIdBytes } from './signing.ts';

/**
 * The commit rule: a certificate for a block commits the block's parent, and all before it, if
 * the two are of consecutive rounds.
 * @param qc verified; nothing happens while its block is missing
 * @throws InvariantViolation if the block to commit conflicts with what is committed
 */
export function tryCommit(core: Core, qc: QuorumCertificate): void {
  const child = core.tree.get(qc.blockId);
  if (child === undefined || child.height >= 0) return;
  const parent = core.tree.parentOf(child);
  if (parent === undefined || parent.height >= 0) return;
  if (!core.rules.commitsParent(parent.block.round, child.block.round)) return;
  const path = core.tree.pathFromHead(parent);
  core.tree.commit(path);
  for (const node of path) deliver(core, node, qc);
  core.orphans.forgetUpTo(parent.block.round);
}

function deliver(core: Core, node: TreeNode, qc: QuorumCertificate): void {
  const { block } = node;
  core.digest = core.crypto.hash(core.digest, blockIdBytes(block.id));
  const ownBefore = core.mempool.ownCount;
  const transactions = core.mempool.blockCommitted(node);
  const own = ownBefore - core.mempool.ownCount;
  if (own > 0) core.intake.committed(own, core.nowMs, waitMsMax(core));
  core.counters.blocksCommitted++;
  core.counters.transactionsCommitted += transactions.length;
  if (transactions.length > 0) core.newsQcRound = qc.round;
  const digestHex = toHex(core.digest);
  core.outbox.commit({ height: node.height, block, transactions, digestHex });
}
