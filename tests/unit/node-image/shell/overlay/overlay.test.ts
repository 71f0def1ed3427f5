import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ring } from '../../../../../controller/src/plan/topology/ring.ts';
import { jolteon } from '../../../../../node-image/src/engine/jolteon/protocol.ts';
import { createNodeCrypto } from '../../../../../node-image/src/shell/node-crypto.ts';
import {
  decodeEnvelope,
  encodeEnvelope,
} from '../../../../../node-image/src/shell/overlay/envelope.ts';
import {
  createOverlay,
  type Overlay,
} from '../../../../../node-image/src/shell/overlay/overlay.ts';
import type { Edge } from '../../../../../node-image/src/shell/overlay/routes.ts';
import { ed25519 } from '../../../../../node-image/src/signatures/ed25519.ts';
import { createFakeClock } from '../fake-clock.ts';
import { traitsOfKind } from '../frame-traits.ts';

/** Overlays joined by lines that a test can cut, listen to and tamper with; 1 ms a link. */
function createWorld(memberCount: number, edges: readonly Edge[]) {
  const clock = createFakeClock();
  const keys = Array.from({ length: memberCount }, () => ed25519.createKey(randomBytes(32)));
  const got: { at: number; origin: number; body: number[] }[] = [];
  const cut = new Set<string>();
  const forged: number[] = [];
  const world = {
    clock,
    got,
    cut,
    forged,
    /** What a line makes of a body; null loses it. */
    tamper: (_from: number, _to: number, body: Uint8Array): Uint8Array | null => body,
    overlays: [] as Overlay[],
    to: (at: number) => got.filter((one) => one.at === at).map(({ origin }) => origin),
    sum: (name: keyof Overlay['counters']) =>
      world.overlays.reduce((sum, { counters }) => sum + counters[name], 0),
  };
  const carry = (from: number, to: number, frame: Uint8Array): void => {
    if (cut.has(`${from}-${to}`)) return;
    const body = world.tamper(from, to, Uint8Array.from(frame.subarray(4)));
    if (body !== null) clock.after(1, () => world.overlays[to]?.receive(from, body));
  };
  const committee = ed25519.importKeys(keys);
  world.overlays = keys.map((key, selfIndex) =>
    createOverlay(
      { selfIndex, chainId: 'chain', memberCount, edges, epochMs: 1, silenceMsMax: 1_000 },
      {
        mesh: { send: (to, _kind, frame) => carry(selfIndex, to, frame), isUp: () => true },
        crypto: createNodeCrypto(key, committee),
        timers: clock,
        linkTraitsOf: jolteon.linkTraitsOf,
        deliver: (origin, body) => got.push({ at: selfIndex, origin, body: [...body] }),
        onForged: (neighbour) => forged.push(neighbour),
      },
    ),
  );
  for (const [a, b] of edges) {
    world.overlays[a]?.linkChanged(b, true);
    world.overlays[b]?.linkChanged(a, true);
  }
  return world;
}

const vote = traitsOfKind('vote');
/** A frame as the encoder makes it: length, then a body whose first byte is a vote's. */
const frame = (mark: number): Uint8Array => Uint8Array.of(0, 0, 0, 2, 2, mark);

describe('an overlay', () => {
  it('brings a broadcast to everybody once, and a message for one to that one', () => {
    const world = createWorld(7, ring(7));
    world.overlays[0]?.broadcast(vote, frame(1));
    world.clock.advance(10);
    expect(world.got.map(({ at }) => at).sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(world.got.every(({ origin, body }) => origin === 0 && body.join() === '2,1')).toBe(true);
    world.got.length = 0;
    world.overlays[2]?.send(5, vote, frame(2));
    world.overlays[2]?.send(3, vote, frame(3));
    world.clock.advance(10);
    expect(world.got).toEqual([
      { at: 3, origin: 2, body: [2, 3] },
      { at: 5, origin: 2, body: [2, 2] },
    ]);
    expect(world.sum('unroutable')).toBe(0);
    // 3 hops to node 5; the broadcast took 1, 2 and 3 to both sides.
    expect(world.sum('hopsTravelled')).toBe(3 + 2 * (1 + 2 + 3));
  });

  it('finds out a relay that alters, forges or readdresses what it hands on, and takes none of it', () => {
    const alterations: ((body: Uint8Array) => Uint8Array)[] = [
      (body) =>
        encodeEnvelope({ ...decodeEnvelope(body), payload: Uint8Array.of(2, 9) }).subarray(4),
      (body) => encodeEnvelope({ ...decodeEnvelope(body), origin: 4 }).subarray(4),
      (body) => encodeEnvelope({ ...decodeEnvelope(body), destination: 4 }).subarray(4),
      (body) => encodeEnvelope({ ...decodeEnvelope(body), sequence: 77 }).subarray(4),
      (body) => body.subarray(0, 40),
    ];
    for (const alter of alterations) {
      const world = createWorld(7, ring(7));
      world.tamper = (from, to, body) =>
        from === 1 && to === 2 && body[0] === 0x80 ? alter(body) : body;
      world.overlays[0]?.send(3, vote, frame(1));
      world.clock.advance(10);
      expect(world.got).toEqual([]);
      expect(world.forged).toEqual([1]);
    }
  });

  it('delivers what a relay repeats once', () => {
    const world = createWorld(7, ring(7));
    world.tamper = (from, to, body) => {
      if (from === 1 && to === 2) world.clock.after(5, () => world.overlays[2]?.receive(1, body));
      return body;
    };
    world.overlays[0]?.send(3, vote, frame(1));
    world.clock.advance(20);
    expect(world.to(3)).toEqual([0]);
    expect(world.sum('duplicates')).toBe(1);
  });

  it('goes round a relay whose links say nothing any more, and back when they speak', () => {
    const world = createWorld(7, ring(7));
    for (const line of ['1-2', '2-1', '2-3', '3-2']) world.cut.add(line);
    world.clock.advance(2_000);
    world.overlays[1]?.send(3, vote, frame(1));
    world.overlays[1]?.send(2, vote, frame(2));
    world.clock.advance(20);
    expect(world.to(3)).toEqual([1]);
    expect(world.sum('unroutable')).toBe(1);
    world.cut.clear();
    world.clock.advance(1_000);
    world.overlays[1]?.send(2, vote, frame(3));
    world.clock.advance(20);
    expect(world.to(2)).toEqual([1]);
  });

  it('tells a neighbour that comes back which links died meanwhile', () => {
    const world = createWorld(7, ring(7));
    world.overlays[0]?.linkChanged(1, false);
    for (const line of ['0-6', '6-0', '0-1', '1-0']) world.cut.add(line);
    world.overlays[3]?.linkChanged(4, false);
    world.overlays[4]?.linkChanged(3, false);
    world.clock.advance(2_000);
    world.cut.delete('0-6');
    world.cut.delete('6-0');
    world.overlays[0]?.linkChanged(6, true);
    world.overlays[6]?.linkChanged(0, true);
    world.clock.advance(300);
    // 0 - 6 - 5 - 4 is a line now; 3 is beyond reach, and 0 knows it without having tried.
    world.overlays[0]?.send(3, vote, frame(1));
    expect(world.overlays[0]?.counters.unroutable).toBe(1);
  });

  it('does not take its own delay for the silence of others', () => {
    const world = createWorld(4, ring(4));
    world.clock.stallMs = 3_000;
    world.clock.advance(10_000);
    world.overlays[0]?.send(2, vote, frame(1));
    expect(world.overlays[0]?.counters.unroutable).toBe(0);
  });
});
