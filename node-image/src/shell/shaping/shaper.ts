import type { LinkShaping, Shaping, ShapingStatus } from '../../contract/index.ts';
import type { Timers } from '../transport/timers.ts';
import {
  type ConnectionEnd,
  createConnectionEnd,
  type Ingress,
  type ShapedEnd,
  type Wire,
} from './connection-end.ts';
import { GRAIN_MS } from './delay-line.ts';
import {
  type AccessLink,
  createLinkEgress,
  type LinkEgress,
  type SegmentCounters,
} from './link-egress.ts';
import { createTokenBucket } from './token-bucket.ts';

/**
 * The userspace shaper: delays what leaves this node, per peer, between encryption and socket; and
 * what comes in, by the node's own rate. One timer for all connections. The model, in words:
 * docs/node-contract.md, Shaping.
 */
export interface Shaper {
  /** Everything that holds from now on; what is under way stays as it was planned. */
  apply(shaping: Shaping): void;
  /** Peer ids in index order. Until they are known, peers cannot be told apart by index. */
  setMembers(peerIds: readonly string[]): void;
  /** What is done, read from where it is done. */
  status(): ShapingStatus;
  totals(): SegmentCounters;
  /** Takes a new connection. */
  connect(wire: Wire): ConnectionEnd;
}

export interface ShaperDependencies {
  readonly selfIndex: number;
  readonly clock: Pick<Timers, 'nowMs' | 'after'>;
}

export function createShaper(dependencies: ShaperDependencies): Shaper {
  const { selfIndex, clock } = dependencies;
  const { nowMs } = clock;
  const access: AccessLink = { upBitsPerSec: null, up: createTokenBucket() };
  const ingress: Ingress = { downBitsPerSec: null, down: createTokenBucket() };
  const ends = new Set<ShapedEnd>();
  /** By peer index; chance and counters outlive connections. */
  const links = new Map<number, LinkEgress>();
  let members = new Map<string, number>();
  let shapes = new Map<number, LinkShaping>();
  let seed = 0;

  const linkAt = (peerIndex: number): LinkEgress => {
    const found = links.get(peerIndex);
    if (found !== undefined) return found;
    const made = createLinkEgress(`${selfIndex}>${peerIndex}`, access);
    made.apply(shapes.get(peerIndex) ?? null, seed);
    links.set(peerIndex, made);
    return made;
  };
  const punctuality = createPunctuality();
  const wakeAt = createAlarm(clock, () => {
    const wokenMs = nowMs();
    const atMs = wokenMs + punctuality.aheadMs;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const end of ends) {
      if (end.nextMs <= atMs + GRAIN_MS) {
        punctuality.note(wokenMs - end.nextMs);
        end.pump(atMs);
      }
      nextMs = Math.min(nextMs, end.nextMs);
    }
    wakeAt(nextMs - punctuality.aheadMs);
  });
  const refresh = (): void => {
    for (const end of ends) end.refresh();
  };
  const endDependencies = {
    nowMs,
    ingress,
    wakeAt,
    linkTo: (peerId: string) => {
      const peerIndex = members.get(peerId);
      return peerIndex === undefined ? null : linkAt(peerIndex);
    },
    onDrop: (end: ShapedEnd) => ends.delete(end),
  };

  return {
    apply(shaping) {
      seed = shaping.seed;
      shapes = new Map(shaping.links.map((shape) => [shape.peerIndex, shape]));
      access.upBitsPerSec = shaping.upBitsPerSec;
      ingress.downBitsPerSec = shaping.downBitsPerSec;
      for (const peerIndex of shapes.keys()) linkAt(peerIndex);
      for (const [peerIndex, link] of links) link.apply(shapes.get(peerIndex) ?? null, seed);
      refresh();
    },
    setMembers(peerIds) {
      members = new Map(peerIds.map((peerId, index) => [peerId, index]));
      refresh();
    },
    status: () => ({
      shaping: {
        seed,
        links: [...links.values()].flatMap(({ shape }) => (shape === null ? [] : [shape])),
        upBitsPerSec: access.upBitsPerSec,
        downBitsPerSec: ingress.downBitsPerSec,
      },
      links: [...links]
        .filter(([, { shape, counters }]) => shape !== null || counters.segments > 0)
        .map(([peerIndex, { counters }]) => ({ peerIndex, ...counters }))
        .sort((a, b) => a.peerIndex - b.peerIndex),
    }),
    totals() {
      const totals = { segments: 0, segmentsLost: 0, bytes: 0 };
      for (const { counters } of links.values()) {
        totals.segments += counters.segments;
        totals.segmentsLost += counters.segmentsLost;
        totals.bytes += counters.bytes;
      }
      return totals;
    },
    connect(wire) {
      const end = createConnectionEnd(wire, endDependencies);
      ends.add(end);
      return end;
    },
  };
}

/**
 * Timers ring late, the more so on a busy host. What is due is let through earlier by the median of
 * that, so that half of it arrives before its time and half after.
 */
function createPunctuality(): { readonly aheadMs: number; note(lateMs: number): void } {
  let aheadMs = 0;
  return {
    get aheadMs() {
      return aheadMs;
    },
    note(lateMs) {
      const step = lateMs > 0 ? AHEAD_STEP_MS : -AHEAD_STEP_MS;
      aheadMs = Math.min(AHEAD_MS_MAX, Math.max(0, aheadMs + step));
    },
  };
}

const AHEAD_STEP_MS = 0.01;
const AHEAD_MS_MAX = 1;

/** One timer, set to the earliest time asked for. @returns asks for a time; Infinity asks nothing */
function createAlarm(
  { nowMs, after }: ShaperDependencies['clock'],
  ring: () => void,
): (atMs: number) => void {
  let armedMs = Number.POSITIVE_INFINITY;
  let cancel = (): void => undefined;
  return (atMs) => {
    if (atMs >= armedMs) return;
    cancel();
    armedMs = atMs;
    // Timers count whole milliseconds; the nearest is on average neither early nor late.
    cancel = after(Math.max(1, Math.round(atMs - nowMs())), () => {
      armedMs = Number.POSITIVE_INFINITY;
      ring();
    });
  };
}
