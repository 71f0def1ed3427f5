/**
 * Which of one origin's envelopes were met before: duplicates are the rule where everybody passes
 * everything on. Remembers the last `WINDOW` sequence numbers as bits (RFC 4303, section 3.4.3); what is
 * older counts as met. A later epoch (the origin's process began anew) starts over, an earlier one is
 * over.
 */
export interface SeenWindow {
  has(epochMs: number, sequence: number): boolean;
  /** Only what was verified may be added: a forged number would shut out the true one. */
  add(epochMs: number, sequence: number): void;
}

/** More than an origin sends while two of its paths may differ: a second at 30,000 a second. */
const WINDOW = 32_768;

export function createSeenWindow(): SeenWindow {
  const bits = new Uint32Array(WINDOW / 32);
  let epoch = Number.NEGATIVE_INFINITY;
  let highest = -1;

  const isSet = (sequence: number): boolean =>
    ((bits[(sequence % WINDOW) >>> 5] ?? 0) & (1 << (sequence & 31))) !== 0;
  const clear = (sequence: number): void => {
    const at = (sequence % WINDOW) >>> 5;
    bits[at] = (bits[at] ?? 0) & ~(1 << (sequence & 31));
  };

  return {
    has(epochMs, sequence) {
      if (epochMs !== epoch) return epochMs < epoch;
      if (sequence > highest) return false;
      return sequence <= highest - WINDOW || isSet(sequence);
    },
    add(epochMs, sequence) {
      if (epochMs < epoch || (epochMs === epoch && sequence <= highest - WINDOW)) return;
      if (epochMs > epoch || sequence - highest >= WINDOW) {
        bits.fill(0);
        epoch = epochMs;
        highest = sequence;
      }
      // The numbers that were skipped are still to come; their bits are of an earlier lap.
      for (let between = highest + 1; between <= sequence; between += 1) clear(between);
      highest = Math.max(highest, sequence);
      const at = (sequence % WINDOW) >>> 5;
      bits[at] = (bits[at] ?? 0) | (1 << (sequence & 31));
    },
  };
}
