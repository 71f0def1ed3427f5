import { accept, accuse, onSlotMessage } from './agreeing.ts';
import { emptyBlock } from './block.ts';
import { type Core, isActive, offend, primaryOf } from './core.ts';
import { adoptStable, execute } from './executing.ts';
import { handOver } from './handing-on.ts';
import {
  genesis,
  type NewView,
  type SlotProposal,
  type ViewChange,
  type ViewChangeStatement,
} from './messages.ts';
import { oneHonest } from './statements.ts';
import { demandOf } from './view-changes.ts';

/**
 * Gives up on all views below and calls for this one. From now on this replica votes for nothing
 * in an earlier view: that promise, and what it can prove was prepared, are in its statement.
 * There is no timer yet: it starts when a quorum has called for this view or a later one, or
 * replicas that lost messages would chase each other through the views for ever.
 */
export function callForView(core: Core, view: number): void {
  core.pendingView = view;
  core.viewChangeDeadlineMs = Number.POSITIVE_INFINITY;
  core.timer.gaveUp();
  core.hasPromised = true;
  const statement = ownStatement(core);
  core.ownStatement = statement;
  core.retryAtMs = core.nowMs + core.retryMs;
  core.outbox.broadcastBound({ kind: 'view-change', statement });
  core.viewChanges.add(statement);
  consider(core);
}

/** After a restart: the same words again, if this replica had called for a view. */
export function restoreStatement(core: Core): void {
  if (isActive(core)) return;
  core.ownStatement = ownStatement(core);
  core.viewChanges.add(core.ownStatement);
}

function ownStatement(core: Core): ViewChangeStatement {
  const content = { view: core.pendingView, stable: core.stable, prepared: core.slots.prepared() };
  const signature = core.statements.signBytes(core.signing.viewChange(content));
  return { ...content, member: core.options.selfIndex, signature };
}

export function onViewChange(core: Core, { statement }: ViewChange, from: number): void {
  const { view, member } = statement;
  if (member !== from || member === core.options.selfIndex) {
    offend(core, from);
    return;
  }
  if (view <= core.view) {
    if (isActive(core) || view < core.view) answerWithNewView(core, from);
    return;
  }
  const held = core.viewChanges.held(member);
  if (held?.view === view) accuseIfOther(core, held, statement);
  if (!core.viewChanges.isNews(member, view)) return;
  const proven = core.statements.provenViewChange(statement, core.windowSlots);
  if (proven === null) {
    offend(core, from);
    return;
  }
  core.viewChanges.add(proven);
  adoptStable(core, proven.stable);
  consider(core);
}

/** Whoever is still in an earlier view is told what this one began with, if it is known here. */
export function answerWithNewView(core: Core, to: number): void {
  if (core.newView === null || !core.newViewAnswers.isFree(to, core.nowMs)) return;
  core.newViewAnswers.spend(to, 1, core.nowMs);
  core.outbox.send(to, core.newView);
}

function accuseIfOther(core: Core, held: ViewChangeStatement, other: ViewChangeStatement): void {
  if (Buffer.compare(held.signature, other.signature) === 0) return; // sent again
  const bytes = [core.signing.viewChange(held), core.signing.viewChange(other)] as const;
  if (Buffer.compare(bytes[0], bytes[1]) === 0) return;
  const { view, member } = held;
  if (core.evidences.has('double-give-up', view, member)) return;
  if (core.statements.provenViewChange(other, core.windowSlots) === null) return;
  accuse(core, { offence: 'double-give-up', round: view, offender: member }, [
    { bytes: bytes[0], signature: held.signature },
    { bytes: bytes[1], signature: new Uint8Array(other.signature) },
  ]);
}

/** What follows from the calls at hand: join, start the timer, or lead the new view. */
function consider(core: Core): void {
  const { viewChanges, options, statements } = core;
  const count = oneHonest(options.committeeSize);
  const joined = viewChanges.joinedView(core.pendingView, options.selfIndex, count);
  if (joined !== null) {
    callForView(core, joined);
    return;
  }
  if (isActive(core)) return;
  const isWaitedFor = viewChanges.countFrom(core.pendingView) >= statements.quorum;
  if (isWaitedFor && core.viewChangeDeadlineMs === Number.POSITIVE_INFINITY) {
    core.viewChangeDeadlineMs = core.nowMs + core.timer.durationMs;
  }
  const calls = viewChanges.of(core.pendingView);
  const isPrimaryThen = primaryOf(core, core.pendingView) === options.selfIndex;
  if (isPrimaryThen && calls.length >= statements.quorum) lead(core, calls);
}

/** The primary of the new view says what it begins with, and proves that it had no choice. */
function lead(core: Core, calls: readonly ViewChangeStatement[]): void {
  const view = core.pendingView;
  const statements = calls.slice(0, core.statements.quorum);
  const { stable, ids } = demanded(core, statements);
  const proposals = ids.map((id, index) => {
    const slot = stable.slot + 1 + index;
    const signature = core.statements.sign('P', core.options.selfIndex, { view, slot, id });
    return { slot, id, signature };
  });
  const bytes = core.signing.newView(view, statements, proposals);
  const signature = core.statements.signBytes(bytes);
  const newView: NewView = { kind: 'new-view', view, statements, proposals, signature };
  core.outbox.broadcastBound(newView);
  enter(core, newView);
}

function demanded(core: Core, statements: readonly ViewChangeStatement[]) {
  const { stable, ids } = demandOf(statements, genesis, core.rules);
  const whole = ids.map(
    (id, index) =>
      id ?? emptyBlock(stable.slot + 1 + index, core.options.committeeSize, core.hasher).id,
  );
  return { stable, ids: whole };
}

export function onNewView(core: Core, message: NewView, from: number): void {
  const { view } = message;
  if (view <= core.view || primaryOf(core, view) === core.options.selfIndex) return;
  const proven = provenNewView(core, message);
  if (proven === null) {
    offend(core, from);
    return;
  }
  enter(core, proven);
}

/** @returns the same made of verified signatures, or null if it is not what its proof demands */
function provenNewView(core: Core, message: NewView): NewView | null {
  const { view } = message;
  if (!core.statements.isNewViewSigned(message)) return null;
  const statements: ViewChangeStatement[] = [];
  for (const statement of message.statements.slice(0, core.statements.quorum)) {
    if (statement.view !== view) return null;
    const proven = core.statements.provenViewChange(statement, core.windowSlots);
    if (proven === null || statements.some((each) => each.member === proven.member)) return null;
    statements.push(proven);
  }
  if (message.statements.length !== core.statements.quorum) return null;
  if (statements.length < core.statements.quorum) return null;
  const { stable, ids } = demanded(core, statements);
  const offered = message.proposals.map(({ id }) => id);
  if (!core.rules.isDemanded(ids, offered)) return null;
  const proposals: SlotProposal[] = [];
  for (const [index, { slot, id, signature }] of message.proposals.entries()) {
    if (slot !== stable.slot + 1 + index) return null;
    const statement = { view, slot, id };
    const kept = core.statements.proven('P', primaryOf(core, view), statement, signature);
    if (kept === null) return null;
    proposals.push({ slot, id, signature: kept });
  }
  const signature = new Uint8Array(message.signature);
  return { kind: 'new-view', view, statements, proposals, signature };
}

/**
 * The view begins. A replica that has called for a later one by now only follows: it promised to
 * vote in no earlier view, but learns what the others commit there.
 * @param newView verified
 */
function enter(core: Core, newView: NewView): void {
  const { view, statements, proposals } = newView;
  core.view = view;
  core.newView = newView;
  core.hasPromised = true;
  if (view >= core.pendingView) takePart(core);
  core.viewChanges.forgetUpTo(view);
  core.lastProgressMs = core.nowMs;
  adoptStable(core, demandOf(statements, genesis, core.rules).stable);
  core.slots.enterView();
  for (const { slot, id, signature } of proposals) {
    if (core.slots.isWithin(slot)) accept(core, core.slots.at(slot), { id, signature });
  }
  dropBodies(core);
  execute(core);
  handOver(core);
  for (const { from, message } of core.early.take(view)) onSlotMessage(core, message, from);
}

/** Of the views before, only what may still be committed is of use. */
function dropBodies(core: Core): void {
  const used = new Set<string | undefined>();
  for (const { accepted, certificate, committedId } of core.slots.all()) {
    used.add(accepted?.id).add(certificate?.id).add(committedId ?? undefined);
  }
  for (const id of core.bodies.keys()) if (!used.has(id)) core.bodies.delete(id);
}

function takePart(core: Core): void {
  core.pendingView = core.view;
  core.ownStatement = null;
  core.viewChangeDeadlineMs = Number.POSITIVE_INFINITY;
  core.counters.roundsEntered++;
  core.timer.restart(core.nowMs);
}
