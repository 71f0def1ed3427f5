import { faultyMax } from '../shared/quorum.ts';
import type { BlockId, BlockRequest, QuorumCertificate } from './messages.ts';
import type { OrphanPool } from './orphan-pool.ts';

/**
 * A peer that helps is asked again for so many pauses, then it is another one's turn: whoever sends
 * little, late, cannot hold this node back for ever. So long, because a dead peer costs a pause.
 */
const turnRetries = 4;
/** A node that nobody can help asks more seldom. */
const outOfWindowPause = 8;
/** Certified blocks that nobody had, given a rest before they are asked for again. */
const unavailableMax = 32;
const unavailableRetries = 16;

export interface SynchroniserOptions {
  readonly committeeSize: number;
  readonly selfIndex: number;
  /** Time until another peer is asked, in ms. */
  readonly retryMs: number;
  readonly peerChoiceSeed: number;
}

/** What the synchroniser has to know of the rest of the engine. */
export interface ChainView {
  has(id: BlockId): boolean;
  readonly committedRound: number;
  readonly highQc: QuorumCertificate;
  readonly orphans: OrphanPool;
}

export interface Ask {
  readonly to: number;
  readonly request: BlockRequest;
}

interface Fetch {
  /** Verified, so the block it names exists and honest members have had it. */
  readonly qc: QuorumCertificate;
  /** The path is held up to this round. */
  cursorRound: number;
  /** What the last request asked for lies above this round. */
  floorRound: number;
  readonly asked: Set<number>;
  /** Peers that answered without helping; `dropped` of them because they no longer hold it. */
  readonly refusals: Set<number>;
  readonly dropped: Set<number>;
  /** Asked last. */
  peer: number;
  /** When another peer is asked, however well this one helps. */
  turnEndsMs: number;
  /** The peer asked last if it helped and its turn goes on: asked for the next part. */
  helper: number | null;
  deadlineMs: number;
}

/**
 * Decides which certified block is missing, whom to ask for the path to it, and when to ask
 * somebody else. One request is under way at a time. A path that is longer than one response is
 * fetched from its old end, so that memory stays bounded however far behind this node is.
 */
export class Synchroniser {
  readonly #options: SynchroniserOptions;
  readonly #view: ChainView;
  readonly #unavailable = new Map<BlockId, number>();
  #fetch: Fetch | null = null;
  #chance: number;
  #isOutOfWindow = false;

  constructor(options: SynchroniserOptions, view: ChainView) {
    this.#options = options;
    this.#view = view;
    this.#chance = options.peerChoiceSeed | 0;
  }

  get state(): 'current' | 'fetching' | 'out-of-window' {
    if (this.#fetch === null && this.#isDone(this.#view.highQc)) return 'current';
    return this.#isOutOfWindow ? 'out-of-window' : 'fetching';
  }

  /** When `plan` wants to be called, whatever else happens. */
  get deadlineMs(): number {
    return this.#fetch?.deadlineMs ?? Number.POSITIVE_INFINITY;
  }

  isAsked(peer: number): boolean {
    return this.#fetch?.asked.has(peer) ?? false;
  }

  /** The certificate whose block this peer was asked for, or null; one answer per request. */
  takeAnswer(from: number): QuorumCertificate | null {
    return this.#fetch?.asked.delete(from) ? this.#fetch.qc : null;
  }

  /** Call at the end of every step. @returns the request to send, if it is time for one */
  plan(nowMs: number): Ask | null {
    if (this.#fetch !== null && this.#isDone(this.#fetch.qc)) this.#fetch = null;
    if (this.#fetch === null) {
      const missing = this.#nextMissing(nowMs);
      if (missing === null) return null;
      this.#fetch = this.#begin(missing.qc);
      return this.#ask(this.#fetch, missing.from ?? this.#choosePeer(this.#fetch), nowMs);
    }
    if (nowMs < this.#fetch.deadlineMs) return null;
    return this.#ask(this.#fetch, this.#choosePeer(this.#fetch), nowMs);
  }

  /**
   * What came of a peer's answer.
   * @param reachedRound round up to which the path is held thanks to it; null if it was no help
   */
  answered(from: number, reachedRound: number | null, nowMs: number): void {
    const fetch = this.#fetch;
    if (fetch === null) return;
    if (reachedRound === null || reachedRound <= fetch.floorRound) {
      this.#refuse(fetch, from, nowMs);
      return;
    }
    this.#isOutOfWindow = false;
    fetch.cursorRound = Math.max(fetch.cursorRound, reachedRound);
    fetch.refusals.clear();
    fetch.dropped.clear();
    if (from !== fetch.peer) return; // late: whoever is asked now keeps its turn
    fetch.helper = nowMs < fetch.turnEndsMs ? from : null;
    fetch.deadlineMs = Number.NEGATIVE_INFINITY; // the next part is asked for at once
  }

  /** The peer no longer holds what this node needs next. */
  hasDropped(from: number, nowMs: number): void {
    const fetch = this.#fetch;
    if (fetch === null) return;
    fetch.dropped.add(from);
    this.#refuse(fetch, from, nowMs);
    if (fetch.dropped.size < this.#enough()) return;
    this.#isOutOfWindow = true;
    fetch.refusals.clear();
    fetch.dropped.clear();
    fetch.deadlineMs = nowMs + this.#options.retryMs * outOfWindowPause;
  }

  #refuse(fetch: Fetch, from: number, nowMs: number): void {
    fetch.cursorRound = 0; // it may have been led up a branch that others do not know
    fetch.refusals.add(from);
    if (from === fetch.peer) fetch.deadlineMs = Number.NEGATIVE_INFINITY;
    if (fetch.refusals.size - fetch.dropped.size < this.#enough()) return;
    this.#rest(fetch.qc.blockId, nowMs);
    this.#fetch = null;
  }

  /** So many that at least one of them is honest. */
  #enough(): number {
    return faultyMax(this.#options.committeeSize) + 1;
  }

  #isDone(qc: QuorumCertificate): boolean {
    return this.#view.has(qc.blockId) || qc.round <= this.#view.committedRound;
  }

  /** The highest certified block that is neither here nor waiting for its own parent. */
  #nextMissing(nowMs: number): { qc: QuorumCertificate; from: number | null } | null {
    let best: { qc: QuorumCertificate; from: number | null } | null = null;
    const consider = (qc: QuorumCertificate, from: number | null): void => {
      if (best !== null && best.qc.round >= qc.round) return;
      if (this.#isDone(qc) || this.#view.orphans.has(qc.blockId)) return;
      if ((this.#unavailable.get(qc.blockId) ?? 0) > nowMs) return;
      best = { qc, from };
    };
    for (const { block, from } of this.#view.orphans.values()) {
      consider(block.parentQc, from === this.#options.selfIndex ? null : from);
    }
    consider(this.#view.highQc, null);
    return best;
  }

  #begin(qc: QuorumCertificate): Fetch {
    return {
      qc,
      cursorRound: 0,
      floorRound: 0,
      asked: new Set(),
      refusals: new Set(),
      dropped: new Set(),
      peer: -1,
      turnEndsMs: 0,
      helper: null,
      deadlineMs: 0,
    };
  }

  #ask(fetch: Fetch, to: number, nowMs: number): Ask | null {
    const pause = this.#isOutOfWindow ? outOfWindowPause : 1;
    fetch.deadlineMs = nowMs + this.#options.retryMs * pause;
    if (to < 0) return null;
    if (to !== fetch.helper) fetch.turnEndsMs = nowMs + this.#options.retryMs * turnRetries;
    fetch.helper = null;
    fetch.peer = to;
    fetch.asked.add(to);
    fetch.floorRound = Math.max(fetch.cursorRound, this.#view.committedRound);
    const { floorRound, qc } = fetch;
    return { to, request: { kind: 'block-request', blockId: qc.blockId, floorRound } };
  }

  /**
   * The peer whose turn goes on, else a signer of the certificate that has not refused (it voted,
   * so it had the block), else anyone.
   */
  #choosePeer(fetch: Fetch): number {
    if (fetch.helper !== null) return fetch.helper;
    const { selfIndex, committeeSize } = this.#options;
    const isFresh = (peer: number): boolean =>
      peer !== selfIndex && peer !== fetch.peer && !fetch.refusals.has(peer);
    const signers = fetch.qc.signers.filter(isFresh);
    if (signers.length > 0 && this.#below(4) > 0) return signers[this.#below(signers.length)] ?? -1;
    const all = Array.from({ length: committeeSize }, (_, peer) => peer);
    const fresh = all.filter(isFresh);
    const anyone = fresh.length > 0 ? fresh : all.filter((peer) => peer !== selfIndex);
    return anyone[this.#below(anyone.length)] ?? -1;
  }

  #rest(id: BlockId, nowMs: number): void {
    this.#unavailable.set(id, nowMs + this.#options.retryMs * unavailableRetries);
    if (this.#unavailable.size <= unavailableMax) return;
    for (const oldest of this.#unavailable.keys()) {
      this.#unavailable.delete(oldest);
      return;
    }
  }

  /** Uniform enough for choosing a peer: a linear congruential step (Numerical Recipes). */
  #below(bound: number): number {
    this.#chance = (Math.imul(this.#chance, 1664525) + 1013904223) | 0;
    return Math.floor(((this.#chance >>> 0) / 2 ** 32) * bound);
  }
}
