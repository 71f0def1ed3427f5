import { describe, expect, it } from '@jest/globals';
import type { ConnectionEnd } from '../../../../../node-image/src/shell/shaping/connection-end.ts';
import { createShaper, type Shaper } from '../../../../../node-image/src/shell/shaping/shaper.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { fixed, linkShape, shaping } from './shapes.ts';

/** A socket that notes when bytes reach it, and what its user is told. */
class FakeWire {
  readonly writes: { readonly atMs: number; readonly text: string }[] = [];
  readonly delivered: { readonly atMs: number; readonly bytes: number }[] = [];
  isFull = false;
  isReading = true;
  drains = 0;
  readonly #clock: FakeClock;
  readonly #startMs: number;

  constructor(clock: FakeClock) {
    this.#clock = clock;
    this.#startMs = clock.nowMs();
  }

  write(parts: readonly Uint8Array[]): boolean {
    const text = Buffer.concat(parts).toString('latin1');
    this.writes.push({ atMs: this.#clock.nowMs() - this.#startMs, text });
    return !this.isFull;
  }

  deliver(bytes: Uint8Array): void {
    this.delivered.push({ atMs: this.#clock.nowMs() - this.#startMs, bytes: bytes.length });
  }

  drained(): void {
    this.drains += 1;
  }

  pauseReading(): void {
    this.isReading = false;
  }

  resumeReading(): void {
    this.isReading = true;
  }
}

interface Bench {
  readonly clock: FakeClock;
  readonly shaper: Shaper;
  connect(peerId?: string): { readonly end: ConnectionEnd; readonly wire: FakeWire };
}

function createBench(): Bench {
  const clock = createFakeClock();
  const shaper = createShaper({ selfIndex: 0, clock });
  shaper.setMembers(['self', 'b', 'c']);
  return {
    clock,
    shaper,
    connect(peerId) {
      const wire = new FakeWire(clock);
      const end = shaper.connect(wire);
      if (peerId !== undefined) end.identify(peerId);
      return { end, wire };
    },
  };
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const textOf = (wire: FakeWire): string => wire.writes.map(({ text }) => text).join('');

describe('a shaper that was asked for nothing', () => {
  it('stands aside in both directions', () => {
    const { connect } = createBench();
    for (const { end } of [connect(), connect('b'), connect('stranger')]) {
      expect([end.isDirect, end.isDirectIn]).toEqual([true, true]);
    }
  });

  it('shapes no peer that was not named', () => {
    const { shaper, connect } = createBench();
    const [b, c] = [connect('b'), connect('c')];
    shaper.apply(shaping([linkShape({ peerIndex: 1, delay: fixed(5) })]));
    expect([b.end.isDirect, c.end.isDirect]).toEqual([false, true]);
  });

  it('stands aside again when nothing is asked for any more and nothing waits', () => {
    const { clock, shaper, connect } = createBench();
    const { end, wire } = connect('b');
    shaper.apply(shaping([linkShape({ delay: fixed(50) })]));
    end.send(bytes('one'));
    shaper.apply(shaping([]));
    expect(end.isDirect).toBe(false);
    end.send(bytes('two'));
    expect(textOf(wire)).toBe('');
    clock.advance(60);
    expect(textOf(wire)).toBe('onetwo');
    expect(end.isDirect).toBe(true);
  });
});

describe('a link with a rate', () => {
  /** @returns bits per second that reach the socket when the sender always has more */
  function carriedBitsPerSec(lossRatio: number, measureMs: number): number {
    const { clock, shaper, connect } = createBench();
    const { end, wire } = connect('b');
    const loss =
      lossRatio === 0
        ? { kind: 'none' as const }
        : { kind: 'independent' as const, ratio: lossRatio };
    shaper.apply(shaping([linkShape({ delay: fixed(20), loss, rateBitsPerSec: 20_000_000 })]));
    const chunk = new Uint8Array(14_480);
    let mayMore = true;
    let drains = 0;
    for (let atMs = 0; atMs < measureMs; atMs++) {
      if (wire.drains > drains) mayMore = true;
      drains = wire.drains;
      while (mayMore) mayMore = end.send(chunk);
      clock.advance(1);
    }
    const carried = wire.writes.reduce((sum, { text }) => sum + text.length, 0);
    return (carried * 8 * 1_000) / measureMs;
  }

  // Losses keep what is behind them waiting, but the link goes on. Headers take 4.5 % of it.
  it.each([0, 0.005, 0.01, 0.03])('carries it at a loss of %d', (lossRatio) => {
    const bitsPerSec = carriedBitsPerSec(lossRatio, 10_000);
    expect(bitsPerSec / 20_000_000).toBeGreaterThan(0.9);
    expect(bitsPerSec / 20_000_000).toBeLessThan(1);
  });
});

describe('a shaper', () => {
  it('takes what is asked before the committee is known, and peers that are known later', () => {
    const clock = createFakeClock();
    const shaper = createShaper({ selfIndex: 0, clock });
    shaper.apply(shaping([linkShape({ delay: fixed(20) })]));
    const wire = new FakeWire(clock);
    const end = shaper.connect(wire);
    end.identify('b');
    expect(end.isDirect).toBe(true);
    shaper.setMembers(['self', 'b']);
    expect(end.isDirect).toBe(false);
    end.send(bytes('late'));
    clock.advance(100);
    expect(wire.writes).toEqual([{ atMs: 20, text: 'late' }]);
  });

  it('delays each link by its own delay, with one timer for all', () => {
    const { clock, shaper, connect } = createBench();
    const [b, c] = [connect('b'), connect('c')];
    shaper.apply(
      shaping([
        linkShape({ peerIndex: 1, delay: fixed(30) }),
        linkShape({ peerIndex: 2, delay: fixed(10) }),
      ]),
    );
    b.end.send(bytes('b'));
    c.end.send(bytes('c'));
    clock.advance(5);
    b.end.send(bytes('B'));
    clock.advance(100);
    expect(b.wire.writes).toEqual([
      { atMs: 30, text: 'b' },
      { atMs: 35, text: 'B' },
    ]);
    expect(c.wire.writes).toEqual([{ atMs: 10, text: 'c' }]);
    expect(shaper.status().links).toEqual([
      { peerIndex: 1, segments: 2, segmentsLost: 0, bytes: 2 },
      { peerIndex: 2, segments: 1, segmentsLost: 0, bytes: 1 },
    ]);
    expect(shaper.totals()).toEqual({ segments: 3, segmentsLost: 0, bytes: 3 });
  });

  it('tells what holds: what it was given last, and at first nothing', () => {
    const { shaper } = createBench();
    expect(shaper.status()).toEqual({ shaping: shaping([], { seed: 0 }), links: [] });
    const both = [linkShape({ peerIndex: 1 }), linkShape({ peerIndex: 2, isCut: true })];
    shaper.apply(shaping(both, { seed: 9, upBitsPerSec: 8e6, downBitsPerSec: 4e6 }));
    const [, cut = linkShape()] = both;
    const next = shaping([cut], { seed: 9, downBitsPerSec: 5e6 });
    shaper.apply(next);
    expect(shaper.status().shaping).toEqual(next);
  });

  it('draws the same chance for the same seed, and other chance for another', () => {
    const arrivals = (seed: number): number[] => {
      const { clock, shaper, connect } = createBench();
      const delay = { ...fixed(50), distribution: 'uniform', jitterMs: 40 } as const;
      shaper.apply(shaping([linkShape({ delay })], { seed }));
      const { end, wire } = connect('b');
      for (let i = 0; i < 10; i++) {
        end.send(bytes('x'));
        clock.advance(200);
      }
      return wire.writes.map(({ atMs }) => atMs);
    };
    expect(arrivals(5)).toEqual(arrivals(5));
    expect(arrivals(5)).not.toEqual(arrivals(6));
  });

  it('shares the rate of the node among its links', () => {
    const { clock, shaper, connect } = createBench();
    const [b, c] = [connect('b'), connect('c')];
    shaper.apply(shaping([], { upBitsPerSec: 1_514 * 8 * 100 }));
    // 100 full segments a second, over both links: 20 take 200 ms.
    for (let i = 0; i < 10; i++) {
      b.end.send(new Uint8Array(1_448));
      c.end.send(new Uint8Array(1_448));
    }
    clock.advance(1_000);
    expect(b.wire.writes.at(-1)?.atMs).toBe(190);
    expect(c.wire.writes.at(-1)?.atMs).toBe(200);
  });

  it('lets in no more than the rate of the node, and stops reading what is too much', () => {
    const { clock, shaper, connect } = createBench();
    const { end, wire } = connect('b');
    shaper.apply(shaping([], { downBitsPerSec: 8e6 }));
    expect(end.isDirectIn).toBe(false);
    const total = 400 * 1_024;
    for (let i = 0; i < 4; i++) end.receive(new Uint8Array(total / 4));
    expect(wire.isReading).toBe(false);
    clock.advance(10_000);
    expect(wire.isReading).toBe(true);
    expect(wire.delivered.reduce((sum, { bytes: length }) => sum + length, 0)).toBe(total);
    const wireMs = (total * (1_514 / 1_448)) / 1_000;
    expect(Math.abs((wire.delivered.at(-1)?.atMs ?? 0) - wireMs)).toBeLessThan(1.5);
  });
});

describe('back-pressure', () => {
  it('says full beyond a bound, and lets the sender go on when half of that has left', () => {
    const { clock, shaper, connect } = createBench();
    const { end, wire } = connect('b');
    shaper.apply(shaping([linkShape({ delay: fixed(20), rateBitsPerSec: 8e6 })]));
    // 128 KiB and what is under way: 8 Mbit/s for 40 ms.
    const bound = 128 * 1_024 + 40_000;
    let sent = 0;
    while (end.send(new Uint8Array(8_192))) sent += 8_192;
    expect(sent).toBeGreaterThan(bound - 8_192);
    expect(sent).toBeLessThanOrEqual(bound);
    clock.advance(50);
    expect(wire.drains).toBe(0);
    clock.advance(100);
    expect(wire.drains).toBe(1);
  });

  it('is bounded while a link is cut', () => {
    const { clock, shaper, connect } = createBench();
    const { end, wire } = connect('b');
    shaper.apply(shaping([linkShape({ isCut: true })]));
    let sends = 1;
    while (end.send(new Uint8Array(65_536))) sends += 1;
    expect(sends * 65_536).toBeLessThanOrEqual(4 * 1_024 * 1_024 + 65_536);
    clock.advance(60_000);
    expect([wire.writes.length, wire.drains]).toEqual([0, 0]);
    shaper.apply(shaping([]));
    clock.advance(120_000);
    expect(textOf(wire).length).toBe(sends * 65_536);
    expect(wire.drains).toBe(1);
    expect(end.isDirect).toBe(true);
  });

  it('comes from a full socket too: nothing more is written until it drains', () => {
    const { clock, shaper, connect } = createBench();
    const { end, wire } = connect('b');
    shaper.apply(shaping([linkShape({ delay: fixed(10) })]));
    wire.isFull = true;
    end.send(bytes('one'));
    clock.advance(5);
    end.send(bytes('two'));
    clock.advance(1_000);
    expect(textOf(wire)).toBe('one');
    expect(end.send(bytes('three'))).toBe(false);
    wire.isFull = false;
    end.wireDrained();
    expect(textOf(wire)).toBe('onetwo');
    expect(wire.drains).toBe(1);
    clock.advance(10);
    expect(textOf(wire)).toBe('onetwothree');
  });

  it('passes on the drain of a socket that was filled before anything was shaped', () => {
    const { shaper, connect } = createBench();
    const { end, wire } = connect('b');
    shaper.apply(shaping([linkShape({ delay: fixed(10) })]));
    end.wireDrained();
    expect(wire.drains).toBe(1);
  });
});

describe('the end of a connection', () => {
  it('writes out what waits if it is closed in order', () => {
    const { shaper, connect } = createBench();
    const { end, wire } = connect('b');
    shaper.apply(shaping([linkShape({ delay: fixed(10_000) })]));
    end.send(bytes('good'));
    end.send(bytes('bye'));
    end.flush();
    expect(textOf(wire)).toBe('goodbye');
  });

  it('drops what waits if it is gone, and asks for no more time', () => {
    const { clock, shaper, connect } = createBench();
    const { end, wire } = connect('b');
    shaper.apply(shaping([linkShape({ delay: fixed(10) })]));
    end.send(bytes('lost'));
    end.drop();
    clock.advance(100);
    expect(wire.writes).toEqual([]);
  });
});
