import { DecodeError } from './decode-error.ts';
import { LENGTH_PREFIX_BYTES } from './limits.ts';

export interface FrameSplitter {
  /**
   * Takes the next bytes of the stream and calls `onBody` for every frame that is now whole.
   * @throws DecodeError when a frame claims more than `frameBytesMax`; the stream is then useless
   */
  push(chunk: Uint8Array): void;
}

/**
 * Cuts a byte stream into length-prefixed frames. A body that lies within one chunk is passed on
 * as a view into it if it makes up at least half of the memory behind the chunk, else as a copy:
 * a signature kept for minutes must not keep a thousand times its size alive.
 */
export function createFrameSplitter(
  options: { readonly frameBytesMax: number },
  onBody: (body: Uint8Array) => void,
): FrameSplitter {
  /** Bytes of a frame that is not whole yet, prefix included. */
  let pieces: Uint8Array[] = [];
  let piecesBytes = 0;
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

  /** Adds to the unfinished frame what belongs to it; returns how many bytes that were. */
  const complete = (chunk: Uint8Array): number => {
    let used = 0;
    if (frameBytes === 0) {
      used = Math.min(LENGTH_PREFIX_BYTES - piecesBytes, chunk.length);
      keep(chunk.subarray(0, used));
      if (piecesBytes < LENGTH_PREFIX_BYTES) return used;
      frameBytes = checked(readU32(Buffer.concat(pieces), 0));
    }
    const rest = Math.min(frameBytes - piecesBytes, chunk.length - used);
    if (rest > 0) keep(chunk.subarray(used, used + rest));
    if (piecesBytes === frameBytes) {
      const body = Buffer.concat(pieces, piecesBytes).subarray(LENGTH_PREFIX_BYTES);
      pieces = [];
      piecesBytes = 0;
      frameBytes = 0;
      onBody(body);
    }
    return used + rest;
  };

  const keep = (piece: Uint8Array): void => {
    pieces.push(piece);
    piecesBytes += piece.length;
  };

  return {
    push(chunk) {
      let offset = 0;
      while (piecesBytes > 0 && offset < chunk.length) {
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
      if (offset < chunk.length) {
        keep(chunk.subarray(offset));
        if (piecesBytes >= LENGTH_PREFIX_BYTES) frameBytes = checked(readU32(chunk, offset));
      }
    },
  };
}

function readU32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) * 2 ** 24 +
    (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))
  );
}
