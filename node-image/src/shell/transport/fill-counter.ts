/**
 * The receiving end of a rate probe: counts the fill frames of one fill after the first quarter of
 * its time, by this node's clock. From the arrival of the first counted frame, which itself does
 * not count, to that of the last: whole frames then cut nothing off at the edges.
 */
export interface FillCounter {
  /** Forgets a fill before it. */
  begin(fill: { readonly id: number; readonly durationMs: number }, nowMs: number): void;
  /** @returns the report, once the time is over */
  count(id: number, nowMs: number): FillReport | null;
  /** @returns the report, unless it was given already */
  end(id: number): FillReport | null;
  clear(): void;
}

export interface FillReport {
  readonly id: number;
  readonly frames: number;
  readonly elapsedMicros: number;
}

const SKIPPED_SHARE = 0.25;

interface Fill {
  readonly id: number;
  readonly fromMs: number;
  readonly untilMs: number;
  firstMs: number | null;
  lastMs: number;
  frames: number;
}

export function createFillCounter(): FillCounter {
  let fill: Fill | null = null;
  const report = (): FillReport | null => {
    if (fill === null) return null;
    const { id, frames, firstMs, lastMs } = fill;
    fill = null;
    return { id, frames, elapsedMicros: Math.round((lastMs - (firstMs ?? lastMs)) * 1_000) };
  };
  return {
    begin({ id, durationMs }, nowMs) {
      fill = {
        id,
        fromMs: nowMs + SKIPPED_SHARE * durationMs,
        untilMs: nowMs + durationMs,
        firstMs: null,
        lastMs: 0,
        frames: 0,
      };
    },
    count(id, nowMs) {
      if (fill?.id !== id || nowMs < fill.fromMs) return null;
      if (nowMs > fill.untilMs) return report();
      if (fill.firstMs === null) fill.firstMs = nowMs;
      else fill.frames += 1;
      fill.lastMs = nowMs;
      return null;
    },
    end: (id) => (fill?.id === id ? report() : null),
    clear() {
      fill = null;
    },
  };
}
