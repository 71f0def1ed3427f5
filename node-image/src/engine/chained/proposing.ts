import type { Transaction } from '../seam/message.ts';
import type { TreeNode } from './block-tree.ts';
import { type Core, isLeader } from './core.ts';
import type { Block, Proposal } from './messages.ts';
import { mayProposePayload } from './room.ts';

/** When this node will propose, if nothing happens before: a time, or Infinity if not its turn. */
export function proposeAtMs(core: Core): number {
  const round = core.pacemaker.round;
  if (!isLeader(core, round) || core.safety.lastProposedRound >= round) {
    return Number.POSITIVE_INFINITY;
  }
  if (hasNews(core)) return Number.NEGATIVE_INFINITY;
  const idleMs = core.pacemaker.enteredMs + core.options.parameters.idleDelayMs;
  return Math.min(idleMs, core.mempool.dueAtMs(core.batchSize.max));
}

/** Proposes if it is this node's turn and there is reason to; call at the end of every step. */
export function maybePropose(core: Core): void {
  if (proposeAtMs(core) > core.nowMs) return;
  const { safety, pacemaker, options } = core;
  const round = pacemaker.round;
  const parentQc = safety.highQc;
  const isByQc = parentQc.round + 1 === round;
  const header = {
    round,
    author: options.selfIndex,
    parentQc,
    timeoutCertificate: isByQc ? null : safety.lastTc,
    transactions: payload(core),
    createdUnixMs: core.nowMs,
  };
  const block: Block = { id: core.hasher.id(header), ...header };
  safety.proposed(round);
  const signature = core.certificates.signProposal(round, block.id);
  const proposal: Proposal = { kind: 'proposal', block, signature };
  core.counters.blocksProposed++;
  core.outbox.broadcastBound(proposal);
  core.loopback.push(proposal);
}

/**
 * Whether others wait for this proposal: transactions above the committed head need further
 * blocks to be committed, and a certificate that committed some here is news to everyone else.
 */
function hasNews(core: Core): boolean {
  const { highQc } = core.safety;
  if (core.newsQcRound > 0 && highQc.round === core.newsQcRound) return true;
  let node = core.tree.get(highQc.blockId);
  if (node === undefined) return true; // its block is still being fetched: cannot tell
  while (node !== undefined && node.height < 0) {
    if (node.keys.length > 0) return true;
    node = core.tree.parentOf(node);
  }
  return false;
}

/** Nothing while the parent is missing or too much is uncommitted: the chain has to move first. */
function payload(core: Core): readonly Transaction[] {
  let node = core.tree.get(core.safety.highQc.blockId);
  if (node === undefined || !mayProposePayload(core)) return [];
  const branch: TreeNode[] = [];
  while (node !== undefined && node.height < 0) {
    branch.push(node);
    node = core.tree.parentOf(node);
  }
  return core.mempool.batch(branch, core.batchSize.max);
}
