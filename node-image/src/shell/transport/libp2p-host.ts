import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { privateKeyFromRaw } from '@libp2p/crypto/keys';
import type { Connection, Stream } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { Uint8ArrayList } from 'uint8arraylist';
import type { Shaper } from '../shaping/shaper.ts';
import { leanDialler, silentLogger } from './lean-libp2p.ts';
import { decodingQuietly, leanNoiseCrypto, signOnce } from './lean-noise.ts';
import { leanTcp } from './lean-tcp.ts';
import { announceWindowsLate } from './lean-yamux.ts';
import type { Host, LinkListener, LinkStream } from './link-stream.ts';
import { identifyingPeers } from './shape-connection.ts';

export interface Libp2pHostOptions {
  /** 32-byte Ed25519 seed followed by the 32-byte public key, as libp2p stores it. */
  readonly privateKeyRaw: Uint8Array;
  readonly listen: { readonly address: string; readonly port: number };
  readonly shaper: Shaper;
}

const PROTOCOL = '/testbed/consensus/1';
const HOUR_MS = 3_600_000;
const MAX_CONNECTIONS = 4_096;

/**
 * js-libp2p as a Host: TCP, Noise, yamux, nothing else (no identify, no ping, no discovery). A
 * link is one stream that is used in both directions, opened by the dialling end.
 */
export async function createLibp2pHost(options: Libp2pHostOptions): Promise<Host> {
  const { address, port } = options.listen;
  // Others may be configured before this node is, and dial a node that knows nobody yet.
  let isAdmitted = (_peerId: string): boolean => true;
  const libp2p = await createLibp2p({
    privateKey: signOnce(privateKeyFromRaw(options.privateKeyRaw)),
    logger: silentLogger,
    services: { dialler: leanDialler },
    addresses: { listen: [toMultiaddr(address, port)] },
    transports: [
      leanTcp(
        {
          inboundSocketInactivityTimeout: HOUR_MS,
          outboundSocketInactivityTimeout: HOUR_MS,
          backlog: 1_024,
        },
        options.shaper,
      ),
    ],
    connectionEncrypters: [identifyingPeers(decodingQuietly(noise({ crypto: leanNoiseCrypto })))],
    streamMuxers: [
      yamux({
        enableKeepAlive: false,
        maxInboundStreams: 64,
        maxOutboundStreams: 64,
        streamOptions: {
          initialStreamWindowSize: 4 * 1024 * 1024,
          maxStreamWindowSize: 16 * 1024 * 1024,
          inactivityTimeout: HOUR_MS,
        },
      }),
    ],
    connectionGater: {
      denyInboundEncryptedConnection: (peerId) => !isAdmitted(peerId.toString()),
    },
    // Would open a stream to every peer every 10 s.
    connectionMonitor: { enabled: false },
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      inboundConnectionThreshold: 1e6,
      maxIncomingPendingConnections: MAX_CONNECTIONS,
      inboundUpgradeTimeout: 60_000,
      reconnectRetries: 0,
    },
  });
  const connections = new Set<Connection>();
  const refuse = (connection: Connection): void => {
    if (connection.direction === 'outbound' || isAdmitted(`${connection.remotePeer}`)) return;
    connection.abort(new Error('this peer has no business dialling this node'));
  };
  libp2p.addEventListener('connection:open', ({ detail }) => {
    connections.add(detail);
    // It may have been let in by the gate just before the gate was closed.
    refuse(detail);
  });
  libp2p.addEventListener('connection:close', ({ detail }) => void connections.delete(detail));
  let accept: ((stream: LinkStream) => void) | null = null;
  let early: LinkStream[] = [];
  await libp2p.handle(
    PROTOCOL,
    (stream, connection) => {
      const link = toLinkStream(stream, connection);
      // Others may be configured before this node is: their streams wait for the committee.
      if (accept === null) early = [...early.slice(1 - MAX_CONNECTIONS), link];
      else accept(link);
    },
    { maxInboundStreams: 4, maxOutboundStreams: 4 },
  );
  return {
    peerId: libp2p.peerId.toString(),
    dataAddress: `${address}:${port}`,
    async dial(target, { signal }) {
      const peerId = peerIdFromString(target.peerId);
      const to = splitAddress(target.dataAddress);
      const at = multiaddr(`${toMultiaddr(to.address, to.port)}/p2p/${peerId}`);
      // Always a new one: what the peer's restart left half open must not be used again.
      const connection = await libp2p.services.dialler.dial(at, { signal });
      try {
        return toLinkStream(await connection.newStream(PROTOCOL, { signal }), connection);
      } catch (error) {
        connection.abort(error instanceof Error ? error : new Error(String(error)));
        throw error;
      }
    },
    onStream(next) {
      accept = next;
      for (const stream of early) next(stream);
      early = [];
    },
    admitOnly(next) {
      isAdmitted = next;
      for (const connection of connections) refuse(connection);
    },
    connected: () => [...connections].map(({ remotePeer }) => remotePeer.toString()),
    async close() {
      await libp2p.stop();
    },
  };
}

/** @param text `address:port`, IPv6 in brackets or bare */
export function splitAddress(text: string): { readonly address: string; readonly port: number } {
  const at = text.lastIndexOf(':');
  const address = text.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  return { address, port: Number(text.slice(at + 1)) };
}

function toMultiaddr(address: string, port: number): string {
  return `/${address.includes(':') ? 'ip6' : 'ip4'}/${address}/tcp/${port}`;
}

function toLinkStream(stream: Stream, connection: Connection): LinkStream {
  announceWindowsLate(stream);
  let closed = false;
  const close = (listener: LinkListener, reason: string): void => {
    if (closed) return;
    closed = true;
    // One stream per connection: without it the connection is of no use.
    connection.abort(new Error(reason));
    listener.onClose(reason);
  };
  return {
    peerId: connection.remotePeer.toString(),
    send(parts) {
      if (stream.status !== 'open') return false;
      const [first] = parts;
      return stream.send(
        parts.length === 1 && first !== undefined ? first : new Uint8ArrayList(...parts),
      );
    },
    listen(listener) {
      stream.addEventListener('message', ({ data }) => {
        if (data instanceof Uint8Array) listener.onBytes(data);
        else for (const chunk of data) listener.onBytes(chunk);
      });
      // Dispatched in order: the stream's own listener marks it writable again before ours runs.
      stream.addEventListener('drain', () => listener.onDrain());
      stream.addEventListener('close', ({ error }) =>
        close(listener, error?.message ?? 'closed by the peer'),
      );
      stream.addEventListener('remoteCloseWrite', () => close(listener, 'closed by the peer'));
      if (stream.status !== 'open') close(listener, `the stream was ${stream.status}`);
    },
    abort(reason) {
      if (stream.status === 'open') stream.abort(new Error(reason));
      connection.abort(new Error(reason));
    },
  };
}
