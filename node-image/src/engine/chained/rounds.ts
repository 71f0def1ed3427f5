import { violated } from '../shared/invariant.ts';
import { isCertificateWanted, isTimeoutWanted } from './admission.ts';
import { tryCommit } from './commits.ts';
import { type Core, committedRound, isLeader, offend, reject, voteWindow } from './core.ts';
import { showToSigners, showToVoter } from './exhibits.ts';
import type {
  Certificate,
  QuorumCertificate,
  Timeout,
  TimeoutCertificate,
  Vote,
} from './messages.ts';

/** So many own transactions are handed on at once however small blocks are. */
const unplacedMin = 16;

/** A verified certificate: it may commit, and it may open the next round. */
export function onQc(core: Core, qc: QuorumCertificate): void {
  if (qc.round > core.safety.highQc.round) showToSigners(core, qc);
  core.safety.raiseHighQc(qc);
  tryCommit(core, qc);
  if (qc.round < core.pacemaker.round) return;
  if (qc.round === core.pacemaker.round) learn(core, qc);
  enterRound(core, qc.round + 1);
}

/** A verified timeout certificate: everyone may go on, from the highest certified block it shows. */
export function onTc(core: Core, tc: TimeoutCertificate): void {
  onQc(core, tc.highQc);
  if (tc.round < core.pacemaker.round) return;
  core.safety.raiseLastTc(tc);
  core.counters.roundsTimedOut++;
  enterRound(core, tc.round + 1);
  // Whom they were sent to may be dead, or its block given up.
  forwardUnplaced(core, tc.round + 1, false);
}

/** The current round ends as it should: timer and block size follow what it took. */
function learn(core: Core, qc: QuorumCertificate): void {
  const { pacemaker, batchSize, pace, tree } = core;
  const durationMs = core.nowMs - pacemaker.startedMs;
  pacemaker.learn(durationMs);
  const node = tree.get(qc.blockId);
  if (node === undefined) return;
  batchSize.learn(durationMs, node.keys.length);
  // After others the next leader may have kept the certificate to itself until it had a block.
  if (node.keys.length > 0) pace.learn(durationMs);
}

function enterRound(core: Core, round: number): void {
  if (round !== core.safety.entitledRound) violated(`round ${round} entered without certificate`);
  core.pacemaker.enter(round, core.nowMs, committedRound(core));
  core.counters.roundsEntered++;
  core.votes.forgetBelow(round - 2);
  const { again, lost } = core.forwarder.due(round, core.mempool, isCongested(core));
  if (lost.length > 0) core.outbox.reject(lost);
  for (const { receivers, transactions } of again) core.outbox.forward(receivers, transactions);
}

/** Whether the highest certified block left others out: half full may be all there was room for. */
function isCongested({ tree, safety, batchSize }: Core): boolean {
  const count = tree.get(safety.highQc.blockId)?.keys.length ?? 0;
  return count > 0 && count >= batchSize.max / 2;
}

/**
 * What no block held so far goes to the leader of that round, a fair share of a block of it.
 * @param isLate a block should have held it: it goes to the leader of the round after as well
 */
export function forwardUnplaced(core: Core, round: number, isLate: boolean): void {
  const { forwarder, mempool, batchSize, options, outbox } = core;
  const countMax = Math.max(unplacedMin, (2 * batchSize.max) / options.committeeSize);
  const transactions = forwarder.unplaced(mempool, countMax);
  if (transactions.length === 0) return;
  outbox.forward(forwarder.leaders(round, isLate ? round + 1 : round), transactions);
}

/**
 * A certificate without a block, from the leader of the next round. A proposal that follows it
 * needs no check of it any more, so it costs no signature beyond what is checked anyway.
 */
export function onCertificate(core: Core, { qc }: Certificate, from: number): void {
  if (!isCertificateWanted(core, qc.round, from)) return;
  const verified = core.certificates.verifiedQc(qc);
  if (verified === null) reject(core);
  else onQc(core, verified);
}

/**
 * Votes for round r go from the voter itself to the leader of r + 1, who turns a quorum of them
 * into a certificate.
 */
export function onVote(core: Core, vote: Vote, from: number): void {
  const { voter, round } = vote;
  const isMember = voter >= 0 && voter < core.options.committeeSize;
  if (from !== voter || !isMember || !isLeader(core, round + 1)) {
    reject(core);
    return;
  }
  const outcome = core.votes.add(vote, voteWindow(core));
  if (outcome.kind === 'invalid') reject(core);
  if (outcome.kind === 'counted' || outcome.kind === 'quorum') blame(core, outcome.culprits);
  if (outcome.kind === 'double') core.outbox.evidence(outcome.evidence);
  if (outcome.kind === 'counted') showToVoter(core, vote);
  if (outcome.kind === 'quorum') onQc(core, outcome.qc);
}

/** Who signed falsely what was taken unchecked, because a quorum is checked as one. */
function blame(core: Core, culprits: readonly number[]): void {
  for (const culprit of culprits) {
    reject(core);
    offend(core, culprit);
  }
}

/**
 * This node gives up on the current round: it will not vote in it any more, and says so. Repeated
 * at every expiry, because messages get lost.
 */
export function giveUpOnRound(core: Core): void {
  const { safety, pacemaker } = core;
  const round = pacemaker.round;
  const votedRound = core.rules.lastVotedAfterTimeout(safety.lastVotedRound, round);
  safety.voted(votedRound);
  pacemaker.timedOut(core.nowMs, committedRound(core));
  const { highQc, lastTc } = safety;
  const isByQc = highQc.round + 1 === round;
  if (!isByQc && lastTc?.round !== round - 1) violated(`no certificate entitles to round ${round}`);
  const voter = core.options.selfIndex;
  const signature = core.certificates.signTimeout(round, highQc.round);
  core.outbox.broadcastBound({
    kind: 'timeout',
    round,
    voter,
    highQc,
    lastTc: isByQc ? null : lastTc,
    signature,
  });
  if (core.timeouts.has(round, voter)) return;
  countTimeout(core, { round, voter, highQcRound: highQc.round, signature }, highQc);
}

/** A timeout of another member, from itself: nobody relays timeouts. */
export function onTimeout(core: Core, timeout: Timeout, from: number): void {
  if (!isTimeoutWanted(core, timeout)) return;
  if (from !== timeout.voter || !isPlausible(core, timeout)) {
    reject(core);
    return;
  }
  const { round, voter, signature } = timeout;
  const claim = { voter, highQcRound: timeout.highQc.round, signature };
  const entry = core.certificates.admittedTimeout(round, claim);
  const highQc = entry === null ? null : core.certificates.verifiedQc(timeout.highQc);
  if (entry === null || highQc === null || !followTc(core, timeout)) {
    reject(core);
    return;
  }
  onQc(core, highQc);
  if (round !== core.pacemaker.round) return;
  countTimeout(core, { round, ...entry }, highQc);
}

/** Cheap checks first; the certificate that entitles the sender to the round must be there. */
function isPlausible(core: Core, timeout: Timeout): boolean {
  const { round, voter, highQc, lastTc } = timeout;
  if (!Number.isInteger(voter) || voter < 0 || voter >= core.options.committeeSize) return false;
  if (voter === core.options.selfIndex || highQc.round >= round) return false;
  return highQc.round + 1 === round || lastTc?.round === round - 1;
}

/** Goes to the sender's round with it. A node that is there already needs no more proof. */
function followTc(core: Core, timeout: Timeout): boolean {
  if (timeout.lastTc === null || timeout.round <= core.pacemaker.round) return true;
  const tc = core.certificates.verifiedTc(timeout.lastTc);
  if (tc === null) return false;
  onTc(core, tc);
  return true;
}

interface CountedTimeout {
  readonly round: number;
  readonly voter: number;
  readonly highQcRound: number;
  readonly signature: Uint8Array;
}

/**
 * f + 1 timeouts prove that an honest member gave up: this node joins, so that all of them time
 * out together (Bracha's amplification). A quorum of them makes the certificate, at every node.
 */
function countTimeout(core: Core, counted: CountedTimeout, highQc: QuorumCertificate): void {
  const { round, ...entry } = counted;
  const outcome = core.timeouts.add(round, entry, highQc);
  blame(core, outcome.culprits);
  if (outcome.kind === 'quorum') {
    onTc(core, outcome.tc);
  } else if (outcome.count > core.faultyMax && !core.pacemaker.hasTimedOut) {
    giveUpOnRound(core);
  }
}
