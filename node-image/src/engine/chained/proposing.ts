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
  if (isCommitAwaited(core)) return Number.NEGATIVE_INFINITY;
  const idleMs = core.pacemaker.enteredMs + core.options.parameters.idleDelayMs;
  return Math.min(idleMs, payloadAtMs(core));
}

/** When the pending transactions may be proposed; a full block need not keep to the pace. */
function payloadAtMs({ mempool, batchSize, pace }: Core): number {
  const dueMs = mempool.dueAtMs(batchSize.max);
  return Number.isFinite(dueMs) ? Math.max(dueMs, pace.dueMs) : dueMs;
}

/** Proposes if it is this node's turn and there is reason to; call at the end of every step. */
export function maybePropose(core: Core): void {
  if (proposeAtMs(core) > core.nowMs) tellNews(core);
  else propose(core);
}

/**
 * A certificate that committed transactions here is news to everyone else. Where a block is not due
 * yet, it is told by itself, at the cost of one small message to each and no votes.
 */
function tellNews(core: Core): void {
  const { highQc } = core.safety;
  const { round } = core.pacemaker;
  if (core.newsQcRound === 0 || highQc.round !== core.newsQcRound) return;
  if (core.toldQcRound >= highQc.round || highQc.round + 1 !== round) return;
  if (!isLeader(core, round) || core.safety.lastProposedRound >= round) return;
  core.toldQcRound = highQc.round;
  core.outbox.broadcast({ kind: 'certificate', qc: highQc });
}

function propose(core: Core): void {
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

/** Whether transactions above the committed head need this block to be committed. */
function isCommitAwaited(core: Core): boolean {
  let node = core.tree.get(core.safety.highQc.blockId);
  if (node === undefined) return true; // its block is still being fetched: cannot tell
  while (node !== undefined && node.height < 0) {
    if (node.keys.length > 0) return true;
    node = core.tree.parentOf(node);
  }
  return false;
}

/**
 * Nothing while the parent is missing or too much is uncommitted: the chain has to move first.
 * Nothing either in a block that is there only to commit those below, ahead of the pace.
 */
function payload(core: Core): readonly Transaction[] {
  if (payloadAtMs(core) > core.nowMs) return [];
  let node = core.tree.get(core.safety.highQc.blockId);
  if (node === undefined || !mayProposePayload(core)) return [];
  const branch: TreeNode[] = [];
  while (node !== undefined && node.height < 0) {
    branch.push(node);
    node = core.tree.parentOf(node);
  }
  return core.mempool.batch(branch, core.batchSize.max);
}
