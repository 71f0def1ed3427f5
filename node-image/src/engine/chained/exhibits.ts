import { type Core, isLeader, reject } from './core.ts';
import type { BlockId, Exhibit, Proposal, QuorumCertificate, Vote } from './messages.ts';

/**
 * Evidence of a leader that shows each of two blocks to a part of the members. Proposals are not
 * relayed, so nobody holds both; but whoever gathers votes, or sees a certificate, finds that
 * others stand for another block than the one it was shown. It shows them the signed front of its
 * own, and they hold the proof.
 */

/** A valid vote came to this node, which gathers them. */
export function showToVoter(core: Core, { round, blockId, voter }: Vote): void {
  show(core, round, blockId, [voter]);
}

/** A proposal came, perhaps later than votes for another. */
export function showToVoters(core: Core, { block: { round, id } }: Proposal): void {
  if (!isLeader(core, round + 1)) return;
  for (const vote of core.votes.votesAgainst(round, id)) showToVoter(core, vote);
}

/** A certificate that is news. */
export function showToSigners(core: Core, { round, blockId, signers }: QuorumCertificate): void {
  show(core, round, blockId, signers);
}

export function onExhibit(core: Core, exhibit: Exhibit): void {
  const { round, blockId, signature } = exhibit;
  const front = core.proposals.frontOf(round);
  if (front === undefined || !core.proposals.isRival(round, blockId)) return;
  const { author } = front;
  if (!core.certificates.isFrontSigned({ author, round, id: blockId, signature })) {
    reject(core);
    return;
  }
  const evidence = core.proposals.accuse(round, blockId, signature);
  if (evidence !== null) core.outbox.evidence(evidence);
}

/** What this node was shown in that round, if it was not shown what they stand for. */
function show(core: Core, round: number, theirs: BlockId, members: readonly number[]): void {
  const { selfIndex } = core.options;
  const front = core.proposals.frontOf(round);
  if (front === undefined || front.author === selfIndex) return;
  if (core.proposals.hasSeen(round, theirs)) return;
  const { id: blockId, signature, author } = front;
  for (const member of members) {
    if (member === selfIndex || member === author) continue;
    core.outbox.send(member, { kind: 'exhibit', round, blockId, signature });
  }
}
