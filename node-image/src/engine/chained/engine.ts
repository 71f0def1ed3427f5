import type { EngineStatus } from '../seam/engine.ts';
import type { Transaction } from '../seam/message.ts';
import { assertNever, InvariantViolation, violated } from '../shared/invariant.ts';
import { leaderOf } from '../shared/leader.ts';
import { clientOfKey, transactionKey } from '../shared/transaction.ts';
import { isWanted } from './admission.ts';
import { answerRequests, onBlockRequest, onBlockResponse } from './catch-up.ts';
import {
  type Core,
  type CoreDependencies,
  type CoreOptions,
  committedRound,
  createCore,
  offend,
  reject,
  waitMsMax,
} from './core.ts';
import { onExhibit } from './exhibits.ts';
import type { Message, MessageHeader } from './messages.ts';
import { onOwnProposal, onProposal } from './proposals.ts';
import { maybePropose, proposeAtMs } from './proposing.ts';
import { giveUpOnRound, onCertificate, onTimeout, onVote } from './rounds.ts';
import type { Engine, Input, Output } from './seam.ts';

/** So many own transactions are taken on however slowly they leave. */
const ownTransactionsMin = 64;
/** And so many times more while none of them has waited for long. */
const burstFactor = 4;

/**
 * One node's chained protocol as a state machine. This file only says which part deals with what,
 * in which order; it knows nothing of clocks, sockets or disks.
 * A step first takes in its input, then lets the node propose and ask for missing blocks, then
 * says when it wants to be woken.
 */
export class ChainedEngine implements Engine {
  readonly #core: Core;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #fatal: InvariantViolation | null = null;

  constructor(options: CoreOptions, dependencies: CoreDependencies) {
    this.#core = createCore(options, dependencies);
  }

  start(nowMs: number): readonly Output[] {
    const { pacemaker } = this.#core;
    this.#core.nowMs = nowMs;
    pacemaker.enter(pacemaker.round, nowMs, committedRound(this.#core));
    return this.#finish();
  }

  step(nowMs: number, input: Input): readonly Output[] {
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

  status(): EngineStatus {
    const core = this.#core;
    const { pacemaker, tree, mempool, safety, synchroniser, counters, certificates, options } =
      core;
    return {
      round: pacemaker.round,
      leader: leaderOf(pacemaker.round, options.committeeSize),
      committedHeight: tree.head.height,
      committedRound: tree.head.block.round,
      mempoolTransactions: mempool.pendingCount,
      highQcRound: safety.highQc.round,
      catchUp: synchroniser.state,
      counters: {
        ...counters,
        signaturesVerified: certificates.signaturesVerified,
        duplicatesSuppressed: mempool.duplicatesSuppressed,
      },
    };
  }

  isWanted(nowMs: number, from: number, header: MessageHeader): boolean {
    if (this.#fatal !== null) return false;
    this.#core.nowMs = Math.max(nowMs, this.#core.nowMs);
    return isWanted(this.#core, header, from);
  }

  #takeIn(input: Input): void {
    switch (input.kind) {
      case 'message':
        hear(this.#core, input.message, input.from);
        return;
      case 'wake':
        this.#wakeAtMs = Number.POSITIVE_INFINITY;
        if (this.#core.nowMs >= this.#core.pacemaker.deadlineMs) giveUpOnRound(this.#core);
        return;
      case 'submit':
        submit(this.#core, input.transactions);
        return;
      default:
        assertNever(input);
    }
  }

  #finish(): readonly Output[] {
    const core = this.#core;
    drainLoopback(core);
    maybePropose(core);
    drainLoopback(core);
    answerRequests(core);
    const ask = core.synchroniser.plan(core.nowMs);
    if (ask !== null) core.outbox.send(ask.to, ask.request);
    this.#scheduleWake();
    const outputs = core.outbox.flush(core.hasPromised, () => core.safety.snapshot());
    core.hasPromised = false;
    return outputs;
  }

  /** Only an earlier time is worth an output: being woken too early does no harm. */
  #scheduleWake(): void {
    const core = this.#core;
    const wanted = Math.min(
      core.pacemaker.deadlineMs,
      proposeAtMs(core),
      core.synchroniser.deadlineMs,
      core.answers.dueAtMs,
    );
    const atMs = Math.max(wanted, core.nowMs);
    if (atMs >= this.#wakeAtMs) return;
    this.#wakeAtMs = atMs;
    core.outbox.wake(atMs);
  }
}

/** Nobody is heard who keeps sending what costs work and proves false. */
function hear(core: Core, message: Message, from: number): void {
  if (!core.offences.isFree(from, core.nowMs)) {
    reject(core);
    return;
  }
  const refusedBefore = core.certificates.signaturesRefused;
  receive(core, message, from);
  const wasFalse = core.certificates.signaturesRefused > refusedBefore;
  if (wasFalse && message.kind !== 'proposal') offend(core, from);
}

function receive(core: Core, message: Message, from: number): void {
  switch (message.kind) {
    case 'proposal':
      onProposal(core, message, from);
      return;
    case 'vote':
      onVote(core, message, from);
      return;
    case 'timeout':
      onTimeout(core, message, from);
      return;
    case 'certificate':
      onCertificate(core, message, from);
      return;
    case 'block-request':
      onBlockRequest(core, message, from);
      return;
    case 'block-response':
      onBlockResponse(core, message, from);
      return;
    case 'forward':
      onForward(core, message.transactions, from);
      return;
    case 'exhibit':
      onExhibit(core, message);
      return;
    default:
      assertNever(message);
  }
}

/**
 * A node forwards its own client's transactions only. Were others taken, any member could use up
 * the sequence numbers of another one's client.
 */
function onForward(core: Core, transactions: readonly Transaction[], from: number): void {
  let foreignCount = 0;
  for (const transaction of transactions) {
    if (clientOfKey(transactionKey(transaction)) === from) {
      core.mempool.receive(transaction, core.nowMs);
    } else foreignCount++;
  }
  if (foreignCount > 0) reject(core);
}

/**
 * What this node says to itself. A proposal leads to at most one vote, and that vote to at most
 * one certificate, so this ends.
 */
function drainLoopback(core: Core): void {
  for (let count = 0; core.loopback.length > 0; count++) {
    if (count > 8) violated('a node talks to itself without end');
    const message = core.loopback.shift();
    if (message?.kind === 'proposal') onOwnProposal(core, message);
    else if (message?.kind === 'vote') onVote(core, message, message.voter);
  }
}

/**
 * As many as leave in the time that one may wait, and a share of a block at any rate, so that the
 * flow can swell again. While none has waited for long, what comes may be a burst: more may enter.
 */
function ownTransactionsMax(core: Core): number {
  const { mempool, intake, options } = core;
  const waitMs = waitMsMax(core);
  const share = Math.max(ownTransactionsMin, options.parameters.batchTxMax / options.committeeSize);
  const isLate = mempool.oldestOwnMs() < core.nowMs - waitMs / 4;
  return Math.max(share, intake.drainedIn(waitMs)) * (isLate ? 1 : burstFactor);
}

function submit(core: Core, transactions: readonly Transaction[]): void {
  const { mempool, forwarder, pacemaker, outbox } = core;
  const accepted: Transaction[] = [];
  const keys: number[] = [];
  const refused: Transaction[] = [];
  const ownMax = ownTransactionsMax(core);
  for (const transaction of transactions) {
    const isRoom = mempool.ownCount < ownMax;
    const key = isRoom ? mempool.submit(transaction, core.nowMs) : -1;
    if (key < 0) {
      refused.push(transaction);
    } else {
      accepted.push(transaction);
      keys.push(key);
    }
  }
  if (refused.length > 0) outbox.reject(refused);
  if (accepted.length === 0) return;
  const { round } = pacemaker;
  // The current leader is still waiting for something to propose: it gets them too.
  const firstRound = core.proposals.hasAny(round) ? round + 1 : round;
  outbox.forward(forwarder.watch(keys, firstRound, round), accepted);
}
