import { type Core, reject } from './core.ts';
import type { BlockId, Exhibit, Proposal, QuorumCertificate, Vote } from './messages.ts';

/**
 * Evidence of a leader that shows each of two blocks to a part of the members. Proposals are not
 * relayed, so nobody holds both; but whoever gathers votes, or sees a certificate, finds that
 * others stand for another block than the one it was shown. It shows them the signed front of its
 * own, and they hold the proof.
 */

/** A vote came to this node, which gathers them. */
export function showToVoter(core: Core, { round, blockId, voter }: Vote): void {
  show(core, { round, blockId }, [voter]);
}

/** A proposal came, perhaps later than votes for another. */
export function showToVoters(core: Core, { block: { round, id } }: Proposal): void {
  for (const vote of core.votes.votesAgainst(round, id)) showToVoter(core, vote);
}

/** A certificate that is news. */
export function showToSigners(core: Core, certificate: QuorumCertificate): void {
  show(core, certificate, certificate.signers);
}

export function onExhibit(core: Core, exhibit: Exhibit): void {
  const { round, author, blockId: id, signature } = exhibit;
  if (!core.proposals.isRival(round, { author, id })) return;
  if (!core.certificates.isFrontSigned({ author, round, id, signature })) {
    reject(core);
    return;
  }
  const front = { author, id, signature: new Uint8Array(signature) };
  const evidence = core.proposals.accuse(round, front);
  if (evidence !== null) core.outbox.evidence(evidence);
}

/** What this node was shown in that round, if it was not shown what they stand for. */
function show(
  core: Core,
  theirs: { readonly round: number; readonly blockId: BlockId },
  members: readonly number[],
): void {
  const { round } = theirs;
  const { selfIndex } = core.options;
  for (const { author, id, signature } of core.proposals.frontsBeside(round, theirs.blockId)) {
    if (author === selfIndex) continue;
    for (const member of members) {
      if (member === selfIndex || member === author) continue;
      core.outbox.send(member, { kind: 'exhibit', round, author, blockId: id, signature });
    }
  }
}
