import { commitSignature } from './agreeing.ts';
import { readKeys } from './block.ts';
import { askForLog } from './catching-up.ts';
import { answerWithNewView } from './changing-views.ts';
import { blockOf, type Core, isActive, isBehind, isPrimary, offend } from './core.ts';
import { adoptStable, execute } from './executing.ts';
import type { BlockAnswer, BlockRequest, Message, Stable, Status } from './messages.ts';
import type { Slot } from './slots.ts';

/** Proposals with their blocks in answer to one status. */
const bodiesMax = 2;

/** Asks for what is missing and sends again what may be lost; call at the end of every step. */
export function catchUp(core: Core): void {
  if (isBehind(core)) askForLog(core);
  if (core.nowMs < core.retryAtMs) return;
  core.retryAtMs = core.nowMs + core.retryMs;
  if (core.ownStatement !== null) {
    core.outbox.broadcastBound({ kind: 'view-change', statement: core.ownStatement });
  }
  askForBodies(core);
  const stalledMs = Math.max(core.retryMs, core.timer.usualMs / 2);
  const isStalled = core.nowMs - core.lastProgressMs >= stalledMs;
  if (isStalled && isUnfinished(core)) core.outbox.broadcastBound(status(core));
  else if (core.nowMs - core.lastProgressMs >= core.options.parameters.baseTimeoutMs) {
    // Nobody may know that it missed the last slots of an idle network: one is asked in turn.
    const to = core.fetching.peer(-1);
    if (to >= 0) core.outbox.send(to, status(core));
  }
}

/** Whether something was begun that is not done. */
function isUnfinished(core: Core): boolean {
  return !isActive(core) || isBehind(core) || core.slots.highest() > core.log.executedSlot ||
    core.mempool.ownCount > 0;
}

export function status(core: Core): Status {
  return {
    kind: 'status',
    view: core.view,
    isActive: isActive(core),
    stableSlot: core.stable.slot,
    executedSlot: core.log.executedSlot,
  };
}

/** Whoever says where it is gets what it seems to lack. */
export function onStatus(core: Core, message: Status, from: number): void {
  if (!core.statusAnswers.isFree(from, core.nowMs)) return;
  core.statusAnswers.spend(from, 1, core.nowMs);
  const { stable, view, ownStatement } = core;
  if (message.stableSlot < stable.slot) {
    core.outbox.send(from, { kind: 'stable', certificate: stable });
  }
  if (ownStatement !== null) send(core, from, { kind: 'view-change', statement: ownStatement });
  if (message.view < view) answerWithNewView(core, from);
  resendCheckpoints(core, message, from);
  if (message.view !== view) return;
  let bodies = bodiesMax;
  for (const slot of core.slots.ascending()) {
    if (slot.slot <= message.executedSlot) continue;
    if (resendSlot(core, slot, from, bodies > 0)) bodies--;
  }
}

/** @returns whether a block was among it */
function resendSlot(core: Core, slot: Slot, to: number, mayHoldBody: boolean): boolean {
  const { view, options } = core;
  const { accepted } = slot;
  const of = { view, slot: slot.slot };
  const prepare = slot.prepares.get(options.selfIndex);
  const commit = slot.commits.get(options.selfIndex);
  let hasBody = false;
  if (isActive(core) && isPrimary(core) && accepted !== null && mayHoldBody) {
    const block = blockOf(core, slot.slot, accepted.id);
    if (block !== undefined && block.view === view) {
      hasBody = true;
      const { signature } = accepted;
      send(core, to, { kind: 'pre-prepare', view, block, signature });
    }
  }
  if (prepare !== undefined) send(core, to, { kind: 'prepare', ...of, ...prepare });
  if (commit !== undefined) send(core, to, { kind: 'commit', ...of, ...commit });
  return hasBody;
}

function resendCheckpoints(core: Core, { stableSlot }: Status, to: number): void {
  for (const vote of core.checkpoints.of(core.options.selfIndex)) {
    if (vote.slot > stableSlot) send(core, to, { kind: 'checkpoint', ...vote });
  }
}

/** What binds this replica was made durable when it was first said: so is this. */
function send(core: Core, to: number, message: Message): void {
  core.outbox.sendBound(to, message);
}

export function onStable(core: Core, { certificate }: Stable, from: number): void {
  if (certificate.slot <= core.stable.slot) return;
  const proven = core.statements.provenStable(certificate);
  if (proven === null) offend(core, from);
  else adoptStable(core, proven);
}

/** Votes as they were before a restart: the durable state holds what they said. */
export function restoreVotes(core: Core): void {
  const { restored, selfIndex } = core.options;
  if (restored === null) return;
  for (const certificate of restored.prepared) {
    if (core.slots.isWithin(certificate.slot)) {
      core.slots.at(certificate.slot).certificate = certificate;
    }
  }
  for (const { slot, id, signature } of restored.accepted) {
    if (!core.slots.isWithin(slot)) continue;
    const held = core.slots.at(slot);
    const statement = { view: core.view, slot, id };
    held.accepted = { id, signature };
    if (!isPrimary(core)) {
      const own = core.statements.sign('R', selfIndex, statement);
      held.prepares.set(selfIndex, { id, signature: own });
    }
    if (held.certificate?.view !== core.view) continue;
    held.hasCommitVote = true;
    held.commits.set(selfIndex, { id, signature: commitSignature(core, statement) });
  }
}

/** A block is agreed upon, or about to be, that this replica never got. */
function askForBodies(core: Core): void {
  for (const slot of core.slots.ascending()) {
    const id = slot.committedId ?? slot.accepted?.id;
    if (id === undefined || slot.slot <= core.log.executedSlot) continue;
    if (blockOf(core, slot.slot, id) !== undefined) continue;
    const to = core.fetching.peer(-1);
    if (to >= 0) core.outbox.send(to, { kind: 'block-request', slot: slot.slot, id });
  }
}

export function onBlockRequest(core: Core, { slot, id }: BlockRequest, from: number): void {
  const block = blockOf(core, slot, id);
  if (block === undefined || !core.statusAnswers.isFree(from, core.nowMs)) return;
  core.statusAnswers.spend(from, 1, core.nowMs);
  core.outbox.send(from, { kind: 'block-answer', block });
}

export function onBlockAnswer(core: Core, { block }: BlockAnswer, from: number): void {
  const slot = core.slots.find(block.slot);
  const isWanted = slot?.committedId === block.id || slot?.accepted?.id === block.id;
  if (!isWanted || core.bodies.has(block.id)) return;
  const isTrue = core.hasher.id(block) === block.id;
  if (!isTrue || readKeys(block, core.options.parameters) === null) {
    offend(core, from);
    return;
  }
  core.bodies.set(block.id, block);
  execute(core);
}
