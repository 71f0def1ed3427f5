import { createDelayLine, type DelayLine } from './delay-line.ts';
import { createIngressLine } from './ingress.ts';
import type { LinkEgress } from './link-egress.ts';
import type { TokenBucket } from './token-bucket.ts';

/** What the shaper needs of a socket and of whoever uses it. */
export interface Wire {
  /** @returns false when the socket is full, until `wireDrained` */
  write(parts: readonly Uint8Array[]): boolean;
  /** Hands bytes that came in to whoever reads. */
  deliver(bytes: Uint8Array): void;
  /** The sender may go on. */
  drained(): void;
  pauseReading(): void;
  resumeReading(): void;
}

/** This node's end of one connection: a delay line out, the access link in. */
export interface ConnectionEnd {
  /** Nothing is shaped and nothing waits: bytes may go to the socket as if there were no shaper. */
  readonly isDirect: boolean;
  /** The same for bytes that come in. */
  readonly isDirectIn: boolean;
  /** Who is at the other end: before that is known, nothing is shaped on the way out. */
  identify(peerId: string): void;
  /** @returns false when so much waits that nothing more should be sent until `drained` */
  send(bytes: Uint8Array): boolean;
  receive(bytes: Uint8Array): void;
  wireDrained(): void;
  /** Writes out what waits, at once: the connection is being closed in order. */
  flush(): void;
  /** The connection is gone; what waits is dropped. */
  drop(): void;
}

/** The end as the shaper sees it. */
export interface ShapedEnd extends ConnectionEnd {
  readonly nextMs: number;
  /** Lets through what is due. */
  pump(nowMs: number): void;
  /** Something about the shaping changed. */
  refresh(): void;
}

export interface Ingress {
  downBitsPerSec: number | null;
  readonly down: TokenBucket;
}

export interface ConnectionEndDependencies {
  readonly nowMs: () => number;
  /** Null while this peer is no member, or the committee is not known. */
  readonly linkTo: (peerId: string) => LinkEgress | null;
  readonly ingress: Ingress;
  /** Asks for `pump` at this time. */
  readonly wakeAt: (atMs: number) => void;
  readonly onDrop: (end: ShapedEnd) => void;
}

/** What may wait on the way in before the socket is no longer read. */
const INGRESS_BYTES_MAX = 256 * 1024;

export function createConnectionEnd(
  wire: Wire,
  dependencies: ConnectionEndDependencies,
): ShapedEnd {
  const { nowMs, ingress, wakeAt } = dependencies;
  const inbound = createIngressLine(ingress.down);
  let peerId: string | null = null;
  let link: LinkEgress | null = null;
  let line: DelayLine | null = null;
  let isWireFull = false;
  let isSenderStopped = false;
  let isReadingPaused = false;

  const pumpOut = (atMs: number): void => {
    if (line === null || link === null) return;
    if (!isWireFull && line.waitingBytes > 0) {
      const due = line.takeDue(atMs);
      if (due.length > 0) isWireFull = !wire.write(due);
    }
    if (line.waitingBytes === 0 && !link.isShaped) end.isDirect = true;
    if (isSenderStopped && !isWireFull && 2 * line.waitingBytes <= link.waitingBytesMax) {
      isSenderStopped = false;
      wire.drained();
    }
  };

  const pumpIn = (atMs: number): void => {
    if (inbound.waitingBytes > 0) {
      for (const bytes of inbound.takeDue(atMs)) wire.deliver(bytes);
    }
    end.isDirectIn = ingress.downBitsPerSec === null && inbound.waitingBytes === 0;
    if (isReadingPaused && 2 * inbound.waitingBytes <= INGRESS_BYTES_MAX) {
      isReadingPaused = false;
      wire.resumeReading();
    }
  };

  const end = {
    isDirect: true,
    isDirectIn: ingress.downBitsPerSec === null,
    get nextMs() {
      const outMs = line === null || isWireFull ? Number.POSITIVE_INFINITY : line.nextMs;
      return Math.min(outMs, inbound.nextMs);
    },
    identify(id: string) {
      peerId = id;
      end.refresh();
    },
    send(bytes: Uint8Array) {
      if (line === null || link === null) return wire.write([bytes]);
      const atMs = nowMs();
      line.send(bytes, atMs);
      pumpOut(atMs);
      if (line.waitingBytes > link.waitingBytesMax || isWireFull) isSenderStopped = true;
      wakeAt(end.nextMs);
      return !isSenderStopped;
    },
    receive(bytes: Uint8Array) {
      const atMs = nowMs();
      inbound.receive(bytes, atMs, ingress.downBitsPerSec);
      pumpIn(atMs);
      if (!isReadingPaused && inbound.waitingBytes > INGRESS_BYTES_MAX) {
        isReadingPaused = true;
        wire.pauseReading();
      }
      wakeAt(end.nextMs);
    },
    wireDrained() {
      isWireFull = false;
      // One that filled the socket before anything was shaped was not stopped here.
      const isStoppedElsewhere = !isSenderStopped;
      pumpOut(nowMs());
      if (isStoppedElsewhere) wire.drained();
      wakeAt(end.nextMs);
    },
    flush() {
      const rest = line?.takeAll() ?? [];
      if (rest.length > 0) wire.write(rest);
    },
    drop() {
      line?.takeAll();
      inbound.clear();
      dependencies.onDrop(end);
    },
    pump(atMs: number) {
      pumpOut(atMs);
      pumpIn(atMs);
    },
    refresh() {
      if (link === null && peerId !== null) {
        link = dependencies.linkTo(peerId);
        line = link === null ? null : createDelayLine(link);
      }
      if (link?.isShaped === true) end.isDirect = false;
      end.pump(nowMs());
      wakeAt(end.nextMs);
    },
  };
  return end;
}
