import { toHex } from '../shared/bytes.ts';
import type { TreeNode } from './block-tree.ts';
import { type Core, waitMsMax } from './core.ts';
import type { QuorumCertificate } from './messages.ts';
import { blockIdBytes } from './signing.ts';

/**
 * The commit rule: a certificate for a block commits a block some way below it, and all before
 * that, if the rules say so. It may also lock this node.
 * @param qc verified; nothing happens while its block is missing
 * @throws InvariantViolation if the block to commit conflicts with what is committed
 */
export function tryCommit(core: Core, qc: QuorumCertificate): void {
  const certified = core.tree.get(qc.blockId);
  if (certified === undefined) return;
  core.safety.raiseLock(core.rules.lockOf(certified.block));
  const chain = chainOf(core, certified);
  const last = chain.at(-1);
  if (last === undefined || chain.length < core.rules.chainLength || last.height >= 0) return;
  if (!core.rules.commits(chain.map(({ block }) => block.round))) return;
  const path = core.tree.pathFromHead(last);
  core.tree.commit(path);
  for (const node of path) deliver(core, node, qc);
  core.orphans.forgetUpTo(last.block.round);
}

/** The certified block and those below it, as many as a commit takes. */
function chainOf({ rules, tree }: Core, certified: TreeNode): TreeNode[] {
  const chain: TreeNode[] = [];
  let at: TreeNode | undefined = certified;
  while (at !== undefined && at.height < 0 && chain.length < rules.chainLength) {
    chain.push(at);
    at = tree.parentOf(at);
  }
  return chain;
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
