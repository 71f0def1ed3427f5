import { type Core, offend, primaryOf } from './core.ts';
import type { CommitVote, Prepare } from './messages.ts';
import type { SlotStatement } from './signing.ts';
import type { VoteHeld } from './slots.ts';

/** @param signature of the first, verified like that of the second */
export function accuseOfProposals(
  core: Core,
  first: SlotStatement,
  signature: Uint8Array,
  second: { readonly block: { slot: number; id: string }; readonly signature: Uint8Array },
): void {
  const { view } = first;
  const { slot, id } = second.block;
  accuse(core, { offence: 'double-proposal', round: slot, offender: primaryOf(core, view) }, [
    { bytes: core.signing.slot('P', first), signature },
    { bytes: core.signing.slot('P', { view, slot, id }), signature: second.signature },
  ]);
}

/** Neither of the two need have been looked at before. */
export function accuseOfVotes(
  core: Core,
  kind: 'R' | 'C',
  { from, before, message }: { from: number; before: VoteHeld; message: Prepare | CommitVote },
): void {
  const { view, slot, id } = message;
  if (core.evidences.has('double-vote', slot, from)) return;
  const first = { view, slot, id: before.id };
  const proofs = [
    core.statements.proven(kind, from, first, before.signature),
    core.statements.proven(kind, from, { view, slot, id }, message.signature),
  ];
  const [one, other] = proofs;
  if (one == null || other == null) {
    offend(core, from);
    return;
  }
  accuse(core, { offence: 'double-vote', round: slot, offender: from }, [
    { bytes: core.signing.slot(kind, first), signature: one },
    { bytes: core.signing.slot(kind, { view, slot, id }), signature: other },
  ]);
}

export function accuse(core: Core, ...about: Parameters<Core['evidences']['make']>): void {
  const evidence = core.evidences.make(...about);
  if (evidence !== null) core.outbox.evidence(evidence);
}
