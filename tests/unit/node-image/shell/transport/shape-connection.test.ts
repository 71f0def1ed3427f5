import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { ConnectionEncrypter, MultiaddrConnection } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { Uint8ArrayList } from 'uint8arraylist';
import { createShaper, type Shaper } from '../../../../../node-image/src/shell/shaping/shaper.ts';
import {
  identifyingPeers,
  shapeConnection,
} from '../../../../../node-image/src/shell/transport/shape-connection.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { fixed, linkShape, shaping } from '../shaping/shapes.ts';

const PEER = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA';

class FakeSocket extends EventEmitter {
  readonly writes: string[] = [];
  isPaused = false;
  corks = 0;
  cork(): void {
    this.corks += 1;
  }
  uncork(): void {
    this.corks += 1;
  }
  write(bytes: Uint8Array): boolean {
    this.writes.push(Buffer.from(bytes).toString('latin1'));
    return true;
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
}

/** As much of @libp2p/tcp's connection as is touched. */
class FakeConnection extends EventTarget {
  readonly socket = new FakeSocket();
  readonly remoteAddr;
  received = 0;
  drains = 0;
  isClosed = false;
  constructor(address: string) {
    super();
    this.remoteAddr = multiaddr(address);
    this.socket.on('drain', () => this.safeDispatchEvent());
  }
  sendData(_: Uint8ArrayList): { sentBytes: number; canSendMore: boolean } {
    throw new Error('The stock way of sending is not used.');
  }
  async sendClose(): Promise<void> {
    this.isClosed = true;
  }
  sendPause(): void {
    this.socket.pause();
  }
  sendResume(): void {
    this.socket.resume();
  }
  onData(bytes: Uint8Array): void {
    this.received += bytes.length;
  }
  safeDispatchEvent(): boolean {
    this.drains += 1;
    return true;
  }
}

interface Bench {
  readonly clock: FakeClock;
  readonly shaper: Shaper;
  readonly connection: FakeConnection;
  readonly socket: FakeSocket;
}

function createBench(address = `/ip4/10.0.0.1/tcp/7001/p2p/${PEER}`): Bench {
  const clock = createFakeClock();
  const shaper = createShaper({ selfIndex: 0, clock });
  shaper.setMembers(['self', PEER]);
  const connection = new FakeConnection(address);
  // The interface has far more than is touched.
  const asInterface = connection as unknown as MultiaddrConnection;
  shapeConnection(asInterface, connection, shaper);
  return { clock, shaper, connection, socket: connection.socket };
}

const list = (...parts: string[]): Uint8ArrayList =>
  new Uint8ArrayList(...parts.map((part) => Buffer.from(part, 'latin1')));

describe('a connection that is not shaped', () => {
  it('joins small pieces into one write, and corks large ones', () => {
    const { connection, socket } = createBench();
    expect(connection.sendData(list('ab', 'cde'))).toEqual({ sentBytes: 5, canSendMore: true });
    expect([socket.writes, socket.corks]).toEqual([['abcde'], 0]);
    connection.sendData(list('x', 'y'.repeat(10_000)));
    expect([socket.writes.length, socket.corks]).toEqual([3, 2]);
  });

  it('passes on what comes in, and drains', () => {
    const { connection, socket } = createBench();
    connection.onData(new Uint8Array(7));
    socket.emit('drain');
    expect([connection.received, connection.drains]).toEqual([7, 1]);
  });
});

describe('a connection that is shaped', () => {
  it('knows whom it dialled from its first byte', () => {
    const { clock, shaper, connection, socket } = createBench();
    shaper.apply(shaping([linkShape({ delay: fixed(10) })]));
    expect(connection.sendData(list('ab', 'cde'))).toEqual({ sentBytes: 5, canSendMore: true });
    expect(socket.writes).toEqual([]);
    clock.advance(10);
    expect(socket.writes).toEqual(['abcde']);
  });

  it('knows who dialled when the handshake is over', async () => {
    const { shaper, connection, socket } = createBench('/ip4/10.0.0.1/tcp/50123');
    shaper.apply(shaping([linkShape({ delay: fixed(10) })]));
    connection.sendData(list('handshake'));
    expect(socket.writes).toEqual(['handshake']);
    const secured = { remotePeer: { toString: () => PEER } };
    // An encrypter as far as it is called here.
    const encrypter = {
      secureInbound: async () => secured,
    } as unknown as ConnectionEncrypter;
    const made = identifyingPeers(() => encrypter)({});
    await made.secureInbound(connection as unknown as MultiaddrConnection);
    connection.sendData(list('message'));
    expect(socket.writes).toEqual(['handshake']);
  });

  it('lets its sender wait although the socket drains, while too much is under way', () => {
    const { clock, shaper, connection, socket } = createBench();
    shaper.apply(shaping([linkShape({ delay: fixed(10), rateBitsPerSec: 1e6 })]));
    while (connection.sendData(list('z'.repeat(8_000))).canSendMore);
    socket.emit('drain');
    expect(connection.drains).toBe(0);
    clock.advance(5_000);
    expect(connection.drains).toBe(1);
  });

  it('is read only when neither libp2p nor the shaper wants it to wait', () => {
    const { clock, shaper, connection, socket } = createBench();
    shaper.apply(shaping([], { downBitsPerSec: 8e6 }));
    connection.onData(new Uint8Array(300 * 1_024));
    expect(socket.isPaused).toBe(true);
    connection.sendPause();
    connection.sendResume();
    expect(socket.isPaused).toBe(true);
    connection.sendPause();
    clock.advance(5_000);
    expect([connection.received, socket.isPaused]).toEqual([300 * 1_024, true]);
    connection.sendResume();
    expect(socket.isPaused).toBe(false);
  });

  it('writes out what waits before it closes in order, and drops it when it breaks', async () => {
    const { clock, shaper, connection, socket } = createBench();
    shaper.apply(shaping([linkShape({ delay: fixed(1_000) })]));
    connection.sendData(list('last words'));
    await connection.sendClose();
    expect([socket.writes, connection.isClosed]).toEqual([['last words'], true]);
    connection.sendData(list('never'));
    connection.dispatchEvent(new Event('close'));
    clock.advance(5_000);
    expect(socket.writes).toEqual(['last words']);
  });
});
