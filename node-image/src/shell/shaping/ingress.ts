import { GRAIN_MS } from './delay-line.ts';
import { HEADER_BYTES, SEGMENT_BYTES, type TokenBucket } from './token-bucket.ts';

/**
 * What came in over one connection and waits for its turn on the node's access link, which all
 * connections share: first come, first served. Reads no clock.
 */
export interface IngressLine {
  readonly waitingBytes: number;
  readonly nextMs: number;
  receive(bytes: Uint8Array, nowMs: number, downBitsPerSec: number | null): void;
  takeDue(nowMs: number): Uint8Array[];
  clear(): void;
}

export function createIngressLine(down: TokenBucket): IngressLine {
  let waiting: { readonly bytes: Uint8Array; readonly arriveMs: number }[] = [];
  let waitingBytes = 0;
  return {
    get waitingBytes() {
      return waitingBytes;
    },
    get nextMs() {
      return waiting[0]?.arriveMs ?? Number.POSITIVE_INFINITY;
    },
    receive(bytes, nowMs, downBitsPerSec) {
      waitingBytes += bytes.length;
      for (let at = 0; at < bytes.length; at += SEGMENT_BYTES) {
        const part = bytes.subarray(at, at + SEGMENT_BYTES);
        // How the sender cut its segments is not known here: headers are charged in proportion.
        const wireBytes = part.length * (1 + HEADER_BYTES / SEGMENT_BYTES);
        waiting.push({ bytes: part, arriveMs: down.leave(nowMs, wireBytes, downBitsPerSec) });
      }
    },
    takeDue(nowMs) {
      let count = 0;
      while ((waiting[count]?.arriveMs ?? Number.POSITIVE_INFINITY) <= nowMs + GRAIN_MS) count += 1;
      if (count === 0) return [];
      const due = waiting.slice(0, count).map(({ bytes }) => bytes);
      waiting = waiting.slice(count);
      for (const bytes of due) waitingBytes -= bytes.length;
      return due;
    },
    clear() {
      waiting = [];
      waitingBytes = 0;
    },
  };
}
