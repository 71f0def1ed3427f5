import type { LinkEgress } from './link-egress.ts';
import {
  type Gap,
  noteFailedRetry,
  noteFollower,
  openGap,
  retransmissionTimeoutMs,
} from './repair.ts';
import { SEGMENT_BYTES } from './token-bucket.ts';

/**
 * The bytes of one connection on their way to one peer: what was sent, in order, each piece with
 * the time at which it arrives. Bytes are never lost, doubled or reordered; a lost segment keeps
 * everything behind it waiting until it was sent again. Reads no clock: time is passed in.
 */
export interface DelayLine {
  readonly waitingBytes: number;
  /** Earliest time at which something may happen; Infinity if nothing waits. */
  readonly nextMs: number;
  send(bytes: Uint8Array, nowMs: number): void;
  /** @returns what has arrived by now, in order; it does not wait here any more */
  takeDue(nowMs: number): Uint8Array[];
  /** @returns everything that waits, in order, whenever it was to arrive */
  takeAll(): Uint8Array[];
}

interface Piece {
  bytes: Uint8Array;
  /** Infinity while it is lost. */
  arriveMs: number;
}

interface LostPiece {
  readonly piece: Piece;
  readonly gap: Gap;
}

/** A timer has a grain of a millisecond: half of it early is as near as half of it late. */
export const GRAIN_MS = 0.5;
const COMPACT_AT = 1_024;

export function createDelayLine(link: LinkEgress): DelayLine {
  const pieces: Piece[] = [];
  let head = 0;
  let lost: LostPiece[] = [];
  /** Sent while the link is cut: the sender's retransmission timer decides when it goes on. */
  let held: Uint8Array[] = [];
  let heldUntilMs = Number.POSITIVE_INFINITY;
  let heldAttempts = 0;
  let waitingBytes = 0;
  let lastSentMs = Number.NEGATIVE_INFINITY;

  /** @returns the piece in the line, for what follows it in the same buffer */
  const planSegment = (bytes: Uint8Array, nowMs: number, before: Piece | null): Piece => {
    const { counters, roundTripMs } = link;
    counters.segments += 1;
    counters.bytes += bytes.length;
    if (link.nextIsLost()) {
      counters.segmentsLost += 1;
      const sentMs = link.leaveLost(nowMs);
      const gap = openGap(sentMs, roundTripMs, sentMs - lastSentMs < roundTripMs);
      const piece = { bytes, arriveMs: Number.POSITIVE_INFINITY };
      lost.push({ piece, gap });
      pieces.push(piece);
      lastSentMs = sentMs;
      return piece;
    }
    const sentMs = link.leave(nowMs, bytes.length);
    for (const { gap } of lost) noteFollower(gap, sentMs, roundTripMs);
    lastSentMs = sentMs;
    const arriveMs = sentMs + link.nextDelayMs();
    if (before !== null && before.arriveMs >= arriveMs && Number.isFinite(before.arriveMs)) {
      // It waits for the one before it in any case: one piece of memory instead of two.
      const { buffer, byteOffset, length } = before.bytes;
      before.bytes = new Uint8Array(buffer, byteOffset, length + bytes.length);
      return before;
    }
    const piece = { bytes, arriveMs };
    pieces.push(piece);
    return piece;
  };

  const plan = (bytes: Uint8Array, nowMs: number): void => {
    let before: Piece | null = null;
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES) {
      before = planSegment(bytes.subarray(at, at + SEGMENT_BYTES), nowMs, before);
    }
  };

  const sendAgain = ({ piece, gap }: LostPiece): boolean => {
    if (link.isCut || link.nextIsLost()) {
      noteFailedRetry(gap, link.roundTripMs);
      return false;
    }
    // It takes its share of the rate, but TCP sends it before what has not been sent yet.
    link.leave(gap.retryMs, piece.bytes.length);
    piece.arriveMs = gap.retryMs + link.nextDelayMs();
    return true;
  };

  const repair = (nowMs: number): void => {
    if (lost.length === 0) return;
    lost = lost.filter((entry) => {
      while (entry.gap.retryMs <= nowMs) if (sendAgain(entry)) return false;
      return true;
    });
  };

  const hold = (nowMs: number): void => {
    if (held.length > 0) return;
    heldAttempts = 0;
    heldUntilMs = nowMs + retransmissionTimeoutMs(link.roundTripMs, 0);
  };

  const resume = (nowMs: number): void => {
    while (held.length > 0 && heldUntilMs <= nowMs) {
      if (link.isCut) {
        heldAttempts += 1;
        heldUntilMs += retransmissionTimeoutMs(link.roundTripMs, heldAttempts);
        continue;
      }
      const waiting = held;
      held = [];
      for (const bytes of waiting) plan(bytes, heldUntilMs);
      heldUntilMs = Number.POSITIVE_INFINITY;
    }
  };

  const compact = (): void => {
    if (head === pieces.length) pieces.length = 0;
    else if (head > COMPACT_AT && 2 * head > pieces.length) pieces.splice(0, head);
    else return;
    head = 0;
  };

  return {
    get waitingBytes() {
      return waitingBytes;
    },
    get nextMs() {
      let next = Math.min(pieces[head]?.arriveMs ?? Number.POSITIVE_INFINITY, heldUntilMs);
      for (const { gap } of lost) next = Math.min(next, gap.retryMs);
      return next;
    },
    send(bytes, nowMs) {
      waitingBytes += bytes.length;
      if (!link.isCut && held.length === 0) {
        plan(bytes, nowMs);
        return;
      }
      hold(nowMs);
      held.push(bytes);
    },
    takeDue(nowMs) {
      repair(nowMs);
      resume(nowMs);
      const due: Uint8Array[] = [];
      for (;;) {
        const piece = pieces[head];
        if (piece === undefined || piece.arriveMs > nowMs + GRAIN_MS) break;
        due.push(piece.bytes);
        waitingBytes -= piece.bytes.length;
        head += 1;
      }
      compact();
      return due;
    },
    takeAll() {
      const all = [...pieces.slice(head).map(({ bytes }) => bytes), ...held];
      pieces.length = 0;
      head = 0;
      lost = [];
      held = [];
      heldUntilMs = Number.POSITIVE_INFINITY;
      waitingBytes = 0;
      return all;
    },
  };
}
