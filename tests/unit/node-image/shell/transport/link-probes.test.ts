import { describe, expect, it } from '@jest/globals';
import { DecodeError } from '../../../../../node-image/src/codec/decode-error.ts';
import {
  createLinkProbes,
  LinkBusyError,
  type LinkProbes,
} from '../../../../../node-image/src/shell/transport/link-probes.ts';
import {
  decodeProbeFrame,
  encodeProbeFrame,
  FILL_WIRE_BYTES,
  isProbeFrame,
  type ProbeFrame,
} from '../../../../../node-image/src/shell/transport/probe-frames.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

const DELAY_MS = 15;

const bodyOf = (frame: Uint8Array): Uint8Array => frame.subarray(4);

interface Pair {
  readonly clock: FakeClock;
  readonly near: LinkProbes;
  readonly far: LinkProbes;
  /** False: what is sent disappears. */
  passes: boolean;
}

/** Two ends of a link that takes `DELAY_MS` each way and sends a fill frame every 2 ms. */
function createPair(): Pair {
  const clock = createFakeClock();
  const carry = (from: () => LinkProbes, to: () => LinkProbes) => () => {
    for (const frame of from().takeUrgent()) deliver(frame, to);
  };
  const deliver = (frame: Uint8Array, to: () => LinkProbes): void => {
    if (!pair.passes) return;
    clock.after(DELAY_MS, () => to().receive(decodeProbeFrame(bodyOf(frame))));
  };
  const near: LinkProbes = createLinkProbes({
    timers: clock,
    onReady: carry(
      () => near,
      () => far,
    ),
  });
  const far: LinkProbes = createLinkProbes({
    timers: clock,
    onReady: carry(
      () => far,
      () => near,
    ),
  });
  const fill = (): void => {
    const frame = near.nextFill();
    if (frame !== null) deliver(frame, () => far);
    clock.after(2, fill);
  };
  fill();
  const pair: Pair = { clock, near, far, passes: true };
  return pair;
}

async function settled<T>(promise: Promise<T>, clock: FakeClock, ms: number): Promise<T> {
  clock.advance(ms);
  const late = new Error(`Nothing came of it in ${ms} ms.`);
  return Promise.race([promise, new Promise<T>((_, reject) => setImmediate(reject, late))]);
}

describe('probe frames', () => {
  it.each<ProbeFrame>([
    { kind: 'ping', id: 1 },
    { kind: 'echo', id: 2 ** 32 - 1 },
    { kind: 'fill-begin', id: 3, durationMs: 60_000 },
    { kind: 'fill', id: 4 },
    { kind: 'fill-end', id: 5 },
    { kind: 'fill-report', id: 6, frames: 1_000_000, elapsedMicros: 45_000_000 },
  ])('come back as they were: $kind', (frame) => {
    const bytes = Buffer.from(encodeProbeFrame(frame));
    expect(bytes.readUInt32BE(0)).toBe(bytes.length - 4);
    expect(isProbeFrame(bodyOf(bytes))).toBe(true);
    expect(decodeProbeFrame(bodyOf(bytes))).toEqual(frame);
    expect(() => decodeProbeFrame(bodyOf(bytes).subarray(0, -1))).toThrow(DecodeError);
  });

  it('are no consensus messages, and of known kinds', () => {
    expect(isProbeFrame(Uint8Array.of(6, 0))).toBe(false);
    expect(() => decodeProbeFrame(Uint8Array.of(0xff, 0, 0, 0, 0))).toThrow(DecodeError);
  });

  it('fill whole segments', () => {
    expect((encodeProbeFrame({ kind: 'fill', id: 1 }).length + 12 + 18) % 1_448).toBe(0);
    expect(FILL_WIRE_BYTES).toBe(3 * 1_514);
  });
});

describe('round trips', () => {
  it('are measured one by one, and end with the last answer', async () => {
    const { clock, near } = createPair();
    const order = { count: 5, intervalMs: 10, timeoutMs: 60_000 };
    const result = await settled(near.roundTrips(order), clock, 100);
    expect(result).toEqual({ sent: 5, rttMicros: Array(5).fill(2_000 * DELAY_MS) });
  });

  it('wait so long after the last, and count what was answered', async () => {
    const pair = createPair();
    const order = { count: 3, intervalMs: 10, timeoutMs: 50 };
    const result = pair.near.roundTrips(order);
    pair.clock.advance(20);
    pair.passes = false;
    expect(await settled(result, pair.clock, 60)).toMatchObject({
      sent: 3,
      rttMicros: [2_000 * DELAY_MS],
    });
  });

  it('are measured once at a time, and again afterwards', async () => {
    const { clock, near } = createPair();
    const order = { count: 1, intervalMs: 10, timeoutMs: 50 };
    const first = near.roundTrips(order);
    expect(() => near.roundTrips(order)).toThrow(LinkBusyError);
    await settled(first, clock, 50);
    expect((await settled(near.roundTrips(order), clock, 50)).rttMicros).toHaveLength(1);
  });

  it('end when the link goes down', async () => {
    const { clock, near } = createPair();
    const result = near.roundTrips({ count: 100, intervalMs: 10, timeoutMs: 50 });
    clock.advance(45);
    near.linkDown();
    expect(await settled(result, clock, 0)).toMatchObject({ sent: 5 });
  });

  it('are not answered beyond what a peer may ask for', () => {
    const sent: Uint8Array[] = [];
    const clock = createFakeClock();
    const end: LinkProbes = createLinkProbes({
      timers: clock,
      onReady: () => sent.push(...end.takeUrgent()),
    });
    for (let id = 0; id < 10_000; id++) end.receive({ kind: 'ping', id });
    expect(sent.length).toBe(4_000);
    clock.advance(1_000);
    end.receive({ kind: 'ping', id: 1 });
    expect(sent.length).toBe(4_001);
    // Towards a stream that takes nothing, no more than a bounded number waits.
    const stuck = createLinkProbes({ timers: clock, onReady: () => undefined });
    for (let id = 0; id < 10_000; id++) stuck.receive({ kind: 'ping', id });
    expect(stuck.takeUrgent().length).toBe(1_024);
  });
});

describe('a rate', () => {
  it('is counted by the receiver after the first quarter', async () => {
    const { clock, near } = createPair();
    const { receivedBytes, elapsedMs } = await settled(
      near.fill({ durationMs: 1_000 }),
      clock,
      2_000,
    );
    expect(elapsedMs).toBeGreaterThan(740);
    expect(elapsedMs).toBeLessThanOrEqual(750);
    // One frame every 2 ms.
    expect((receivedBytes / elapsedMs) * 2).toBeCloseTo(FILL_WIRE_BYTES, 6);
  });

  it('is nothing when nothing comes, after ten seconds more', async () => {
    const pair = createPair();
    pair.passes = false;
    const result = pair.near.fill({ durationMs: 1_000 });
    expect(() => pair.near.fill({ durationMs: 1_000 })).toThrow(LinkBusyError);
    expect(await settled(result, pair.clock, 11_000)).toEqual({ receivedBytes: 0, elapsedMs: 0 });
  });

  it('ends when the link goes down', async () => {
    const { clock, near } = createPair();
    const result = near.fill({ durationMs: 1_000 });
    clock.advance(100);
    near.linkDown();
    expect(await settled(result, clock, 0)).toEqual({ receivedBytes: 0, elapsedMs: 0 });
    expect(near.nextFill()).toBeNull();
  });
});
