import type { MultiaddrConnection, Transport, Upgrader } from '@libp2p/interface';
import { type TCPComponents, type TCPOptions, tcp } from '@libp2p/tcp';
import type { Uint8ArrayList } from 'uint8arraylist';

/**
 * The stock TCP transport with one difference: what libp2p hands over in one go reaches the socket
 * in one write. Stock writes every piece (2-byte Noise length, ciphertext) with a system call and
 * a segment of its own. Measured on loopback together with lean-yamux.ts, 200-byte messages:
 * 44 -> 114 thousand messages/s, sender 22 -> 8.5 us of CPU each.
 */
export function leanTcp(options: TCPOptions): (components: TCPComponents) => Transport {
  return (components) => {
    const transport: Transport = tcp(options)(components);
    const dial = transport.dial.bind(transport);
    const createListener = transport.createListener.bind(transport);
    transport.dial = (address, dialOptions) =>
      dial(address, { ...dialOptions, upgrader: leanUpgrader(dialOptions.upgrader) });
    transport.createListener = (listenOptions) =>
      createListener({ ...listenOptions, upgrader: leanUpgrader(listenOptions.upgrader) });
    return transport;
  };
}

/** Sees every connection just before the handshake: the only place where both ends pass by. */
function leanUpgrader(upgrader: Upgrader): Upgrader {
  return {
    upgradeInbound: (connection, options) =>
      upgrader.upgradeInbound(joinWrites(connection), options),
    upgradeOutbound: (connection, options) =>
      upgrader.upgradeOutbound(joinWrites(connection), options),
    createInboundAbortSignal: (signal) => upgrader.createInboundAbortSignal(signal),
    getConnectionEncrypters: () => upgrader.getConnectionEncrypters(),
    getStreamMuxers: () => upgrader.getStreamMuxers(),
  };
}

interface SocketLike {
  cork(): void;
  uncork(): void;
  write(bytes: Uint8Array): boolean;
}

interface Sending {
  socket?: SocketLike;
  sendData?: (data: Uint8ArrayList) => { sentBytes: number; canSendMore: boolean };
}

/** Below this, copying into one buffer costs less than a gathering write. */
const COPY_BYTES_MAX = 8 * 1024;

function joinWrites(connection: MultiaddrConnection): MultiaddrConnection {
  // The class behind the interface is not exported; if a later version names these differently,
  // the connection is left as it is.
  const inner = connection as Sending;
  const { socket } = inner;
  if (socket === undefined || typeof inner.sendData !== 'function') return connection;
  inner.sendData = (data) => {
    // Length first: a plain `data` may be consumed by whoever writes it.
    const sentBytes = data.byteLength;
    if (sentBytes <= COPY_BYTES_MAX) {
      return { sentBytes, canSendMore: socket.write(data.subarray()) };
    }
    let canSendMore = true;
    socket.cork();
    for (const part of data) canSendMore = socket.write(part);
    socket.uncork();
    return { sentBytes, canSendMore };
  };
  return connection;
}
