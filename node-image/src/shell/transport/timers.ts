/** Time as the transport needs it; tests bring their own. */
export interface Timers {
  /** Unix milliseconds with fractions that never run backwards. */
  nowMs(): number;
  /** Once, at the end of this turn of the event loop. */
  soon(action: () => void): void;
  /** @returns cancels it */
  after(delayMs: number, action: () => void): () => void;
}
