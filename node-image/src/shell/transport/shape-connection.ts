import type { ConnectionEncrypter, MultiaddrConnection } from '@libp2p/interface';
import type { Uint8ArrayList } from 'uint8arraylist';
import type { ConnectionEnd } from '../shaping/connection-end.ts';
import type { Shaper } from '../shaping/shaper.ts';

/** What we touch of the TCP connection class, which is not exported, and of its socket. */
export interface TcpConnection {
  readonly socket: TcpSocket;
  sendData(data: Uint8ArrayList): { sentBytes: number; canSendMore: boolean };
  sendClose(options?: unknown): Promise<void>;
  sendPause(): void;
  sendResume(): void;
  onData(bytes: Uint8Array): void;
  safeDispatchEvent(name: 'drain'): boolean;
}

export interface TcpSocket {
  cork(): void;
  uncork(): void;
  write(bytes: Uint8Array): boolean;
  pause(): void;
  resume(): void;
  on(event: 'drain', listener: () => void): void;
  removeAllListeners(event: 'drain'): void;
}

/** Below this, copying into one buffer costs less than a gathering write. */
const COPY_BYTES_MAX = 8 * 1024;
/** Ends of connections whose handshake is not over. */
const ends = new WeakMap<object, ConnectionEnd>();

/**
 * Puts the shaper between a connection and its socket, and joins what is written in one go. A
 * dialled connection says whom it leads to; an accepted one does not before its handshake.
 */
export function shapeConnection(
  connection: MultiaddrConnection,
  inner: TcpConnection,
  shaper: Shaper,
): void {
  const { socket } = inner;
  const onData = inner.onData.bind(inner);
  const sendClose = inner.sendClose.bind(inner);
  const reading = createPause(inner);
  const end = shaper.connect({
    write: (parts) => writeParts(socket, parts),
    deliver: onData,
    drained: () => inner.safeDispatchEvent('drain'),
    pauseReading: () => reading.pause(),
    resumeReading: () => reading.resume(),
  });
  inner.sendData = (data) => {
    // Length first: a plain `data` may be consumed by whoever writes it.
    const sentBytes = data.byteLength;
    if (!end.isDirect) return { sentBytes, canSendMore: end.send(data.subarray()) };
    if (sentBytes <= COPY_BYTES_MAX) {
      return { sentBytes, canSendMore: socket.write(data.subarray()) };
    }
    return { sentBytes, canSendMore: writeParts(socket, data) };
  };
  inner.onData = (bytes) => {
    if (end.isDirectIn) onData(bytes);
    else end.receive(bytes);
  };
  inner.sendClose = (options) => {
    end.flush();
    return sendClose(options);
  };
  // Its own listener would let the sender go on while the delay line is full.
  socket.removeAllListeners('drain');
  socket.on('drain', () => end.wireDrained());
  connection.addEventListener('close', () => end.drop());
  const { value: peerId } =
    connection.remoteAddr.getComponents().findLast(({ name }) => name === 'p2p') ?? {};
  if (peerId === undefined) ends.set(connection, end);
  else end.identify(peerId);
}

/** Tells the shaper who dialled, as soon as the handshake has proved it. */
export function identifyingPeers<Components>(
  create: (components: Components) => ConnectionEncrypter,
): (components: Components) => ConnectionEncrypter {
  return (components) => {
    const encrypter = create(components);
    const secureInbound = encrypter.secureInbound.bind(encrypter);
    encrypter.secureInbound = async (connection, options) => {
      const secured = await secureInbound(connection, options);
      ends.get(connection)?.identify(secured.remotePeer.toString());
      ends.delete(connection);
      return secured;
    };
    return encrypter;
  };
}

function writeParts(socket: TcpSocket, parts: Iterable<Uint8Array>): boolean {
  let canSendMore = true;
  socket.cork();
  for (const part of parts) canSendMore = socket.write(part);
  socket.uncork();
  return canSendMore;
}

/** Two may want the socket to wait, libp2p and the shaper: it is read when neither does. */
function createPause(inner: TcpConnection): { pause(): void; resume(): void } {
  const { socket } = inner;
  let isPausedAbove = false;
  let isPausedHere = false;
  inner.sendPause = () => {
    isPausedAbove = true;
    socket.pause();
  };
  inner.sendResume = () => {
    isPausedAbove = false;
    if (!isPausedHere) socket.resume();
  };
  return {
    pause() {
      isPausedHere = true;
      socket.pause();
    },
    resume() {
      isPausedHere = false;
      if (!isPausedAbove) socket.resume();
    },
  };
}
