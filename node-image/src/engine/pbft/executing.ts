import { toHex } from '../shared/bytes.ts';
import { violated } from '../shared/invariant.ts';
import { readKeys } from './block.ts';
import { blockOf, type Core, isActive, offend } from './core.ts';
import type { Block, CheckpointVote, StableCertificate } from './messages.ts';
import type { Slot } from './slots.ts';

/** A transaction may wait for so many timers before it is refused at the door. */
const waitTimers = 2;

/** An own transaction that would have to wait for longer than this is refused. */
export function waitMsMax(core: Core): number {
  return waitTimers * core.timer.usualMs;
}

/** Executes what is committed, strictly in the order of slots, each once. */
export function execute(core: Core): void {
  for (;;) {
    const slot = core.slots.find(core.log.executedSlot + 1);
    const id = slot === undefined ? null : executableId(core, slot);
    if (slot === undefined || id === null) return;
    const block = blockOf(core, slot.slot, id);
    if (block === undefined) return; // asked for in catching-up.ts
    deliver(core, block);
    const isOfThisView = isActive(core) && slot.accepted?.id === id;
    core.timer.executed(core.nowMs, isOfThisView ? core.nowMs - slot.acceptedMs : null);
    if (isOfThisView) core.batchSize.learn(core.nowMs - slot.acceptedMs, block.transactions.length);
  }
}

function executableId(core: Core, slot: Slot): string | null {
  const isPrepared = slot.hasCommitVote;
  if (!core.rules.mayExecute({ isPrepared, isCommitted: slot.committedId !== null })) return null;
  return slot.committedId ?? slot.accepted?.id ?? null;
}

/** Hands a block that is agreed upon to the world. */
export function deliver(core: Core, block: Block): void {
  const { mempool, counters, log, options } = core;
  const keys = readKeys(block, options.parameters);
  if (keys === null) violated(`an unreadable block was agreed upon in slot ${block.slot}`);
  const digest = core.crypto.hash(bytesOf(core.logDigest), bytesOf(block.id));
  core.logDigest = toHex(digest);
  const ownBefore = mempool.ownCount;
  const transactions = mempool.blockCommitted({ block, keys });
  const own = ownBefore - mempool.ownCount;
  if (own > 0) core.intake.committed(own, core.nowMs, waitMsMax(core));
  counters.blocksCommitted++;
  counters.transactionsCommitted += transactions.length;
  core.executedView = block.view;
  core.lastProgressMs = core.nowMs;
  core.bodies.delete(block.id);
  log.append(block);
  const { slot, id, view, author, createdUnixMs } = block;
  core.outbox.commit({
    height: slot,
    block: { id, round: view, author, createdUnixMs },
    transactions,
    digestHex: core.logDigest,
  });
  if (slot % options.parameters.checkpointSlots === 0) takeCheckpoint(core, slot);
}

/** Says to everyone what the log and the memory of duplicates are at this slot. */
function takeCheckpoint(core: Core, slot: number): void {
  const windows = core.mempool.committedState();
  const windowsDigest = toHex(core.crypto.hash(windows));
  const { logDigest, stable } = core;
  core.log.noteSnapshot({ slot, logDigest, windows, windowsDigest });
  checkAgainst(core, core.stable);
  if (slot <= stable.slot) return;
  const checkpoint = { slot, logDigest, windowsDigest };
  const signature = core.statements.signBytes(core.signing.checkpoint(checkpoint));
  core.outbox.broadcastBound({ kind: 'checkpoint', ...checkpoint, signature });
  const { selfIndex } = core.options;
  const certificate = core.checkpoints.add(selfIndex, { ...checkpoint, signature }, true);
  if (certificate !== null) adoptStable(core, certificate);
}

export function onCheckpoint(core: Core, message: CheckpointVote, from: number): void {
  const { slot, logDigest, windowsDigest, signature } = message;
  const vote = { slot, logDigest, windowsDigest, signature: new Uint8Array(signature) };
  if (slot <= core.stable.slot || core.checkpoints.has(from, vote)) return;
  if (slot % core.options.parameters.checkpointSlots !== 0) {
    offend(core, from);
    return;
  }
  const certificate = core.checkpoints.add(from, vote);
  if (certificate !== null) adoptStable(core, certificate);
}

/**
 * A quorum vouches for the log up to there: what lies below is settled, and the window moves on.
 * @param certificate verified
 */
export function adoptStable(core: Core, certificate: StableCertificate): void {
  core.log.noteCertificate(certificate);
  if (certificate.slot <= core.stable.slot) return;
  const { slot } = certificate;
  core.stable = certificate;
  core.slots.settle(slot);
  core.checkpoints.forgetUpTo(slot);
  core.statements.forgetUpTo(slot);
  core.log.dropSnapshotsBelow(slot);
  for (const [id, block] of core.bodies) if (block.slot <= slot) core.bodies.delete(id);
  checkAgainst(core, certificate);
}

/** @throws InvariantViolation if a quorum signed another log than this replica executed */
function checkAgainst(core: Core, certificate: StableCertificate): void {
  const own = core.log.snapshotAt(certificate.slot);
  if (own === undefined) return;
  if (own.logDigest !== certificate.logDigest || own.windowsDigest !== certificate.windowsDigest) {
    violated(`the log at slot ${own.slot} is not the one that a quorum signed`);
  }
}

function bytesOf(digestHex: string): Uint8Array {
  return Buffer.from(digestHex, 'hex');
}
