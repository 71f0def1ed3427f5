import { DecodeError } from '../../codec/decode-error.ts';
import { createFrameSplitter, type FrameSplitter } from '../../codec/frame-splitter.ts';
import { FRAME_BYTES_MAX } from '../../codec/limits.ts';
import { ENVELOPE_BYTES } from '../overlay/envelope.ts';
import { checkHello, encodeHello } from './hello.ts';
import { createLinkProbes, type LinkProbes } from './link-probes.ts';
import type { LinkStream } from './link-stream.ts';
import {
  createOutboundQueue,
  type OutboundFrame,
  type OutboundQueue,
  type QueueBounds,
} from './outbound-queue.ts';
import { decodeProbeFrame, isProbeFrame } from './probe-frames.ts';
import type { Timers } from './timers.ts';

/** Traffic of all links together; one frame to one peer is one message. */
export interface TrafficCounters {
  messagesSent: number;
  messagesReceived: number;
  bytesSent: number;
  bytesReceived: number;
  messagesDropped: number;
  messagesMalformed: number;
}

export interface LinkOptions {
  readonly peerIndex: number;
  readonly chainId: string;
  readonly bounds: QueueBounds;
}

export interface LinkDependencies {
  readonly traffic: TrafficCounters;
  readonly timers: Timers;
  /** A whole frame body from this peer, after the hello. */
  readonly onBody: (peerIndex: number, body: Uint8Array) => void;
  readonly onUp: (peerIndex: number) => void;
  /** The stream is gone; the link itself stays and may be attached again. */
  readonly onDown: (peerIndex: number, reason: string) => void;
}

/** The lasting relation to one committee member, over however many streams it takes. */
export interface Link {
  readonly isUp: boolean;
  readonly isAttached: boolean;
  readonly probes: Pick<LinkProbes, 'roundTrips' | 'fill'>;
  /** Uses this stream from now on; an older one is aborted. */
  attach(stream: LinkStream): void;
  /** Queues a frame, or drops it if there is no stream; nothing leaves before `flush`. */
  push(frame: OutboundFrame): void;
  /** Sends what the stream takes. */
  flush(): void;
  detach(reason: string): void;
}

/** One send is one yamux frame in one Noise frame if it stays below their limits. */
const SEND_BYTES_MAX = 48 * 1024;
/** The largest message, in an envelope. */
const SEALED_BYTES_MAX = FRAME_BYTES_MAX + ENVELOPE_BYTES;
/** Frames up to this are joined into one buffer, larger ones are passed on uncopied. */
const JOIN_BYTES_MAX = 2 * 1024;
/** A rate probe sends so much, then lets others have their turn. */
const FILL_BYTES_PER_TURN = 64 * 1024;

export function createLink(options: LinkOptions, dependencies: LinkDependencies): Link {
  const { peerIndex, chainId } = options;
  const { traffic, timers } = dependencies;
  const queue = createOutboundQueue(options.bounds);
  let stream: LinkStream | null = null;
  let up = false;
  let writable = false;
  /** Bytes of a rate probe that were sent in this turn. */
  let filledBytes = 0;
  let isReceiving = false;

  const probes = createLinkProbes({
    timers,
    // Answers to one chunk leave together.
    onReady: () => {
      if (!isReceiving) link.flush();
    },
  });

  const receiveProbe = (body: Uint8Array): void => {
    try {
      probes.receive(decodeProbeFrame(body));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      traffic.messagesMalformed += 1;
    }
  };

  const receiveChunk = (splitter: FrameSplitter, chunk: Uint8Array): void => {
    isReceiving = true;
    try {
      splitter.push(chunk);
    } finally {
      isReceiving = false;
    }
    if (probes.hasUrgent) link.flush();
  };

  const sendFill = (to: LinkStream): boolean => {
    if (filledBytes >= FILL_BYTES_PER_TURN) return false;
    const frame = probes.nextFill();
    if (frame === null) return false;
    if (filledBytes === 0) {
      timers.soon(() => {
        filledBytes = 0;
        link.flush();
      });
    }
    filledBytes += frame.length;
    writable = to.send([frame]);
    return true;
  };

  /** @returns whether there was anything */
  const sendNext = (to: LinkStream): boolean => {
    if (probes.hasUrgent) writable = to.send([Buffer.concat(probes.takeUrgent())]);
    else if (queue.length > 0) writable = sendBatch(to, queue, traffic);
    else return sendFill(to);
    return true;
  };

  const receive = (from: LinkStream, body: Uint8Array): void => {
    if (stream !== from) return;
    if (up) {
      if (isProbeFrame(body)) {
        receiveProbe(body);
        return;
      }
      traffic.messagesReceived += 1;
      traffic.bytesReceived += body.length + 4;
      dependencies.onBody(peerIndex, body);
      return;
    }
    checkHello(body, chainId);
    up = true;
    dependencies.onUp(peerIndex);
    link.flush();
  };

  /** What waited is lost with the stream: consensus repairs that sooner than a stale queue would. */
  const forget = (): void => {
    stream = null;
    up = false;
    traffic.messagesDropped += queue.length;
    queue.clear();
    probes.linkDown();
  };

  const link: Link = {
    probes,
    get isUp() {
      return up;
    },
    get isAttached() {
      return stream !== null;
    },
    attach(next) {
      link.detach('replaced by a newer stream');
      stream = next;
      up = false;
      const splitter = createFrameSplitter({ frameBytesMax: SEALED_BYTES_MAX }, (body) =>
        receive(next, body),
      );
      next.listen({
        onBytes(chunk) {
          try {
            receiveChunk(splitter, chunk);
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error;
            traffic.messagesMalformed += 1;
            next.abort(error.message);
          }
        },
        onDrain() {
          if (stream !== next) return;
          writable = true;
          link.flush();
        },
        onClose(reason) {
          if (stream !== next) return;
          forget();
          dependencies.onDown(peerIndex, reason);
        },
      });
      writable = next.send([encodeHello(chainId)]);
    },
    push(frame) {
      traffic.messagesDropped += stream === null ? 1 : queue.push(frame);
    },
    flush() {
      while (up && writable && stream !== null) if (!sendNext(stream)) return;
    },
    detach(reason) {
      const old = stream;
      forget();
      old?.abort(reason);
    },
  };
  return link;
}

function sendBatch(stream: LinkStream, queue: OutboundQueue, traffic: TrafficCounters): boolean {
  const frames = queue.take(SEND_BYTES_MAX);
  let bytes = 0;
  for (const frame of frames) bytes += frame.bytes.length;
  traffic.messagesSent += frames.length;
  traffic.bytesSent += bytes;
  return stream.send(joinSmall(frames));
}

/** Runs of small frames become one buffer; a large frame stays the shared buffer that it is. */
function joinSmall(frames: readonly OutboundFrame[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let run: Uint8Array[] = [];
  const endRun = (): void => {
    const [first] = run;
    if (first !== undefined) parts.push(run.length === 1 ? first : Buffer.concat(run));
    run = [];
  };
  for (const { bytes } of frames) {
    if (bytes.length <= JOIN_BYTES_MAX) {
      run.push(bytes);
      continue;
    }
    endRun();
    parts.push(bytes);
  }
  endRun();
  return parts;
}
