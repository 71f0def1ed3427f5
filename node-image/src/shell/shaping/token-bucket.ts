/**
 * A token bucket whose depth is the one packet that is being sent, as netem's `rate`: a packet has
 * left when its last bit has, and the next begins then.
 */
export interface TokenBucket {
  /** @returns when the last bit of a packet handed over at `nowMs` has left */
  leave(nowMs: number, wireBytes: number, rateBitsPerSec: number | null): number;
  /** Before this time nothing more can begin to leave. */
  readonly freeMs: number;
}

export function createTokenBucket(): TokenBucket {
  let freeMs = 0;
  return {
    get freeMs() {
      return freeMs;
    },
    leave(nowMs, wireBytes, rateBitsPerSec) {
      if (rateBitsPerSec === null) return nowMs;
      freeMs = Math.max(freeMs, nowMs) + (wireBytes * 8_000) / rateBitsPerSec;
      return freeMs;
    },
  };
}

/** Payload of a full TCP segment on Ethernet with timestamps: 1,500 - 20 - 32. */
export const SEGMENT_BYTES = 1_448;
/** Ethernet, IPv4 and TCP headers of each segment: 14 + 20 + 32, as netem counts them. */
export const HEADER_BYTES = 66;
