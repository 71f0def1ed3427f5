import type { LinkShaping } from '../../contract/index.ts';
import { createChance } from './chance.ts';
import { createDelays, type Delays } from './delays.ts';
import { createLosses, type Losses } from './losses.ts';
import { retransmissionTimeoutMs } from './repair.ts';
import { createTokenBucket, HEADER_BYTES, type TokenBucket } from './token-bucket.ts';

/** What left towards one peer while it was shaped. */
export interface SegmentCounters {
  segments: number;
  segmentsLost: number;
  bytes: number;
}

/**
 * This node's own direction of one link, over however many connections it takes: what is asked
 * for, the chance that decides, and what was counted.
 */
export interface LinkEgress {
  readonly counters: SegmentCounters;
  /** Null = it is not named. */
  readonly shape: LinkShaping | null;
  /** False: bytes pass as if there were no shaper. */
  readonly isShaped: boolean;
  readonly isCut: boolean;
  /** Of the whole link, taking its other direction to be like this one. */
  readonly roundTripMs: number;
  /** More than this must not wait: the sender is then told that the link is full. */
  readonly waitingBytesMax: number;
  /** When a segment handed over now has left this node, all rates considered. */
  leave(nowMs: number, segmentBytes: number): number;
  /** The same for one that is lost: netem drops before it counts a packet's bits. */
  leaveLost(nowMs: number): number;
  nextDelayMs(): number;
  nextIsLost(): boolean;
  /**
   * Null = as if it had not been named. Chance goes on where it was unless the seed is another.
   */
  apply(shape: LinkShaping | null, seed: number): void;
}

/** What all links of a node share: its access link. */
export interface AccessLink {
  upBitsPerSec: number | null;
  readonly up: TokenBucket;
}

/** tcp_wmem of Linux: largest send buffer. */
const BUFFER_BYTES_MAX = 4 * 1024 * 1024;
/** Beyond what is under way on a link with a rate: so much time, within these bounds. */
const QUEUE_MS = 250;
const QUEUE_BYTES_MIN = 16 * 1024;
const QUEUE_BYTES_MAX = 128 * 1024;
const ROUND_TRIP_MS_MIN = 1;

/** Chance depends on the seed and on this name of the link, nothing else. */
export function createLinkEgress(name: string, access: AccessLink): LinkEgress {
  let drawn = drawFrom(0, name);
  const bucket = createTokenBucket();
  const counters = { segments: 0, segmentsLost: 0, bytes: 0 };
  let shape: LinkShaping | null = null;

  const mayLose = (): boolean => shape !== null && shape.loss.kind !== 'none';
  const link: LinkEgress = {
    counters,
    get shape() {
      return shape;
    },
    get isShaped() {
      return shape !== null || access.upBitsPerSec !== null;
    },
    get isCut() {
      return shape?.isCut ?? false;
    },
    get roundTripMs() {
      return Math.max(ROUND_TRIP_MS_MIN, 2 * (shape?.delay.meanMs ?? 0));
    },
    get waitingBytesMax() {
      const rate = Math.min(shape?.rateBitsPerSec ?? Infinity, access.upBitsPerSec ?? Infinity);
      const bytesPerMs = rate / 8_000;
      const queueBytes = Math.max(
        QUEUE_BYTES_MIN,
        Math.min(QUEUE_BYTES_MAX, bytesPerMs * QUEUE_MS),
      );
      // Behind a lost segment the link goes on, and the receiver keeps what comes until it has been
      // repaired: in the second attempt if the first is lost too.
      const repairMs = retransmissionTimeoutMs(link.roundTripMs, 0) + link.roundTripMs;
      const keptBytes = mayLose() ? bytesPerMs * repairMs : 0;
      return Math.min(BUFFER_BYTES_MAX, queueBytes + bytesPerMs * link.roundTripMs + keptBytes);
    },
    leave(nowMs, segmentBytes) {
      const wireBytes = segmentBytes + HEADER_BYTES;
      const outMs = access.up.leave(nowMs, wireBytes, access.upBitsPerSec);
      return bucket.leave(outMs, wireBytes, shape?.rateBitsPerSec ?? null);
    },
    leaveLost(nowMs) {
      const upMs = access.upBitsPerSec === null ? nowMs : access.up.freeMs;
      const linkMs = shape === null || shape.rateBitsPerSec === null ? nowMs : bucket.freeMs;
      return Math.max(nowMs, upMs, linkMs);
    },
    nextDelayMs: () => (shape === null ? 0 : drawn.delays.next(shape.delay)),
    nextIsLost: () => (shape === null ? false : drawn.losses.next(shape.loss)),
    apply(next, seed) {
      shape = next;
      if (seed !== drawn.seed) drawn = drawFrom(seed, name);
    },
  };
  return link;
}

function drawFrom(
  seed: number,
  name: string,
): { readonly seed: number; readonly delays: Delays; readonly losses: Losses } {
  return {
    seed,
    delays: createDelays(createChance(`${seed}|${name}|delay`)),
    losses: createLosses(createChance(`${seed}|${name}|loss`)),
  };
}
