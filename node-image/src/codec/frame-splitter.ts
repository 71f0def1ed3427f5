import { DecodeError } from './decode-error.ts';
import { LENGTH_PREFIX_BYTES } from './limits.ts';

export interface FrameSplitter {
  /**
   * Takes the next bytes of the stream and calls `onBody` for every frame that is now whole.
   * @throws DecodeError when a frame claims more than `frameBytesMax`; the stream is then useless
   */
  push(chunk: Uint8Array): void;
  /** Memory that the unfinished frame takes. */
  readonly heldBytes: number;
}

/** Room that an unfinished frame starts with; it doubles as bytes arrive. */
const ROOM_BYTES_MIN = 512;

/**
 * Cuts a byte stream into length-prefixed frames. A body that lies within one chunk is passed on
 * as a view into it if it makes up at least half of the memory behind the chunk, else as a copy:
 * a signature kept for minutes must not keep a thousand times its size alive. What is not whole
 * yet is always copied, because a peer that sends byte by byte would pin a chunk with each. It
 * takes no more than twice the bytes that came (or 512), whatever length was claimed.
 */
export function createFrameSplitter(
  options: { readonly frameBytesMax: number },
  onBody: (body: Uint8Array) => void,
): FrameSplitter {
  /** Holds the frame that is not whole yet, prefix included, in its first `filledBytes` bytes. */
  let held = Buffer.alloc(0);
  let filledBytes = 0;
  /** Whole size of that frame, prefix included; 0 while the prefix itself is incomplete. */
  let frameBytes = 0;

  const checked = (bodyBytes: number): number => {
    if (bodyBytes === 0 || bodyBytes > options.frameBytesMax) {
      throw new DecodeError(
        `a frame of ${bodyBytes} bytes, allowed are 1-${options.frameBytesMax}`,
      );
    }
    return bodyBytes + LENGTH_PREFIX_BYTES;
  };

  const keep = (piece: Uint8Array): void => {
    const neededBytes = filledBytes + piece.length;
    if (neededBytes > held.length) {
      const roomBytes = Math.max(2 * filledBytes, neededBytes, ROOM_BYTES_MIN);
      // Memory of its own: a part of Node's shared pool would keep the pool alive.
      const room = Buffer.allocUnsafeSlow(Math.min(roomBytes, frameBytes || ROOM_BYTES_MIN));
      held.copy(room, 0, 0, filledBytes);
      held = room;
    }
    held.set(piece, filledBytes);
    filledBytes = neededBytes;
  };

  /** Adds to the unfinished frame what belongs to it; returns how many bytes that were. */
  const complete = (chunk: Uint8Array): number => {
    let used = 0;
    if (frameBytes === 0) {
      used = Math.min(LENGTH_PREFIX_BYTES - filledBytes, chunk.length);
      keep(chunk.subarray(0, used));
      if (filledBytes < LENGTH_PREFIX_BYTES) return used;
      frameBytes = checked(readU32(held, 0));
    }
    const rest = Math.min(frameBytes - filledBytes, chunk.length - used);
    if (rest > 0) keep(chunk.subarray(used, used + rest));
    if (filledBytes === frameBytes) {
      const body = held.subarray(LENGTH_PREFIX_BYTES, frameBytes);
      held = Buffer.alloc(0);
      filledBytes = 0;
      frameBytes = 0;
      onBody(body);
    }
    return used + rest;
  };

  return {
    get heldBytes() {
      return held.length;
    },
    push(chunk) {
      let offset = 0;
      while (filledBytes > 0 && offset < chunk.length) {
        offset += complete(offset === 0 ? chunk : chunk.subarray(offset));
      }
      const backingBytes = chunk.buffer.byteLength;
      while (chunk.length - offset >= LENGTH_PREFIX_BYTES) {
        const whole = checked(readU32(chunk, offset));
        if (chunk.length - offset < whole) break;
        const view = chunk.subarray(offset + LENGTH_PREFIX_BYTES, offset + whole);
        offset += whole;
        onBody(2 * view.length >= backingBytes ? view : Buffer.from(view));
      }
      if (offset < chunk.length) complete(chunk.subarray(offset));
    },
  };
}

function readU32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) * 2 ** 24 +
    (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))
  );
}
