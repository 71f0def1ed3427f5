import type { Probe, ProbeResult, RateProbe, RateProbeResult } from '../../contract/index.ts';
import { createFillCounter } from './fill-counter.ts';
import { encodeProbeFrame, FILL_WIRE_BYTES, type ProbeFrame } from './probe-frames.ts';
import type { Timers } from './timers.ts';

/**
 * One end of the measurements of a link: asks, and answers what the other end asks. Bounded, so
 * that a peer cannot make this node send more than it sends itself.
 */
export interface LinkProbes {
  /** @throws LinkBusyError if the link is being measured */
  roundTrips(order: Omit<Probe, 'peerIndex'>): Promise<ProbeResult>;
  /** @throws LinkBusyError */
  fill(order: Omit<RateProbe, 'peerIndex'>): Promise<RateProbeResult>;
  receive(frame: ProbeFrame): void;
  readonly hasUrgent: boolean;
  /** Takes the frames that are to be sent before all others. */
  takeUrgent(): readonly Uint8Array[];
  /** @returns what is to be sent while nothing else waits; null if nothing is */
  nextFill(): Uint8Array | null;
  /** The stream is gone: what was under way will not be answered. */
  linkDown(): void;
}

export interface LinkProbesDependencies {
  readonly timers: Pick<Timers, 'nowMs' | 'after'>;
  /** There is something to send. */
  readonly onReady: () => void;
}

/** Another measurement of this kind is under way on this link. */
export class LinkBusyError extends Error {
  override readonly name = 'LinkBusyError';
}

/** Frames of 9 to 17 bytes that wait for a full stream; an echo beyond that is not given. */
const URGENT_MAX = 1_024;
const ECHOES_PER_SEC_MAX = 4_000;
/** After the end of a fill, the peer's report may take this long. */
const REPORT_MS_MAX = 10_000;

interface RoundTripsUnderWay {
  readonly count: number;
  readonly sentAtMs: Map<number, number>;
  readonly rttMicros: number[];
  sent: number;
  finish(): void;
}

interface FillUnderWay {
  readonly id: number;
  readonly untilMs: number;
  readonly frame: Uint8Array;
  isSent: boolean;
  finish(result: RateProbeResult): void;
}

export function createLinkProbes({ timers, onReady }: LinkProbesDependencies): LinkProbes {
  const { nowMs, after } = timers;
  const counter = createFillCounter();
  let urgent: Uint8Array[] = [];
  let nextId = 1;
  let pings: RoundTripsUnderWay | null = null;
  let filling: FillUnderWay | null = null;
  let echoes = 0;
  let echoesSinceMs = 0;

  const send = (frame: ProbeFrame): void => {
    if (urgent.length >= URGENT_MAX) return;
    urgent.push(encodeProbeFrame(frame));
    onReady();
  };
  const echo = (id: number): void => {
    const atMs = nowMs();
    if (atMs - echoesSinceMs >= 1_000) {
      echoes = 0;
      echoesSinceMs = atMs;
    }
    echoes += 1;
    if (echoes <= ECHOES_PER_SEC_MAX) send({ kind: 'echo', id });
  };
  const takeId = (): number => {
    const id = nextId;
    nextId = (nextId + 1) % 2 ** 32;
    return id;
  };
  const endFill = (): void => {
    if (filling === null || filling.isSent) return;
    filling.isSent = true;
    send({ kind: 'fill-end', id: filling.id });
  };
  const report = (result: { id: number; frames: number; elapsedMicros: number } | null): void => {
    if (result !== null) send({ kind: 'fill-report', ...result });
  };

  return {
    roundTrips(order) {
      if (pings !== null) throw new LinkBusyError('round trips are being measured');
      return measureRoundTrips(order);
    },
    fill({ durationMs }) {
      if (filling !== null) throw new LinkBusyError('its rate is being measured');
      return measureFill(durationMs);
    },
    receive(frame) {
      switch (frame.kind) {
        case 'ping':
          echo(frame.id);
          break;
        case 'echo':
          noteEcho(frame.id);
          break;
        case 'fill-begin':
          counter.begin(frame, nowMs());
          break;
        case 'fill':
          report(counter.count(frame.id, nowMs()));
          break;
        case 'fill-end':
          report(counter.end(frame.id));
          break;
        case 'fill-report':
          if (filling?.id !== frame.id) break;
          filling.finish({
            receivedBytes: frame.frames * FILL_WIRE_BYTES,
            elapsedMs: frame.elapsedMicros / 1_000,
          });
          break;
        default:
          frame satisfies never;
      }
    },
    get hasUrgent() {
      return urgent.length > 0;
    },
    takeUrgent() {
      const taken = urgent;
      urgent = [];
      return taken;
    },
    nextFill() {
      if (filling === null || filling.isSent) return null;
      if (nowMs() < filling.untilMs) return filling.frame;
      filling.isSent = true;
      return encodeProbeFrame({ kind: 'fill-end', id: filling.id });
    },
    linkDown() {
      urgent = [];
      counter.clear();
      pings?.finish();
      filling?.finish({ receivedBytes: 0, elapsedMs: 0 });
    },
  };

  function noteEcho(id: number): void {
    const sentAtMs = pings?.sentAtMs.get(id);
    if (pings === null || sentAtMs === undefined) return;
    pings.sentAtMs.delete(id);
    pings.rttMicros.push(Math.round(Math.max(0, nowMs() - sentAtMs) * 1_000));
    if (pings.rttMicros.length === pings.count) pings.finish();
  }

  function measureRoundTrips(order: Omit<Probe, 'peerIndex'>): Promise<ProbeResult> {
    const { count, intervalMs, timeoutMs } = order;
    return new Promise((resolve) => {
      const startMs = nowMs();
      let cancel = (): void => undefined;
      const measurement: RoundTripsUnderWay = {
        count,
        sentAtMs: new Map(),
        rttMicros: [],
        sent: 0,
        finish() {
          cancel();
          if (pings === measurement) pings = null;
          resolve({ sent: measurement.sent, rttMicros: measurement.rttMicros });
        },
      };
      const step = (): void => {
        while (measurement.sent < count && nowMs() >= startMs + measurement.sent * intervalMs) {
          const id = takeId();
          measurement.sent += 1;
          measurement.sentAtMs.set(id, nowMs());
          send({ kind: 'ping', id });
        }
        const isOver = measurement.sent === count;
        const dueMs = startMs + measurement.sent * intervalMs;
        if (isOver) cancel = after(timeoutMs, measurement.finish);
        else cancel = after(Math.max(1, dueMs - nowMs()), step);
      };
      pings = measurement;
      step();
    });
  }

  function measureFill(durationMs: number): Promise<RateProbeResult> {
    return new Promise((resolve) => {
      const id = takeId();
      const measurement: FillUnderWay = {
        id,
        untilMs: nowMs() + durationMs,
        frame: encodeProbeFrame({ kind: 'fill', id }),
        isSent: false,
        finish(result) {
          cancelEnd();
          cancelWait();
          if (filling === measurement) filling = null;
          resolve(result);
        },
      };
      // The stream may be full when the time is over, and stay so.
      const cancelEnd = after(durationMs, endFill);
      const nothing = { receivedBytes: 0, elapsedMs: 0 };
      const cancelWait = after(durationMs + REPORT_MS_MAX, () => measurement.finish(nothing));
      filling = measurement;
      send({ kind: 'fill-begin', id, durationMs: Math.round(durationMs) });
    });
  }
}
