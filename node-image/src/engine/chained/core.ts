import type { Crypto } from '../seam/crypto.ts';
import type { EngineOptions } from '../seam/protocol.ts';
import { Allowances } from '../shared/allowances.ts';
import { AnswerQueue } from '../shared/answer-queue.ts';
import { BatchSize } from '../shared/batch-size.ts';
import { Forwarder } from '../shared/forwarder.ts';
import { Intake } from '../shared/intake.ts';
import { Mempool } from '../shared/mempool.ts';
import { Outbox } from '../shared/outbox.ts';
import { Pace } from '../shared/pace.ts';
import { Pacemaker } from '../shared/pacemaker.ts';
import { faultyMax } from '../shared/quorum.ts';
import { BlockHasher } from './block.ts';
import { BlockTree } from './block-tree.ts';
import { Certificates } from './certificates.ts';
import { Leaders } from './leaders.ts';
import type { BlockRequest, Message, Proposal, Vote } from './messages.ts';
import { OrphanPool } from './orphan-pool.ts';
import type { ResolvedParameters } from './parameters.ts';
import { ProposalLog } from './proposal-log.ts';
import type { ChainedRules } from './rules.ts';
import { SafetyState } from './safety-state.ts';
import type { DurableState } from './seam.ts';
import { createSigning, type Signing } from './signing.ts';
import { Synchroniser } from './synchroniser.ts';
import { TimeoutCollector } from './timeout-collector.ts';
import { VoteCollector, type VoteWindow } from './vote-collector.ts';

/** Offences of one member beyond which it is not heard for a while. */
const offencesMax = { amount: 4, periodMs: 1000 };

/** A transaction may wait for this part of the time in which a round is given up. */
const waitTimeouts = 1 / 2;

export type CoreOptions = EngineOptions<ResolvedParameters, DurableState>;

/**
 * The parts of one node's consensus and what they share. The protocol itself is in the functions
 * that take a core: rounds.ts, proposals.ts, proposing.ts, commits.ts, catch-up.ts.
 */
export interface Core {
  readonly options: CoreOptions;
  readonly rules: ChainedRules;
  readonly crypto: Crypto;
  readonly quorum: number;
  readonly faultyMax: number;
  readonly signing: Signing;
  readonly hasher: BlockHasher;
  readonly certificates: Certificates;
  readonly safety: SafetyState;
  readonly pacemaker: Pacemaker;
  readonly pace: Pace;
  readonly batchSize: BatchSize;
  readonly intake: Intake;
  readonly tree: BlockTree;
  readonly leaders: Leaders;
  readonly orphans: OrphanPool;
  readonly synchroniser: Synchroniser;
  readonly proposals: ProposalLog;
  readonly votes: VoteCollector;
  readonly timeouts: TimeoutCollector;
  readonly mempool: Mempool;
  readonly forwarder: Forwarder;
  readonly outbox: Outbox<Message, DurableState>;
  readonly counters: MutableCounters;
  /** Messages of this node to itself, worked off before the step ends. */
  readonly loopback: (Proposal | Vote)[];
  readonly answers: AnswerQueue<BlockRequest>;
  /** Messages of each member that prove it Byzantine; beyond a few it is not heard for a while. */
  readonly offences: Allowances;
  nowMs: number;
  /** Hash chain over the committed log. */
  digest: Uint8Array;
  /** Whether this node made a promise in this step that its durable state must remember. */
  hasPromised: boolean;
  /** Round of the certificate by which this node last committed transactions. */
  newsQcRound: number;
  /** Round of the certificate that this node last told everyone by itself, without a block. */
  toldQcRound: number;
}

export interface MutableCounters {
  blocksProposed: number;
  blocksCommitted: number;
  transactionsCommitted: number;
  roundsEntered: number;
  roundsTimedOut: number;
  messagesRejected: number;
}

export interface CoreDependencies {
  readonly crypto: Crypto;
  readonly rules: ChainedRules;
  /** What signed statements start with. */
  readonly domain: string;
}

export function createCore(options: CoreOptions, dependencies: CoreDependencies): Core {
  const { crypto, rules, domain } = dependencies;
  const { committeeSize, selfIndex, parameters } = options;
  const signing = createSigning({ protocol: domain, chainId: options.chainId });
  const quorum = rules.quorumSize(committeeSize);
  // Then they decide who leads, and everybody must see the same ones in a block.
  const keepsSigners = parameters.rotation === 'carousel';
  const certificates = new Certificates(
    { committeeSize, selfIndex, rules, signing, keepsSigners },
    crypto,
  );
  const safety = new SafetyState(options.restored);
  certificates.adopt(safety.highQc); // from this node's own disk: it was verified before
  // Their authors decide who leads: how much memory a member has must not.
  const blocksMin = keepsSigners ? faultyMax(committeeSize) + rules.chainLength : 1;
  const tree = new BlockTree(options.retention, blocksMin);
  const leaders = new Leaders(
    {
      rotation: parameters.rotation,
      committeeSize,
      faultyMax: faultyMax(committeeSize),
      chainLength: rules.chainLength,
      seed: seedOf(crypto.hash(signing.blockPrefix)),
    },
    { tree, safety },
  );
  const orphans = new OrphanPool();
  const view = {
    orphans,
    has: tree.has.bind(tree),
    get committedRound(): number {
      return tree.head.block.round;
    },
    get highQc() {
      return safety.highQc;
    },
  };
  return {
    options,
    rules,
    crypto,
    quorum,
    faultyMax: faultyMax(committeeSize),
    signing,
    hasher: new BlockHasher({ signing, coversSigners: keepsSigners }, crypto),
    certificates,
    safety,
    pacemaker: new Pacemaker(parameters.baseTimeoutMs, safety.entitledRound),
    pace: new Pace(parameters.intervalMs ?? 'adaptive'),
    batchSize: new BatchSize(parameters),
    intake: new Intake(),
    tree,
    leaders,
    orphans,
    synchroniser: new Synchroniser(
      {
        committeeSize,
        selfIndex,
        retryMs: parameters.baseTimeoutMs / 2,
        peerChoiceSeed: options.peerChoiceSeed,
      },
      view,
    ),
    proposals: new ProposalLog(signing),
    votes: new VoteCollector({ quorum, signing }, certificates),
    timeouts: new TimeoutCollector(quorum, certificates),
    mempool: new Mempool({ committeeSize, parameters }),
    forwarder: new Forwarder({
      committeeSize,
      selfIndex,
      forwardLeaders: parameters.forwardLeaders,
      batchTxMax: parameters.batchTxMax,
      leaderOf: (round) => leaders.expected(round),
    }),
    outbox: new Outbox((transactions) => ({ kind: 'forward', transactions })),
    counters: {
      blocksProposed: 0,
      blocksCommitted: 0,
      transactionsCommitted: 0,
      roundsEntered: 0,
      roundsTimedOut: 0,
      messagesRejected: 0,
    },
    loopback: [],
    answers: new AnswerQueue(committeeSize),
    offences: new Allowances(offencesMax),
    nowMs: 0,
    digest: new Uint8Array(32),
    hasPromised: false,
    newsQcRound: 0,
    toldQcRound: 0,
  };
}

/** The same number at all members of a chain. */
function seedOf(digest: Uint8Array): number {
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}

export function committedRound(core: Core): number {
  return core.tree.head.block.round;
}

/** An own transaction that would have to wait for longer than this is refused. */
export function waitMsMax(core: Core): number {
  return waitTimeouts * core.pacemaker.usualMs;
}

/** Which votes are of use. */
export function voteWindow(core: Core): VoteWindow {
  return { currentRound: core.pacemaker.round, highQcRound: core.safety.highQc.round };
}

/** Whether this node leads a round that it could be in. */
export function isLeader(core: Core, round: number): boolean {
  return core.leaders.in(round) === core.options.selfIndex;
}

/** Whether votes of that round come to this node, as far as can be told. */
export function gathersVotes({ options, leaders }: Core, round: number): boolean {
  return options.parameters.votes === 'all' || leaders.may(options.selfIndex, round + 1);
}

/** A message that an honest member would not have sent, or not to this node. */
export function reject(core: Core): void {
  core.counters.messagesRejected++;
}

/**
 * A message that proves its sender Byzantine, because links are authenticated and honest members
 * verify what they send on: a false signature or certificate, a block under a false id.
 */
export function offend(core: Core, member: number): void {
  core.offences.spend(member, 1, core.nowMs);
}
