import type { Crypto } from '../seam/crypto.ts';
import type { EngineOptions } from '../seam/protocol.ts';
import { Allowances } from '../shared/allowances.ts';
import { AnswerQueue } from '../shared/answer-queue.ts';
import { BatchSize } from '../shared/batch-size.ts';
import { Intake } from '../shared/intake.ts';
import { Mempool } from '../shared/mempool.ts';
import { Outbox } from '../shared/outbox.ts';
import { BlockHasher, emptyBlock } from './block.ts';
import { CheckpointVotes } from './checkpoints.ts';
import { EarlyMessages } from './early-messages.ts';
import { Evidences } from './evidences.ts';
import { Fetching } from './fetching.ts';
import { ExecutedLog } from './log.ts';
import {
  type Block,
  type DurableState,
  genesis,
  type LogRequest,
  type Message,
  type NewView,
  type StableCertificate,
  type ViewChangeStatement,
} from './messages.ts';
import { type PbftParameters, windowIntervals } from './parameters.ts';
import { RequestTimer } from './requests.ts';
import type { SafetyRules } from './rules.ts';
import { createSigning, type Signing } from './signing.ts';
import { SlotTable } from './slots.ts';
import { oneHonest, Statements } from './statements.ts';
import { ViewChanges } from './view-changes.ts';

/** Offences of one member beyond which it is not heard for a while. */
const offencesMax = { amount: 4, periodMs: 1_000 };
/** A backup relays what it waits for at half of its timer: twice in the base timeout at most. */
const relaysMax = 4;
/** What is asked for again when nothing moves, as a part of the base timeout. */
const retryPart = 1 / 2;

/** Payload of proposals that came too early, of one member, as full batches. */
const earlyBatches = 2;

export type PbftOptions = EngineOptions<PbftParameters, DurableState>;

export interface CoreDependencies {
  readonly crypto: Crypto;
  readonly rules: SafetyRules;
}

export interface MutableCounters {
  blocksProposed: number;
  blocksCommitted: number;
  transactionsCommitted: number;
  roundsEntered: number;
  roundsTimedOut: number;
  messagesRejected: number;
}

/**
 * The parts of one replica and what they share. The protocol itself is in the functions that take
 * a core: agreeing.ts, executing.ts, proposing.ts, changing-views.ts, catching-up.ts.
 */
export interface Core {
  readonly options: PbftOptions;
  readonly rules: SafetyRules;
  readonly crypto: Crypto;
  readonly signing: Signing;
  readonly hasher: BlockHasher;
  readonly statements: Statements;
  readonly windowSlots: number;
  /** Of one signature: every scheme makes them all equally long. */
  readonly signatureBytes: number;
  readonly retryMs: number;
  readonly slots: SlotTable;
  /** Blocks that were proposed and are not executed yet, by id. */
  readonly bodies: Map<string, Block>;
  readonly log: ExecutedLog;
  readonly checkpoints: CheckpointVotes;
  readonly viewChanges: ViewChanges;
  readonly early: EarlyMessages;
  readonly evidences: Evidences;
  readonly fetching: Fetching;
  readonly timer: RequestTimer;
  readonly batchSize: BatchSize;
  readonly intake: Intake;
  readonly mempool: Mempool;
  readonly outbox: Outbox<Message, DurableState>;
  readonly answers: AnswerQueue<LogRequest>;
  /** How often each member is answered that only says where it is, and with a whole new view. */
  readonly statusAnswers: Allowances;
  readonly newViewAnswers: Allowances;
  /** What a primary takes from each member of other members' transactions. */
  readonly relays: Allowances;
  readonly offences: Allowances;
  readonly counters: MutableCounters;
  nowMs: number;
  /** The last view this replica was active in. */
  view: number;
  /** The view it calls for; equal to `view` while it is active. */
  pendingView: number;
  stable: StableCertificate;
  /** What the current view began with, for those who missed it; null after a restart, and in 0. */
  newView: NewView | null;
  /** This replica's own call for `pendingView`; fixed once made, also across restarts. */
  ownStatement: ViewChangeStatement | null;
  /** When the next view is called for, after a quorum has called for this one. */
  viewChangeDeadlineMs: number;
  /** When what may be lost is sent, or asked for, again. */
  retryAtMs: number;
  lastProgressMs: number;
  /** Hash chain over the executed log, hex. */
  logDigest: string;
  executedView: number;
  /** Whether this replica made a promise in this step that its durable state must remember. */
  hasPromised: boolean;
}

export function createCore(options: PbftOptions, { crypto, rules }: CoreDependencies): Core {
  const { committeeSize, parameters, restored } = options;
  const signing = createSigning(options.chainId, crypto.hash);
  const statements = new Statements({ committeeSize, rules, signing }, crypto);
  const windowSlots = windowIntervals * parameters.checkpointSlots;
  const retryMs = parameters.baseTimeoutMs * retryPart;
  const stable = restored?.stable ?? genesis;
  const core: Core = {
    options,
    rules,
    crypto,
    signing,
    hasher: new BlockHasher(signing.blockPrefix, crypto.hash),
    statements,
    windowSlots,
    signatureBytes: crypto.sign(signing.blockPrefix).length,
    retryMs,
    slots: new SlotTable(windowSlots),
    bodies: new Map(),
    log: new ExecutedLog(options.retention),
    checkpoints: new CheckpointVotes(statements),
    viewChanges: new ViewChanges(),
    early: new EarlyMessages({
      countMax: 2 * windowSlots + 16,
      payloadBytesMax: earlyBatches * parameters.batchBytesMax,
    }),
    evidences: new Evidences(),
    fetching: new Fetching({
      committeeSize,
      selfIndex: options.selfIndex,
      seed: options.peerChoiceSeed,
      enough: oneHonest(committeeSize),
    }),
    timer: new RequestTimer(parameters.baseTimeoutMs),
    batchSize: new BatchSize(parameters),
    intake: new Intake(),
    mempool: new Mempool({ committeeSize, parameters }),
    outbox: new Outbox((transactions) => ({ kind: 'forward', transactions })),
    answers: new AnswerQueue(committeeSize),
    statusAnswers: new Allowances({ amount: 8, periodMs: 2 * retryMs }),
    newViewAnswers: new Allowances({ amount: 1, periodMs: retryMs }),
    relays: new Allowances({ amount: relaysMax, periodMs: parameters.baseTimeoutMs }),
    offences: new Allowances(offencesMax),
    counters: {
      blocksProposed: 0,
      blocksCommitted: 0,
      transactionsCommitted: 0,
      roundsEntered: 0,
      roundsTimedOut: 0,
      messagesRejected: 0,
    },
    nowMs: 0,
    view: restored?.view ?? 0,
    pendingView: restored?.pendingView ?? 0,
    stable,
    newView: null,
    ownStatement: null,
    viewChangeDeadlineMs: Number.POSITIVE_INFINITY,
    retryAtMs: Number.POSITIVE_INFINITY,
    lastProgressMs: 0,
    logDigest: genesis.logDigest,
    executedView: 0,
    hasPromised: false,
  };
  core.slots.settle(stable.slot);
  core.statements.forgetUpTo(stable.slot);
  core.log.noteCertificate(stable);
  if (stable.slot > 0) core.statements.adoptStable(stable); // from this node's own disk
  return core;
}

export function primaryOf(core: Core, view: number): number {
  return view % core.options.committeeSize;
}

export function isPrimary(core: Core): boolean {
  return primaryOf(core, core.view) === core.options.selfIndex;
}

/** Whether this replica takes part in its view, or has called for another one. */
export function isActive(core: Core): boolean {
  return core.pendingView === core.view;
}

/** Whether a checkpoint that a quorum vouches for lies ahead of what was executed. */
export function isBehind(core: Core): boolean {
  return core.log.executedSlot < core.stable.slot;
}

/** The block of that id for that slot, if this replica has it. */
export function blockOf(core: Core, slot: number, id: string): Block | undefined {
  const held = core.bodies.get(id);
  if (held !== undefined) return held;
  const executed = core.log.blockAt(slot);
  if (executed?.id === id) return executed;
  const nothing = emptyBlock(slot, core.options.committeeSize, core.hasher);
  return nothing.id === id ? nothing : undefined;
}

/** Counts a message that no honest member would have sent, or nobody asked for. */
export function reject(core: Core): void {
  core.counters.messagesRejected++;
}

/** As `reject`, and whoever does it often is not heard for a while. */
export function offend(core: Core, from: number): void {
  core.counters.messagesRejected++;
  core.offences.spend(from, 1, core.nowMs);
}

/** What must survive a crash: see docs/consensus.md. */
export function durableState(core: Core): DurableState {
  const { view, pendingView, ownStatement } = core;
  if (ownStatement !== null) {
    // What was said once must be said again in the same words.
    const { stable, prepared } = ownStatement;
    return { view, pendingView, stable, prepared, accepted: [] };
  }
  const { stable, slots } = core;
  return { view, pendingView, stable, prepared: slots.prepared(), accepted: slots.accepted() };
}
