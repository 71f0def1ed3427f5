import type { LinkTraits } from '../../engine/seam/message.ts';

/** A serialised message with what the queue must know about it. */
export interface OutboundFrame {
  readonly bytes: Uint8Array;
  readonly traits: LinkTraits;
}

export interface OutboundQueue {
  readonly length: number;
  readonly bytes: number;
  /** @returns how many frames had to be dropped to keep the bounds, the new one included */
  push(frame: OutboundFrame): number;
  /** Takes frames for one send: at least one if there is any, then up to `bytesMax` in total. */
  take(bytesMax: number): OutboundFrame[];
  clear(): void;
}

export interface QueueBounds {
  /** Above this, what can be repaired or has grown old is dropped. */
  readonly softBytes: number;
  readonly softFrames: number;
  /** Above this, even what cannot be had again is dropped, oldest first. */
  readonly hardBytes: number;
  readonly hardFrames: number;
}

/**
 * What waits for one peer. Two lanes: consensus overtakes bulk. Beyond the soft bound frames go by
 * their rank, of equal rank the oldest first: what is large and can be had again before what is
 * small and moves the protocol on. The protocol gives the ranks (MessageTraits).
 */
export function createOutboundQueue(bounds: QueueBounds): OutboundQueue {
  const lanes = { consensus: [] as OutboundFrame[], bulk: [] as OutboundFrame[] };
  const inOrder = [lanes.consensus, lanes.bulk];
  let bytes = 0;
  let length = 0;

  /** @returns false if nothing is below the rank */
  const dropBelow = (rank: number): boolean => {
    const found = lowestOf(inOrder, rank);
    if (found === null) return false;
    const [frame] = found.frames.splice(found.at, 1);
    bytes -= frame?.bytes.length ?? 0;
    length -= 1;
    return true;
  };

  return {
    get length() {
      return length;
    },
    get bytes() {
      return bytes;
    },
    push(frame) {
      lanes[frame.traits.lane].push(frame);
      bytes += frame.bytes.length;
      length += 1;
      let dropped = 0;
      while (
        (bytes > bounds.softBytes || length > bounds.softFrames) &&
        length > 1 &&
        dropBelow(KEPT)
      ) {
        dropped += 1;
      }
      while (
        (bytes > bounds.hardBytes || length > bounds.hardFrames) &&
        length > 1 &&
        dropBelow(Number.POSITIVE_INFINITY)
      ) {
        dropped += 1;
      }
      return dropped;
    },
    take(bytesMax) {
      const taken: OutboundFrame[] = [];
      let takenBytes = 0;
      for (const frames of inOrder) {
        let count = 0;
        for (const frame of frames) {
          if (taken.length > 0 && takenBytes + frame.bytes.length > bytesMax) break;
          taken.push(frame);
          takenBytes += frame.bytes.length;
          count += 1;
        }
        frames.splice(0, count);
        if (frames.length > 0) break;
      }
      bytes -= takenBytes;
      length -= taken.length;
      return taken;
    },
    clear() {
      for (const frames of inOrder) frames.length = 0;
      bytes = 0;
      length = 0;
    },
  };
}

/** Rank of what has none: above all that is dropped at the soft bound. */
const KEPT = 1_000;

interface Place {
  readonly frames: OutboundFrame[];
  readonly at: number;
}

/** Of the frames of the lowest rank below the given one, the first. */
function lowestOf(lanes: readonly OutboundFrame[][], below: number): Place | null {
  let lowest = below;
  let place: Place | null = null;
  for (const frames of lanes) {
    frames.forEach(({ traits }, at) => {
      const rank = traits.dropRank ?? KEPT;
      if (rank >= lowest) return;
      lowest = rank;
      place = { frames, at };
    });
  }
  return place;
}
