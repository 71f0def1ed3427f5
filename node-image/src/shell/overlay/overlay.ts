import { DecodeError } from '../../codec/decode-error.ts';
import type { Crypto } from '../../engine/seam/crypto.ts';
import type { LinkTraits } from '../../engine/seam/message.ts';
import { Allowances } from '../../engine/shared/allowances.ts';
import type { Mesh } from '../transport/mesh.ts';
import type { Timers } from '../transport/timers.ts';
import {
  decodeEnvelope,
  decodeLinkState,
  type Envelope,
  EVERYBODY,
  encodeEnvelope,
  encodeStatement,
  kindOf,
  nextHopFrame,
  overlayKinds,
} from './envelope.ts';
import { createLinkWatch, type LinkWatch } from './link-watch.ts';
import { createRoutes, type Edge } from './routes.ts';
import { createSeenWindow, type SeenWindow } from './seen-window.ts';

/**
 * Carries messages between members that keep no link to each other. What is for everybody is passed
 * on by everybody once (flooding), what is for one takes a shortest path of live links. Every
 * envelope is verified before it is handed on, so whoever hands on a bad one is at fault itself.
 *
 * Loss is not repaired here: what a dying relay held is gone, and consensus repairs it, as it does
 * when a link breaks.
 */
export interface Overlay {
  readonly counters: Readonly<OverlayCounters>;
  send(to: number, traits: LinkTraits, frame: Uint8Array): void;
  broadcast(traits: LinkTraits, frame: Uint8Array): void;
  /** The body of a frame from this neighbour. */
  receive(from: number, body: Uint8Array): void;
  linkChanged(neighbour: number, isUp: boolean): void;
  close(): void;
}

export interface OverlayCounters {
  /** Handed on for others: envelopes and their bytes, once for every link that they left by. */
  messagesRelayed: number;
  bytesRelayed: number;
  /** Envelopes that arrived for this node, and the links they travelled in all. */
  messagesDelivered: number;
  hopsTravelled: number;
  duplicates: number;
  /** Envelopes whose signature is not their origin's, or that say nothing that can be read. */
  forged: number;
  /** What had no path of live links, and what travelled further than a path can be long. */
  unroutable: number;
}

export interface OverlayOptions {
  readonly selfIndex: number;
  readonly chainId: string;
  readonly memberCount: number;
  readonly edges: readonly Edge[];
  /** Of this process: above those of all that were this member before. */
  readonly epochMs: number;
  /** A neighbour that says nothing for so long is routed around. */
  readonly silenceMsMax: number;
}

export interface OverlayDependencies {
  readonly mesh: Pick<Mesh, 'send' | 'isUp'>;
  readonly crypto: Crypto;
  readonly timers: Timers;
  /** Of what is handed on; null: not a message of consensus. */
  readonly linkTraitsOf: (body: Uint8Array) => LinkTraits | null;
  readonly deliver: (origin: number, body: Uint8Array) => void;
  readonly onForged: (neighbour: number, reason: string) => void;
}

/** Of one neighbour, before what it hands on is dropped unseen for a while: verifying costs. */
const FORGED_MAX = { amount: 8, periodMs: 1_000 };
const PREFIX_BYTES = 4;
/** The lane of what steers the overlay: small, and others wait for it. */
const STEERING: LinkTraits = { lane: 'consensus', dropRank: null };

export function createOverlay(options: OverlayOptions, dependencies: OverlayDependencies): Overlay {
  const { selfIndex, chainId, memberCount, epochMs } = options;
  const { mesh, crypto, timers, deliver } = dependencies;
  const neighbours = neighboursOf(selfIndex, options.edges);
  const routes = createRoutes(selfIndex, memberCount, options.edges);
  const seen = new Map<number, SeenWindow>();
  const forgedBy = new Allowances(FORGED_MAX);
  /** The newest word of each member on its links, as it came: for neighbours that missed it. */
  const linkStates = new Map<number, Envelope>();
  let sequence = 0;
  const counters: OverlayCounters = {
    messagesRelayed: 0,
    bytesRelayed: 0,
    messagesDelivered: 0,
    hopsTravelled: 0,
    duplicates: 0,
    forged: 0,
    unroutable: 0,
  };

  const seal = (destination: number, payload: Uint8Array): Envelope => {
    const unsigned = { origin: selfIndex, destination, epochMs, sequence, payload };
    sequence += 1;
    const signature = crypto.sign(crypto.hash(encodeStatement(chainId, unsigned)));
    return { ...unsigned, hops: 0, signature };
  };

  const flood = (frame: Uint8Array, traits: LinkTraits, ...except: number[]): number => {
    let copies = 0;
    for (const neighbour of neighbours) {
      if (except.includes(neighbour) || !mesh.isUp(neighbour)) continue;
      mesh.send(neighbour, traits, frame);
      copies += 1;
    }
    return copies;
  };

  const relay = (envelope: Envelope, body: Uint8Array, from: number): void => {
    const { destination, origin, hops } = envelope;
    // A shortest path visits nobody twice.
    if (hops + 1 >= memberCount) {
      counters.unroutable += 1;
      return;
    }
    const frame = nextHopFrame(body, hops + 1);
    const traits = dependencies.linkTraitsOf(envelope.payload) ?? STEERING;
    let copies = 0;
    if (destination === EVERYBODY) {
      copies = flood(frame, traits, from, origin);
    } else {
      const hop = routes.nextHop(destination);
      if (hop === null) counters.unroutable += 1;
      else {
        mesh.send(hop, traits, frame);
        copies = 1;
      }
    }
    counters.messagesRelayed += copies;
    counters.bytesRelayed += copies * frame.length;
  };

  const announce = (down: Uint8Array): void => {
    const envelope = seal(EVERYBODY, down);
    linkStates.set(selfIndex, envelope);
    flood(encodeEnvelope(envelope), STEERING);
  };

  const watch: LinkWatch = createLinkWatch(
    { neighbours, silenceMsMax: options.silenceMsMax },
    {
      timers,
      beat: (neighbour, frame) => mesh.send(neighbour, STEERING, frame),
      onChange(down, message) {
        routes.report(selfIndex, down);
        announce(message);
      },
    },
  );

  const takeLinkState = (envelope: Envelope, down: readonly number[]): void => {
    const known = linkStates.get(envelope.origin);
    if (known !== undefined && !isNewer(envelope, known)) return;
    linkStates.set(envelope.origin, envelope);
    routes.report(envelope.origin, down);
  };

  const deliverEnvelope = (envelope: Envelope): void => {
    // Kept for long, so it must not keep the chunk alive that it came in.
    const down = decodeLinkState(envelope.payload, memberCount);
    if (down !== null) {
      takeLinkState({ ...envelope, payload: Buffer.from(envelope.payload) }, down);
      return;
    }
    counters.messagesDelivered += 1;
    counters.hopsTravelled += envelope.hops + 1;
    deliver(envelope.origin, envelope.payload);
  };

  const isGenuine = (envelope: Envelope): boolean =>
    crypto.verify(
      envelope.origin,
      crypto.hash(encodeStatement(chainId, envelope)),
      envelope.signature,
    );

  const receiveEnvelope = (from: number, body: Uint8Array): void => {
    const envelope = decodeEnvelope(body);
    const { origin, destination } = envelope;
    if (origin >= memberCount || (destination >= memberCount && destination !== EVERYBODY)) {
      throw new DecodeError(`an envelope from ${origin} to ${destination}`);
    }
    const window = seen.get(origin) ?? createSeenWindow();
    if (origin === selfIndex || window.has(envelope.epochMs, envelope.sequence)) {
      counters.duplicates += 1;
      return;
    }
    if (!isGenuine(envelope)) throw new DecodeError(`an envelope that ${origin} did not sign`);
    window.add(envelope.epochMs, envelope.sequence);
    seen.set(origin, window);
    if (destination !== selfIndex) relay(envelope, body, from);
    if (destination === selfIndex || destination === EVERYBODY) deliverEnvelope(envelope);
  };

  const receiveGuarded = (from: number, body: Uint8Array): void => {
    if (!forgedBy.isFree(from, timers.nowMs())) return;
    try {
      receiveEnvelope(from, body);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      counters.forged += 1;
      forgedBy.spend(from, 1, timers.nowMs());
      dependencies.onForged(from, error.message);
    }
  };

  return {
    counters,
    send(to, traits, frame) {
      const hop = routes.nextHop(to);
      if (hop === null) counters.unroutable += 1;
      else if (hop === to) mesh.send(to, traits, frame);
      else mesh.send(hop, traits, encodeEnvelope(seal(to, frame.subarray(PREFIX_BYTES))));
    },
    broadcast(traits, frame) {
      flood(encodeEnvelope(seal(EVERYBODY, frame.subarray(PREFIX_BYTES))), traits);
    },
    receive(from, body) {
      watch.heard(from);
      const kind = kindOf(body);
      if (kind === overlayKinds.heartbeat) return;
      if (kind === overlayKinds.envelope) receiveGuarded(from, body);
      else deliver(from, body);
    },
    linkChanged(neighbour, isUp) {
      watch.linkChanged(neighbour, isUp);
      if (!isUp) return;
      // It may have missed what was said while it was away.
      for (const envelope of linkStates.values()) {
        mesh.send(neighbour, STEERING, encodeEnvelope(envelope));
      }
    },
    close: () => watch.close(),
  };
}

function isNewer(a: Envelope, b: Envelope): boolean {
  return a.epochMs === b.epochMs ? a.sequence > b.sequence : a.epochMs > b.epochMs;
}

function neighboursOf(self: number, edges: readonly Edge[]): readonly number[] {
  return edges.flatMap(([a, b]) => (a === self ? [b] : b === self ? [a] : []));
}
