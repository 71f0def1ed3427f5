import { FRAME_BYTES_MAX, LENGTH_PREFIX_BYTES } from '../../codec/limits.ts';
import type { LinkTraits } from '../../engine/seam/message.ts';
import { createLink, type Link, type TrafficCounters } from './link.ts';
import type { Host, LinkStream } from './link-stream.ts';
import type { OutboundFrame, QueueBounds } from './outbound-queue.ts';
import type { Timers } from './timers.ts';

/**
 * The links of one node: who dials whom, who is let in, what is sent when. The lower index dials
 * the higher one, so that a pair has one connection; a lost link is dialled again by the same end.
 * Knows committee indexes and bytes; what the bytes mean is not its business.
 */
export interface Mesh {
  readonly traffic: Readonly<TrafficCounters>;
  /** Planned links that are not up, ascending. */
  missing(): number[];
  readonly linksPlanned: number;
  readonly linksUp: number;
  isUp(peerIndex: number): boolean;
  /**
   * Members that there is a live connection with, ascending: planned links that are up, and whoever
   * has a connection without being planned.
   */
  peers(): number[];
  /** Starts dialling and accepting. Call once. */
  open(): void;
  send(to: number, traits: LinkTraits, frame: Uint8Array): void;
  broadcast(traits: LinkTraits, frame: Uint8Array): void;
  /** Null unless the link to this peer is up. */
  probesOf(peerIndex: number): Link['probes'] | null;
  close(): void;
}

export interface MeshOptions {
  readonly selfIndex: number;
  readonly chainId: string;
  /** In index order. */
  readonly members: readonly { readonly peerId: string; readonly dataAddress: string }[];
  /** Indexes to keep a link to. */
  readonly links: readonly number[];
  readonly bounds?: QueueBounds;
}

export interface MeshDependencies {
  readonly host: Host;
  readonly timers: Timers;
  /** Uniform in [0, 1): spreads dials. */
  readonly random: () => number;
  readonly onBody: (from: number, body: Uint8Array) => void;
  /** Called whenever a link came up or went down. */
  readonly onChange: (event: LinkEvent) => void;
}

export interface LinkEvent {
  readonly peerIndex: number;
  readonly isUp: boolean;
  readonly reason: string;
}

/** What may wait for one peer, unless the options say otherwise. */
export const DEFAULT_BOUNDS: QueueBounds = {
  /** One frame of any size fits: a large proposal alone must not cost the votes behind it. */
  softBytes: FRAME_BYTES_MAX + LENGTH_PREFIX_BYTES,
  softFrames: 8_192,
  hardBytes: 24 * 1024 * 1024,
  hardFrames: 16_384,
};
const DIAL_TIMEOUT_MS = 20_000;
const RETRY_MS_MIN = 40;
const RETRY_MS_MAX = 1_000;
/** First dials are spread over this time for each higher peer, so that handshakes interleave. */
const SPREAD_MS_PER_LINK = 2;

export function createMesh(options: MeshOptions, dependencies: MeshDependencies): Mesh {
  const { selfIndex, members } = options;
  const { host, timers, random } = dependencies;
  const traffic: TrafficCounters = {
    messagesSent: 0,
    messagesReceived: 0,
    bytesSent: 0,
    bytesReceived: 0,
    messagesDropped: 0,
    messagesMalformed: 0,
  };
  const links = new Map<number, Link>();
  const indexByPeerId = new Map(members.map((member, index) => [member.peerId, index]));
  const closing = new AbortController();
  const dirty = new Set<Link>();
  let flushPlanned = false;

  const flush = (): void => {
    flushPlanned = false;
    for (const link of dirty) link.flush();
    dirty.clear();
  };
  const touch = (link: Link): void => {
    dirty.add(link);
    if (flushPlanned) return;
    flushPlanned = true;
    timers.soon(flush);
  };

  const dial = async (peerIndex: number, attempt: number): Promise<void> => {
    const link = links.get(peerIndex);
    const member = members[peerIndex];
    if (link === undefined || member === undefined || closing.signal.aborted) return;
    if (link.isAttached) return;
    try {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)]);
      const stream = await host.dial(member, { signal });
      if (closing.signal.aborted) stream.abort('the node is shutting down');
      else link.attach(stream);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      dependencies.onChange({ peerIndex, isUp: false, reason });
      redial(peerIndex, attempt + 1);
    }
  };

  const redial = (peerIndex: number, attempt: number): void => {
    if (closing.signal.aborted) return;
    const backOffMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(attempt, 10));
    const cancel = timers.after(backOffMs * (0.5 + random()), () => {
      closing.signal.removeEventListener('abort', cancel);
      void dial(peerIndex, attempt);
    });
    closing.signal.addEventListener('abort', cancel, { once: true });
  };

  /** The link that this peer is to dial; undefined if it has no business here. */
  const dialledBy = (peerId: string): Link | undefined => {
    const peerIndex = indexByPeerId.get(peerId);
    if (peerIndex === undefined || peerIndex > selfIndex) return undefined;
    return links.get(peerIndex);
  };

  const accept = (stream: LinkStream): void => {
    const link = dialledBy(stream.peerId);
    if (link === undefined) {
      stream.abort(`peer ${stream.peerId} has no business dialling node ${selfIndex}`);
      return;
    }
    link.attach(stream);
  };

  for (const peerIndex of options.links) {
    const link = createLink(
      { peerIndex, chainId: options.chainId, bounds: options.bounds ?? DEFAULT_BOUNDS },
      {
        traffic,
        timers,
        onBody: dependencies.onBody,
        onUp: () => dependencies.onChange({ peerIndex, isUp: true, reason: '' }),
        onDown: (_, reason) => {
          dependencies.onChange({ peerIndex, isUp: false, reason });
          if (peerIndex > selfIndex) redial(peerIndex, 0);
        },
      },
    );
    links.set(peerIndex, link);
  }

  const push = (link: Link, frame: OutboundFrame): void => {
    link.push(frame);
    touch(link);
  };

  return {
    traffic,
    missing: () => [...links].filter(([, link]) => !link.isUp).map(([index]) => index),
    linksPlanned: links.size,
    get linksUp() {
      let count = 0;
      for (const link of links.values()) if (link.isUp) count += 1;
      return count;
    },
    isUp: (peerIndex) => links.get(peerIndex)?.isUp === true,
    peers() {
      const unplanned = host.connected().flatMap((peerId) => indexByPeerId.get(peerId) ?? []);
      return members.flatMap((_, index) => {
        const link = links.get(index);
        const isLive = link === undefined ? unplanned.includes(index) : link.isUp;
        return isLive ? [index] : [];
      });
    },
    open() {
      host.onStream(accept);
      host.admitOnly((peerId) => dialledBy(peerId) !== undefined);
      for (const peerIndex of links.keys()) {
        if (peerIndex <= selfIndex) continue;
        const delayMs = random() * SPREAD_MS_PER_LINK * links.size;
        timers.after(delayMs, () => void dial(peerIndex, 0));
      }
    },
    send(to, traits, frame) {
      const link = links.get(to);
      if (link !== undefined) push(link, { bytes: frame, traits });
    },
    broadcast(traits, frame) {
      const shared = { bytes: frame, traits };
      for (const link of links.values()) push(link, shared);
    },
    probesOf(peerIndex) {
      const link = links.get(peerIndex);
      return link?.isUp === true ? link.probes : null;
    },
    close() {
      closing.abort(new Error('the node is shutting down'));
      for (const link of links.values()) link.detach('the node is shutting down');
    },
  };
}
