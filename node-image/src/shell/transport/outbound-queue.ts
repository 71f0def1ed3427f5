import type { Message } from '../../engine/messages.ts';

/** A serialised message with what the queue must know about it. */
export interface OutboundFrame {
  readonly bytes: Uint8Array;
  readonly kind: Message['kind'];
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
  /** Above this, even proposals, timeouts and certificates are dropped, oldest first. */
  readonly hardBytes: number;
  readonly hardFrames: number;
}

/**
 * What waits for one peer. Two lanes: consensus messages overtake forwarded transactions and
 * answers to sync requests. Beyond the soft bound the oldest droppable frame goes first: what is
 * large and can be had again before what is small and moves the protocol on. That is forwarded
 * transactions, then answers and requests (asked again on a timer), then votes, oldest round first.
 */
export function createOutboundQueue(bounds: QueueBounds): OutboundQueue {
  const lanes: OutboundFrame[][] = [[], []];
  let bytes = 0;
  let length = 0;

  const lane = (index: number): OutboundFrame[] => lanes[index] ?? [];

  const dropOldest = (kinds: readonly Message['kind'][]): boolean => {
    for (const kind of kinds) {
      const frames = lane(laneOf(kind));
      const at = frames.findIndex((frame) => frame.kind === kind);
      const frame = frames[at];
      if (frame === undefined) continue;
      frames.splice(at, 1);
      bytes -= frame.bytes.length;
      length -= 1;
      return true;
    }
    return false;
  };

  return {
    get length() {
      return length;
    },
    get bytes() {
      return bytes;
    },
    push(frame) {
      lane(laneOf(frame.kind)).push(frame);
      bytes += frame.bytes.length;
      length += 1;
      let dropped = 0;
      while (
        (bytes > bounds.softBytes || length > bounds.softFrames) &&
        length > 1 &&
        dropOldest(DROP_ORDER)
      ) {
        dropped += 1;
      }
      while (
        (bytes > bounds.hardBytes || length > bounds.hardFrames) &&
        length > 1 &&
        dropOldest(LAST_RESORT)
      ) {
        dropped += 1;
      }
      return dropped;
    },
    take(bytesMax) {
      const taken: OutboundFrame[] = [];
      let takenBytes = 0;
      for (const frames of lanes) {
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
      for (const frames of lanes) frames.length = 0;
      bytes = 0;
      length = 0;
    },
  };
}

const DROP_ORDER = ['forward', 'block-response', 'block-request', 'certificate', 'vote'] as const;
const LAST_RESORT = [...DROP_ORDER, 'timeout', 'proposal'] as const;

/** 0: consensus, goes first · 1: bulk. */
function laneOf(kind: Message['kind']): 0 | 1 {
  return kind === 'forward' || kind === 'block-response' || kind === 'block-request' ? 1 : 0;
}
