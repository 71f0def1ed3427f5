import { isProposalWanted } from './admission.ts';
import { readKeys } from './block.ts';
import type { TreeNode } from './block-tree.ts';
import { tryCommit } from './commits.ts';
import { type Core, committedRound, offend, reject } from './core.ts';
import { showToVoters } from './exhibits.ts';
import type { Block, BlockId, Proposal } from './messages.ts';
import { hasRoom } from './room.ts';
import { forwardUnplaced, onQc, onTc } from './rounds.ts';

/** A proposal of another member. */
export function onProposal(core: Core, proposal: Proposal, from: number): void {
  const { round, id, author } = proposal.block;
  if (!isProposalWanted(core, { round, blockId: id, author }, from)) return;
  const admitted = admit(core, proposal);
  if (admitted === null) {
    offend(core, from);
    reject(core);
    return;
  }
  const { block, keys } = admitted;
  if (block.timeoutCertificate !== null) onTc(core, block.timeoutCertificate);
  onQc(core, block.parentQc);
  if (round > core.pacemaker.round) {
    // Its certificates did not lead here: nobody may vote for it, so nobody need keep it.
    reject(core);
    return;
  }
  const leader = core.leaders.of(block);
  if (leader !== null && leader !== author) {
    offend(core, from);
    reject(core);
    return;
  }
  if (leader === author) {
    const evidence = core.proposals.record(proposal);
    if (evidence !== null) core.outbox.evidence(evidence);
    showToVoters(core, proposal);
  }
  if (core.tree.has(id)) tryVote(core, block);
  else if (round > committedRound(core)) place(core, block, keys, from);
}

/**
 * Cheap checks come before signatures, signatures before hashes.
 * @returns the block with verified certificates, or null if the proposal is not valid
 */
function admit(core: Core, proposal: Proposal): { block: Block; keys: Float64Array } | null {
  const { block } = proposal;
  if (block.parentQc.round >= block.round || !leadsSomewhere(core, block)) return null;
  const keys = readKeys(block, core.options.parameters);
  if (keys === null || !core.certificates.isProposalSigned(proposal)) return null;
  const checked = withVerifiedCertificates(core, block);
  if (checked === null || core.hasher.id(block) !== block.id) return null;
  return { block: checked, keys };
}

/** To a round ahead of this node's only a certificate of the round before it leads. */
function leadsSomewhere(core: Core, block: Block): boolean {
  const { round, parentQc, timeoutCertificate } = block;
  if (round <= core.pacemaker.round) return true;
  return parentQc.round + 1 === round || timeoutCertificate?.round === round - 1;
}

/** This node's own block: nothing in it needs checking. */
export function onOwnProposal(core: Core, proposal: Proposal): void {
  const { block } = proposal;
  core.proposals.record(proposal);
  const keys = readKeys(block, core.options.parameters);
  if (keys !== null) place(core, block, keys, core.options.selfIndex);
}

/** The block with certificates made of verified signatures only, or null if one is not valid. */
function withVerifiedCertificates(core: Core, block: Block): Block | null {
  const parentQc = core.certificates.verifiedQc(block.parentQc);
  if (parentQc === null) return null;
  if (block.timeoutCertificate === null) return { ...block, parentQc };
  if (block.timeoutCertificate.round + 1 !== block.round) return null;
  const timeoutCertificate = core.certificates.verifiedTc(block.timeoutCertificate);
  return timeoutCertificate === null ? null : { ...block, parentQc, timeoutCertificate };
}

/** Into the tree if the parent is there, else among the orphans until it is. */
function place(core: Core, block: Block, keys: Float64Array, from: number): void {
  if (!core.tree.has(block.parentQc.blockId)) {
    core.orphans.add({ block, keys, from });
    return;
  }
  if (!hasRoom(core, block)) return;
  insert(core, block, keys);
  tryVote(core, block);
  adoptOrphans(core, block.id);
}

/**
 * Adds a block whose parent is in the tree and whose parent certificate is verified. Its timeout
 * certificate, as large as a small block, mattered to the vote alone.
 */
export function insert(core: Core, block: Block, keys: Float64Array): TreeNode {
  const node = core.tree.add({ ...block, timeoutCertificate: null }, keys);
  follow(core, node);
  tryCommit(core, block.parentQc);
  if (core.safety.highQc.blockId === block.id) tryCommit(core, core.safety.highQc);
  return node;
}

/** What a new block means for the pace, and for the own transactions in it or not in it. */
function follow(core: Core, node: TreeNode): void {
  const { pacemaker, pace, forwarder, tree, mempool } = core;
  const { round, parentQc } = node.block;
  if (round === pacemaker.round) pacemaker.started(core.nowMs);
  if (node.keys.length > 0) pace.seen(core.nowMs);
  if (parentQc.round + 1 < round) {
    const branch: TreeNode[] = [];
    for (let at = tree.parentOf(node); at !== undefined && at.height < 0; at = tree.parentOf(at)) {
      branch.push(at);
    }
    forwarder.replaced(branch, mempool);
  }
  forwarder.placed(round, node.keys);
}

/** Children that were waiting for this block, and theirs. */
export function adoptOrphans(core: Core, parentId: BlockId): void {
  const waiting: BlockId[] = [parentId];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const { block, keys } of core.orphans.takeChildren(id)) {
      if (core.tree.has(block.id) || block.round <= committedRound(core)) continue;
      // A sibling's commit in this very loop may have ended the parent's branch.
      if (!core.tree.has(block.parentQc.blockId)) continue;
      // While its parent was missing nobody could say who may have proposed it.
      if (core.leaders.of(block) !== block.author) continue;
      if (!hasRoom(core, block)) continue; // if it is certified, it can be fetched
      insert(core, block, keys);
      tryVote(core, block);
      waiting.push(block.id);
    }
  }
}

/**
 * Votes if the rules allow it. The vote is durable before it leaves.
 * @param block from a verified proposal (its timeout certificate counts), in the tree
 */
function tryVote(core: Core, block: Block): void {
  const { safety, rules, pacemaker, options } = core;
  if (!rules.mayVoteInRound(block.round, pacemaker.round, safety.lastVotedRound)) return;
  if (!rules.isSafeToExtend(block, safety.lockedRound)) return;
  if (core.leaders.of(block) !== block.author) return;
  const node = core.tree.get(block.id);
  if (node === undefined) return;
  safety.voted(block.round);
  core.hasPromised = true;
  node.isBinding = true;
  core.leaders.voted(node);
  const signature = core.certificates.signVote(block.round, block.id);
  const { round, id: blockId } = block;
  const vote = { kind: 'vote', round, blockId, voter: options.selfIndex, signature } as const;
  const next = core.leaders.after(node);
  const isToAll = options.parameters.votes === 'all';
  if (isToAll) core.outbox.broadcastBound(vote);
  else if (next !== options.selfIndex) core.outbox.sendBound(next, vote);
  if (isToAll || next === options.selfIndex) core.loopback.push(vote);
  // A block that is half full may have had no room for them: then its leader still has them.
  const count = block.transactions.length;
  if (count >= core.batchSize.max / 2) return;
  if (count > 0) core.forwarder.missed(round);
  forwardUnplaced(core, round + 1, count > 0);
}
