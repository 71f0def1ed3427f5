import { describe, expect, it } from '@jest/globals';
import { encodeHello } from '../../../../../node-image/src/shell/transport/hello.ts';
import type {
  Host,
  LinkListener,
  LinkStream,
} from '../../../../../node-image/src/shell/transport/link-stream.ts';
import { createMesh, type Mesh } from '../../../../../node-image/src/shell/transport/mesh.ts';
import { encodeProbeFrame } from '../../../../../node-image/src/shell/transport/probe-frames.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { traitsOfKind } from '../frame-traits.ts';

/** One end of an in-memory stream pair; bytes arrive at once, in the pieces they were sent in. */
class FakeStream implements LinkStream {
  readonly peerId: string;
  readonly received: Uint8Array[] = [];
  isFull = false;
  isClosed = false;
  sends = 0;
  other: FakeStream | null = null;
  #listener: LinkListener | null = null;

  constructor(peerId: string) {
    this.peerId = peerId;
  }

  send(parts: readonly Uint8Array[]): boolean {
    this.sends += 1;
    for (const part of parts) this.other?.deliver(part);
    return !this.isFull;
  }

  deliver(bytes: Uint8Array): void {
    this.received.push(bytes);
    this.#listener?.onBytes(bytes);
  }

  listen(listener: LinkListener): void {
    this.#listener = listener;
    for (const bytes of this.received) listener.onBytes(bytes);
  }

  drain(): void {
    this.isFull = false;
    this.#listener?.onDrain();
  }

  abort(reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#listener?.onClose(reason);
    this.other?.abort('closed by the peer');
  }
}

interface Bench {
  readonly clock: FakeClock;
  readonly mesh: Mesh;
  readonly dialled: string[];
  readonly events: string[];
  readonly bodies: string[];
  /** What the far end of the newest stream to this peer got. */
  far(peer: string): FakeStream;
  /** A stream opened by that peer. */
  incoming(peer: string): FakeStream;
  reachable: boolean;
  /** Peers that the host has a connection with, whatever the mesh knows. */
  connected: string[];
  isAdmitted: (peerId: string) => boolean;
}

const members = ['a', 'b', 'c', 'd'].map((peerId) => ({ peerId, dataAddress: `${peerId}:1` }));

function createBench(selfIndex: number, links: readonly number[] = [0, 1, 2, 3]): Bench {
  const clock = createFakeClock();
  const fars = new Map<string, FakeStream>();
  let accept: (stream: LinkStream) => void = () => undefined;
  const pair = (peer: string): FakeStream => {
    const near = new FakeStream(peer);
    const far = new FakeStream('self');
    near.other = far;
    far.other = near;
    fars.set(peer, far);
    return near;
  };
  const host: Host = {
    peerId: members[selfIndex]?.peerId ?? '',
    dataAddress: '',
    async dial({ peerId }) {
      bench.dialled.push(peerId);
      if (!bench.reachable) throw new Error('connection refused');
      return pair(peerId);
    },
    onStream(next) {
      accept = next;
    },
    admitOnly(next) {
      bench.isAdmitted = next;
    },
    connected: () => bench.connected,
    close: async () => undefined,
  };
  const bench: Bench = {
    clock,
    dialled: [],
    events: [],
    bodies: [],
    reachable: true,
    connected: [],
    isAdmitted: () => true,
    far: (peer) => fars.get(peer) ?? new FakeStream(peer),
    incoming(peer) {
      const near = pair(peer);
      accept(near);
      return near;
    },
    mesh: createMesh(
      { selfIndex, chainId: 'chain', members, links: links.filter((link) => link !== selfIndex) },
      {
        host,
        timers: clock,
        random: () => 0.5,
        onBody: (from, body) => bench.bodies.push(`${from}:${Buffer.from(body).toString()}`),
        onChange: ({ peerIndex, isUp }) =>
          bench.events.push(`${peerIndex} ${isUp ? 'up' : 'down'}`),
      },
    ),
  };
  return bench;
}

/** Lets timers fire and the promises of dials settle. */
async function advance(bench: Bench, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5) {
    bench.clock.advance(5);
    for (let i = 0; i < 5; i++) await Promise.resolve();
  }
}

function frame(text: string): Uint8Array {
  const bytes = Buffer.alloc(4 + text.length);
  bytes.writeUInt32BE(text.length);
  bytes.write(text, 4);
  return bytes;
}

async function connected(selfIndex: number, links?: readonly number[]): Promise<Bench> {
  const bench = createBench(selfIndex, links);
  bench.mesh.open();
  await advance(bench, 100);
  for (const { peerId } of members.slice(selfIndex + 1))
    bench.far(peerId).send([encodeHello('chain')]);
  return bench;
}

describe('mesh', () => {
  it('dials higher indexes only and counts a link once the peer said hello', async () => {
    const bench = createBench(1);
    bench.mesh.open();
    await advance(bench, 100);
    expect(bench.dialled.sort()).toEqual(['c', 'd']);
    expect(bench.mesh.missing()).toEqual([0, 2, 3]);
    bench.far('c').send([encodeHello('chain')]);
    expect(bench.mesh.missing()).toEqual([0, 3]);
    expect(bench.mesh.linksUp).toBe(1);
    expect(bench.far('c').received).toEqual([encodeHello('chain')]);
  });

  it('accepts a lower index and refuses higher ones, strangers and unplanned members', async () => {
    const bench = createBench(2, [0, 3]);
    bench.mesh.open();
    const good = bench.incoming('a');
    good.deliver(encodeHello('chain'));
    expect(bench.mesh.missing()).toEqual([3]);
    expect(bench.incoming('d').isClosed).toBe(true);
    expect(bench.incoming('stranger').isClosed).toBe(true);
    expect(bench.incoming('b').isClosed).toBe(true);
    expect(good.isClosed).toBe(false);
  });

  it('has those admitted that are to dial it, and tells who is connected all the same', async () => {
    const bench = createBench(2, [0, 3]);
    bench.mesh.open();
    expect(['a', 'b', 'd', 'stranger'].filter((peer) => bench.isAdmitted(peer))).toEqual(['a']);
    bench.incoming('a').deliver(encodeHello('chain'));
    bench.connected = ['a', 'b', 'd', 'stranger'];
    expect(bench.mesh.peers()).toEqual([0, 1]);
  });

  it('resets a peer of another chain and dials again later', async () => {
    const bench = createBench(2, [3]);
    bench.mesh.open();
    await advance(bench, 50);
    bench.far('d').send([encodeHello('other chain')]);
    expect(bench.far('d').isClosed).toBe(true);
    expect(bench.mesh.linksUp).toBe(0);
    await advance(bench, 200);
    expect(bench.dialled.length).toBeGreaterThan(1);
  });

  it('backs off while a peer cannot be reached, and connects when it can', async () => {
    const bench = createBench(2, [3]);
    bench.reachable = false;
    bench.mesh.open();
    await advance(bench, 10_000);
    const attempts = bench.dialled.length;
    expect(attempts).toBeGreaterThan(8);
    expect(attempts).toBeLessThan(25);
    bench.reachable = true;
    await advance(bench, 1_600);
    bench.far('d').send([encodeHello('chain')]);
    expect(bench.mesh.missing()).toEqual([]);
  });

  it('dials again when a link is lost', async () => {
    const bench = await connected(2, [3]);
    expect(bench.mesh.linksUp).toBe(1);
    bench.far('d').abort('gone');
    expect(bench.mesh.linksUp).toBe(0);
    await advance(bench, 200);
    bench.far('d').send([encodeHello('chain')]);
    expect(bench.mesh.linksUp).toBe(1);
    expect(bench.events).toEqual(['3 up', '3 down', '3 up']);
  });

  it('replaces the old stream when the dialling end comes back', async () => {
    const bench = createBench(3, [0]);
    bench.mesh.open();
    const first = bench.incoming('a');
    first.deliver(encodeHello('chain'));
    const second = bench.incoming('a');
    second.deliver(encodeHello('chain'));
    expect(first.isClosed).toBe(true);
    expect(bench.mesh.linksUp).toBe(1);
    first.deliver(frame('stale'));
    second.deliver(frame('fresh'));
    expect(bench.bodies).toEqual(['0:fresh']);
  });

  it('sends what one turn produced in one go, and nothing before its end', async () => {
    const bench = await connected(2, [3]);
    const near = bench.far('d').other;
    const before = near?.sends ?? 0;
    bench.mesh.send(3, traitsOfKind('vote'), frame('one'));
    bench.mesh.broadcast(traitsOfKind('timeout'), frame('two'));
    expect(near?.sends).toBe(before);
    bench.clock.turn();
    expect(near?.sends).toBe(before + 1);
    expect(Buffer.concat(bench.far('d').received.slice(1))).toEqual(
      Buffer.concat([frame('one'), frame('two')]),
    );
    expect(bench.mesh.traffic).toMatchObject({ messagesSent: 2, bytesSent: 14 });
  });

  it('shares one buffer between all receivers of a large broadcast', async () => {
    const bench = await connected(0);
    const large = frame('x'.repeat(10_000));
    bench.mesh.broadcast(traitsOfKind('proposal'), large);
    bench.clock.turn();
    for (const peer of ['b', 'c', 'd']) expect(bench.far(peer).received.at(-1)).toBe(large);
  });

  it('stops at a full stream and goes on when it drains', async () => {
    const bench = await connected(2, [3]);
    const near = bench.far('d').other;
    if (near === null) throw new Error('not connected');
    near.isFull = true;
    bench.mesh.send(3, traitsOfKind('vote'), frame('one'));
    bench.clock.turn();
    bench.mesh.send(3, traitsOfKind('vote'), frame('two'));
    bench.clock.turn();
    expect(bench.mesh.traffic.messagesSent).toBe(1);
    near.drain();
    expect(bench.mesh.traffic.messagesSent).toBe(2);
  });

  it('counts what cannot be sent to a peer that is not there', async () => {
    const bench = createBench(3, [0]);
    bench.mesh.open();
    bench.mesh.send(0, traitsOfKind('proposal'), frame('lost'));
    bench.mesh.broadcast(traitsOfKind('vote'), frame('lost'));
    bench.clock.turn();
    expect(bench.mesh.traffic).toMatchObject({ messagesDropped: 2, messagesSent: 0 });
  });

  it('resets a peer that claims a gigantic frame', async () => {
    const bench = await connected(2, [3]);
    bench.far('d').send([Uint8Array.of(255, 255, 255, 255)]);
    expect(bench.far('d').isClosed).toBe(true);
    expect(bench.mesh.traffic.messagesMalformed).toBe(1);
  });

  it('answers a probe at once, ahead of what waits, and shows consensus nothing of it', async () => {
    const bench = await connected(2, [3]);
    const { traffic } = bench.mesh;
    const before = { ...traffic };
    bench.far('d').send([encodeProbeFrame({ kind: 'ping', id: 7 })]);
    expect(bench.far('d').received.at(-1)).toEqual(encodeProbeFrame({ kind: 'echo', id: 7 }));
    expect(bench.bodies).toEqual([]);
    expect(traffic).toEqual(before);
    bench.far('d').send([Uint8Array.of(0, 0, 0, 1, 0xff)]);
    expect(traffic.messagesMalformed).toBe(before.messagesMalformed + 1);
    expect(bench.mesh.linksUp).toBe(1);
  });

  it('fills a link in turns with everybody else, consensus first', async () => {
    const bench = await connected(2, [3]);
    const probes = bench.mesh.probesOf(3);
    void probes?.fill({ durationMs: 1_000 });
    const sizes = (): number => bench.far('d').received.length;
    const inFirstTurn = sizes();
    expect(inFirstTurn).toBeGreaterThan(10);
    bench.mesh.send(3, traitsOfKind('vote'), frame('vote'));
    bench.clock.turn();
    const turn = bench.far('d').received.slice(inFirstTurn);
    expect(turn.length).toBeGreaterThan(10);
    expect(turn.map((bytes) => bytes.length).indexOf(8)).toBeLessThan(2);
  });

  it('has no probes for a link that is not up', () => {
    expect(createBench(2, [3]).mesh.probesOf(3)).toBeNull();
    expect(createBench(2, [3]).mesh.probesOf(0)).toBeNull();
  });

  it('closes all streams and never dials again after close', async () => {
    const bench = await connected(1);
    const { length } = bench.dialled;
    bench.mesh.close();
    expect(bench.far('c').isClosed).toBe(true);
    await advance(bench, 5_000);
    expect(bench.dialled.length).toBe(length);
  });
});
