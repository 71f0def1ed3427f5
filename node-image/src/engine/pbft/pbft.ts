import type { Engine, EngineStatus, Input, Output } from '../seam/engine.ts';
import { assertNever, InvariantViolation } from '../shared/invariant.ts';
import { isWanted } from './admission.ts';
import { onAccepted, onSlotMessage } from './agreeing.ts';
import { answerRequests, onLogAnswer, onLogRequest } from './catching-up.ts';
import { callForView, onNewView, onViewChange, restoreStatement } from './changing-views.ts';
import {
  type Core,
  type CoreDependencies,
  createCore,
  durableState,
  isActive,
  isBehind,
  type PbftOptions,
  primaryOf,
  reject,
} from './core.ts';
import { onCheckpoint } from './executing.ts';
import { onForward, raiseAlarm, submit } from './handing-on.ts';
import type { DurableState, Message, MessageHeader } from './messages.ts';
import { maybePropose, proposeAtMs } from './proposing.ts';
import {
  catchUp,
  onBlockAnswer,
  onBlockRequest,
  onStable,
  onStatus,
  restoreVotes,
  status,
} from './retransmitting.ts';

type PbftOutput = Output<Message, DurableState>;

/**
 * One PBFT replica (Castro and Liskov, OSDI 1999, with signatures) as a state machine. This file
 * only says which part deals with what, in which order; it knows nothing of clocks, sockets or
 * disks. A step first takes in its input, then lets the replica propose, ask and answer, then says
 * when it wants to be woken.
 */
export class Pbft implements Engine<Message, DurableState, MessageHeader> {
  readonly #core: Core;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #fatal: InvariantViolation | null = null;

  constructor(options: PbftOptions, dependencies: CoreDependencies) {
    this.#core = createCore(options, dependencies);
  }

  start(nowMs: number): readonly PbftOutput[] {
    const core = this.#core;
    core.nowMs = nowMs;
    core.lastProgressMs = nowMs;
    core.retryAtMs = nowMs + core.retryMs;
    restoreVotes(core);
    restoreStatement(core);
    core.outbox.broadcastBound(status(core)); // the others may be far ahead
    return this.#finish();
  }

  step(nowMs: number, input: Input<Message>): readonly PbftOutput[] {
    if (this.#fatal !== null) throw this.#fatal;
    this.#core.nowMs = Math.max(nowMs, this.#core.nowMs);
    try {
      this.#takeIn(input);
      return this.#finish();
    } catch (error) {
      if (error instanceof InvariantViolation) this.#fatal = error;
      throw error;
    }
  }

  isWanted(nowMs: number, from: number, header: MessageHeader): boolean {
    if (this.#fatal !== null) return false;
    this.#core.nowMs = Math.max(nowMs, this.#core.nowMs);
    return isWanted(this.#core, header, from);
  }

  status(): EngineStatus {
    const core = this.#core;
    const { counters, statements, mempool, log } = core;
    const isLost = isBehind(core) && core.fetching.isOutOfWindow;
    return {
      round: core.pendingView,
      leader: isActive(core) ? primaryOf(core, core.view) : null,
      committedHeight: log.executedSlot,
      committedRound: core.executedView,
      mempoolTransactions: mempool.pendingCount,
      highQcRound: Math.max(0, ...core.slots.prepared().map(({ view }) => view)),
      catchUp: isLost ? 'out-of-window' : isBehind(core) ? 'fetching' : 'current',
      counters: {
        ...counters,
        signaturesVerified: statements.signaturesVerified,
        duplicatesSuppressed: mempool.duplicatesSuppressed,
      },
    };
  }

  #takeIn(input: Input<Message>): void {
    const core = this.#core;
    switch (input.kind) {
      case 'message':
        hear(core, input.message, input.from);
        return;
      case 'wake':
        this.#wakeAtMs = Number.POSITIVE_INFINITY;
        return;
      case 'submit':
        submit(core, input.transactions);
        return;
      default:
        assertNever(input);
    }
  }

  #finish(): readonly PbftOutput[] {
    const core = this.#core;
    maybePropose(core);
    watchPrimary(core);
    catchUp(core);
    answerRequests(core);
    this.#scheduleWake();
    const outputs = core.outbox.flush(core.hasPromised, () => durableState(core));
    core.hasPromised = false;
    return outputs;
  }

  /** Only an earlier time is worth an output: being woken too early does no harm. */
  #scheduleWake(): void {
    const core = this.#core;
    const wanted = Math.min(
      proposeAtMs(core),
      giveUpAtMs(core),
      core.timer.alarmMs,
      isBehind(core) ? core.fetching.deadlineMs : Number.POSITIVE_INFINITY,
      core.retryAtMs,
      core.answers.dueAtMs,
    );
    const atMs = Math.max(wanted, core.nowMs);
    if (atMs >= this.#wakeAtMs) return;
    this.#wakeAtMs = atMs;
    core.outbox.wake(atMs);
  }
}

/** Gives the primary up that lets a request wait for too long, and a view that does not begin. */
function watchPrimary(core: Core): void {
  // One that is behind what a quorum vouches for has only itself to blame.
  const hasWork = core.mempool.pendingCount > 0 || core.slots.highest() > core.log.executedSlot;
  core.timer.watch(hasWork && !isBehind(core), core.mempool, core.nowMs);
  if (core.nowMs >= giveUpAtMs(core)) {
    core.counters.roundsTimedOut++;
    callForView(core, core.pendingView + 1);
  } else raiseAlarm(core);
}

function giveUpAtMs(core: Core): number {
  return isActive(core) ? core.timer.deadlineMs : core.viewChangeDeadlineMs;
}

/** Nobody is heard who keeps sending what costs work and proves false. */
function hear(core: Core, message: Message, from: number): void {
  if (core.offences.isFree(from, core.nowMs)) receive(core, message, from);
  else reject(core);
}

function receive(core: Core, message: Message, from: number): void {
  switch (message.kind) {
    case 'pre-prepare':
    case 'prepare':
    case 'commit':
      return onSlotMessage(core, message, from);
    case 'checkpoint':
      return onCheckpoint(core, message, from);
    case 'view-change':
      return onViewChange(core, message, from);
    case 'new-view':
      return onNewView(core, message, from);
    case 'accepted':
      return onAccepted(core, message, from);
    case 'status':
      return onStatus(core, message, from);
    case 'stable':
      return onStable(core, message, from);
    case 'log-request':
      return onLogRequest(core, message, from);
    case 'log-answer':
      return onLogAnswer(core, message, from);
    case 'block-request':
      return onBlockRequest(core, message, from);
    case 'block-answer':
      return onBlockAnswer(core, message, from);
    case 'forward':
      return onForward(core, message.transactions, from);
    default:
      assertNever(message);
  }
}
