import type { Timers } from '../transport/timers.ts';
import { encodeLinkState, HEARTBEAT_FRAME } from './envelope.ts';

/**
 * Which of a node's own links are dead. A link dies when its connection closes or its neighbour
 * says nothing for too long (cut off by a filter, a connection stays open for minutes); it lives
 * again when something is heard. A link that has not been up yet is none that died.
 */
export interface LinkWatch {
  heard(neighbour: number): void;
  linkChanged(neighbour: number, isUp: boolean): void;
  close(): void;
}

export interface LinkWatchDependencies {
  readonly timers: Timers;
  readonly beat: (neighbour: number, frame: Uint8Array) => void;
  /** @param message says the same to the others */
  readonly onChange: (down: readonly number[], message: Uint8Array) => void;
}

/** Beats within the longest silence: one that is lost or late is no silence yet. */
const BEATS_PER_SILENCE = 4;

export function createLinkWatch(
  options: { readonly neighbours: readonly number[]; readonly silenceMsMax: number },
  { timers, beat, onChange }: LinkWatchDependencies,
): LinkWatch {
  const periodMs = options.silenceMsMax / BEATS_PER_SILENCE;
  const heardAtMs = new Map<number, number>();
  const closed = new Set<number>();
  let down: readonly number[] = [];
  let dueMs = timers.nowMs() + periodMs;
  let cancel = timers.after(periodMs, tick);

  function judge(): void {
    const nowMs = timers.nowMs();
    const dead = options.neighbours.filter((neighbour) => {
      const lastMs = heardAtMs.get(neighbour);
      if (lastMs === undefined) return false;
      return closed.has(neighbour) || nowMs - lastMs > options.silenceMsMax;
    });
    if (dead.join() === down.join()) return;
    down = dead;
    onChange(down, encodeLinkState(down));
  }

  function tick(): void {
    const nowMs = timers.nowMs();
    // This node itself was held up: the others' words wait in its own queues.
    const lateMs = Math.max(0, nowMs - dueMs);
    if (lateMs > periodMs) {
      for (const [neighbour, atMs] of heardAtMs) heardAtMs.set(neighbour, atMs + lateMs);
    }
    judge();
    for (const neighbour of options.neighbours) beat(neighbour, HEARTBEAT_FRAME);
    dueMs = nowMs + periodMs;
    cancel = timers.after(periodMs, tick);
  }

  return {
    heard(neighbour) {
      heardAtMs.set(neighbour, timers.nowMs());
      if (down.includes(neighbour) && !closed.has(neighbour)) judge();
    },
    linkChanged(neighbour, isUp) {
      if (isUp) {
        closed.delete(neighbour);
        heardAtMs.set(neighbour, timers.nowMs());
      } else if (heardAtMs.has(neighbour)) {
        closed.add(neighbour);
      }
      judge();
    },
    close: () => cancel(),
  };
}
