import { violated } from '../shared/invariant.ts';
import { accuseOfProposals, accuseOfVotes } from './accusing.ts';
import { isSoon } from './admission.ts';
import { readKeys } from './block.ts';
import { type Core, isActive, isPrimary, offend, primaryOf, reject } from './core.ts';
import type { SlotMessage } from './early-messages.ts';
import { execute } from './executing.ts';
import type { Accepted, CommitVote, PrePrepare, Prepare } from './messages.ts';
import type { SlotStatement } from './signing.ts';
import type { Slot, VoteHeld } from './slots.ts';

/** Takes in a proposal or a vote of another member; keeps it if its view has not begun here. */
export function onSlotMessage(core: Core, message: SlotMessage, from: number): void {
  if (message.view > core.view) {
    if (!isSoon(core, message.view)) return;
    if (isWellFormed(core, message, from)) core.early.keep(from, message);
    else offend(core, from);
    return;
  }
  if (message.view !== core.view) return;
  if (message.kind === 'pre-prepare') onPrePrepare(core, message, from);
  else if (message.kind === 'prepare') onPrepare(core, message, from);
  else onCommitVote(core, message, from);
}

/** What can be told of a message before it is time to verify it. */
function isWellFormed(core: Core, message: SlotMessage, from: number): boolean {
  const { parameters } = core.options;
  const isUnsigned = message.kind === 'commit' && parameters.auth === 'channel';
  if (message.signature.length !== (isUnsigned ? 0 : core.signatureBytes)) return false;
  if (message.kind !== 'pre-prepare') return true;
  const isOfPrimary = from === primaryOf(core, message.view) && from !== core.options.selfIndex;
  return isOfPrimary && readKeys(message.block, parameters) !== null;
}

function onPrePrepare(core: Core, message: PrePrepare, from: number): void {
  const { view, block, signature } = message;
  const { slot, id } = block;
  if (from !== primaryOf(core, view) || from === core.options.selfIndex) {
    offend(core, from);
    return;
  }
  if (!core.rules.mayVote(isActive(core)) || !core.slots.isWithin(slot)) return;
  const held = core.slots.at(slot);
  if (held.accepted !== null && held.accepted.id === id) return;
  const isValid =
    block.view === view &&
    block.author === from &&
    readKeys(block, core.options.parameters) !== null &&
    core.hasher.id(block) === id;
  const proven = isValid ? core.statements.proven('P', from, { view, slot, id }, signature) : null;
  if (proven === null) {
    offend(core, from);
    return;
  }
  if (held.accepted !== null) {
    accuseOfProposals(core, { view, slot, id: held.accepted.id }, held.accepted.signature, message);
  }
  if (!core.rules.mayAccept(held.accepted?.id ?? null, id)) return;
  core.bodies.set(id, block);
  accept(core, held, { id, signature: proven });
}

/** The proposal takes the slot; a backup says so to everyone. */
export function accept(core: Core, slot: Slot, accepted: VoteHeld): void {
  if (slot.accepted?.id !== accepted.id) slot.hasCommitVote = false;
  slot.accepted = accepted;
  slot.acceptedMs = core.nowMs;
  core.hasPromised = true;
  if (!isPrimary(core) && core.rules.mayVote(isActive(core))) {
    const statement = { view: core.view, slot: slot.slot, id: accepted.id };
    const signature = core.statements.sign('R', core.options.selfIndex, statement);
    slot.prepares.set(core.options.selfIndex, { id: accepted.id, signature });
    core.outbox.broadcastBound({ kind: 'prepare', ...statement, signature });
  }
  tellAccepted(core, slot);
  tryPrepare(core, slot);
  execute(core);
}

function onPrepare(core: Core, message: Prepare, from: number): void {
  const { view, slot, id, signature } = message;
  if (from === primaryOf(core, view)) {
    offend(core, from);
    return;
  }
  if (!core.slots.isWithin(slot)) return;
  const held = core.slots.at(slot);
  const before = held.prepares.get(from);
  if (before !== undefined) {
    if (before.id !== id) accuseOfVotes(core, 'R', { from, before, message });
    return;
  }
  held.prepares.set(from, { id, signature: new Uint8Array(signature) });
  tellAccepted(core, held);
  tryPrepare(core, held);
  execute(core);
}

/**
 * Who prepared something else was told something else: what this replica was told goes out, so
 * that whoever holds both words of the primary can prove it.
 */
function tellAccepted(core: Core, slot: Slot): void {
  const { accepted } = slot;
  if (accepted === null || slot.hasToldAccepted) return;
  let isContradicted = false;
  for (const { id } of slot.prepares.values()) isContradicted ||= id !== accepted.id;
  if (!isContradicted) return;
  slot.hasToldAccepted = true;
  const { id, signature } = accepted;
  const message: Accepted = {
    kind: 'accepted',
    view: core.view,
    slot: slot.slot,
    id,
    signature,
  };
  core.outbox.broadcastBound(message);
}

export function onAccepted(core: Core, message: Accepted, from: number): void {
  const { view, slot, id, signature } = message;
  const accepted = core.slots.find(slot)?.accepted ?? null;
  if (view !== core.view || accepted === null || accepted.id === id) return;
  const primary = primaryOf(core, view);
  if (core.evidences.has('double-proposal', slot, primary)) return;
  const proven = core.statements.proven('P', primary, message, signature);
  if (proven === null) {
    offend(core, from);
    return;
  }
  accuseOfProposals(core, { view, slot, id: accepted.id }, accepted.signature, {
    block: { slot, id },
    signature: proven,
  });
}

/**
 * Prepared: the proposal and q - 1 PREPAREs for it, each verified before it counts, or the proof
 * would be worth nothing in a view change. From then on this replica vouches for the block, and
 * says so to everyone.
 */
function tryPrepare(core: Core, slot: Slot): void {
  const { accepted } = slot;
  const { view, statements } = core;
  if (accepted === null || !core.rules.mayVote(isActive(core)) || slot.hasCommitVote) return;
  const needed = statements.quorum - 1;
  const same = [...slot.prepares].filter(([, { id }]) => id === accepted.id);
  if (same.length < needed) return;
  const statement = { view, slot: slot.slot, id: accepted.id };
  const prepares = [];
  for (const [member, vote] of same) {
    if (prepares.length === needed) break;
    const signature = statements.proven('R', member, statement, vote.signature);
    if (signature !== null) prepares.push({ member, signature });
    else {
      slot.prepares.delete(member);
      offend(core, member);
    }
  }
  if (prepares.length < needed) return;
  slot.certificate = { ...statement, proposalSignature: accepted.signature, prepares };
  slot.hasCommitVote = true;
  core.hasPromised = true;
  vote(core, slot, statement);
}

function vote(core: Core, slot: Slot, statement: SlotStatement): void {
  const signature = commitSignature(core, statement);
  slot.commits.set(core.options.selfIndex, { id: statement.id, signature });
  core.outbox.broadcastBound({ kind: 'commit', ...statement, signature });
  tryCommit(core, slot, statement.id);
}

export function commitSignature(core: Core, statement: SlotStatement): Uint8Array {
  const { parameters, selfIndex } = core.options;
  if (parameters.auth === 'channel') return new Uint8Array(0);
  return core.statements.sign('C', selfIndex, statement);
}

/** Counted in an inactive view too: a quorum that prepared is evidence whenever it is seen. */
function onCommitVote(core: Core, message: CommitVote, from: number): void {
  const { slot, id, signature } = message;
  if (!core.slots.isWithin(slot)) return;
  const held = core.slots.at(slot);
  const before = held.commits.get(from);
  if (before !== undefined) {
    const isSigned = core.options.parameters.auth === 'signature';
    if (before.id !== id && isSigned) accuseOfVotes(core, 'C', { from, before, message });
    else if (before.id !== id) reject(core);
    return;
  }
  held.commits.set(from, { id, signature: new Uint8Array(signature) });
  tryCommit(core, held, id);
  execute(core);
}

/**
 * A quorum of COMMITs commits, whether or not this replica is prepared itself.
 * @throws InvariantViolation if another block was committed in the slot: the end of safety
 */
function tryCommit(core: Core, slot: Slot, id: string): void {
  if (slot.committedId === id || commitsFor(slot, id).length < core.statements.quorum) return;
  if (core.options.parameters.auth === 'signature') {
    dropFalseCommits(core, slot, id);
    if (commitsFor(slot, id).length < core.statements.quorum) return;
  }
  if (slot.committedId !== null) violated(`two blocks were committed in slot ${slot.slot}`);
  slot.committedId = id;
}

function commitsFor(slot: Slot, id: string): [number, VoteHeld][] {
  return [...slot.commits].filter(([, commit]) => commit.id === id);
}

function dropFalseCommits(core: Core, slot: Slot, id: string): void {
  const statement = { view: core.view, slot: slot.slot, id };
  for (const [member, { signature }] of commitsFor(slot, id)) {
    if (core.statements.proven('C', member, statement, signature) !== null) continue;
    slot.commits.delete(member);
    offend(core, member);
  }
}
