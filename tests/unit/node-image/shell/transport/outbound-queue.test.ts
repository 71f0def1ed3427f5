import { describe, expect, it } from '@jest/globals';
import { FRAME_BYTES_MAX } from '../../../../../node-image/src/codec/limits.ts';
import type { Message } from '../../../../../node-image/src/engine/chained/messages.ts';
import { DEFAULT_BOUNDS } from '../../../../../node-image/src/shell/transport/mesh.ts';
import {
  createOutboundQueue,
  type OutboundFrame,
} from '../../../../../node-image/src/shell/transport/outbound-queue.ts';
import { traitsOfKind } from '../frame-traits.ts';

const bounds = { softBytes: 1_000, softFrames: 10, hardBytes: 2_000, hardFrames: 20 };

const made = new Map<OutboundFrame, Message['kind']>();

function frame(kind: Message['kind'], length = 10, mark = 0): OutboundFrame {
  const one = { traits: traitsOfKind(kind), bytes: new Uint8Array(length).fill(mark) };
  made.set(one, kind);
  return one;
}

function kinds(frames: readonly OutboundFrame[]): (string | undefined)[] {
  return frames.map((each) => made.get(each));
}

describe('outbound queue', () => {
  it('lets consensus messages overtake bulk ones and keeps order within each', () => {
    const queue = createOutboundQueue(bounds);
    for (const kind of ['forward', 'vote', 'block-response', 'proposal'] as const) {
      expect(queue.push(frame(kind))).toBe(0);
    }
    expect(kinds(queue.take(1_000))).toEqual(['vote', 'proposal', 'forward', 'block-response']);
    expect(queue.length).toBe(0);
    expect(queue.bytes).toBe(0);
  });

  it('takes at most the bytes asked for, but always something', () => {
    const queue = createOutboundQueue(bounds);
    queue.push(frame('proposal', 500));
    queue.push(frame('proposal', 60));
    queue.push(frame('forward', 30));
    expect(kinds(queue.take(100))).toEqual(['proposal']);
    expect(queue.take(100).map(({ bytes }) => bytes.length)).toEqual([60, 30]);
    expect(queue.take(100)).toEqual([]);
  });

  it.each([
    [0, ['vote', 'block-request', 'block-response', 'forward']],
    [1, ['vote', 'timeout', 'block-request', 'block-response']],
    [2, ['vote', 'timeout', 'timeout', 'block-request']],
    [3, ['vote', 'timeout', 'timeout', 'timeout']],
    [4, ['timeout', 'timeout', 'timeout', 'timeout']],
  ])('after %i frames too many keeps %j: votes are dropped last', (excess, kept) => {
    const queue = createOutboundQueue(bounds);
    for (const kind of ['vote', 'block-request', 'block-response', 'forward'] as const) {
      queue.push(frame(kind, 240));
    }
    for (let i = 0; i < excess; i++) expect(queue.push(frame('timeout', 240))).toBe(1);
    expect(kinds(queue.take(9_999))).toEqual(kept);
  });

  it('keeps votes beside the largest proposal by default', () => {
    const queue = createOutboundQueue(DEFAULT_BOUNDS);
    queue.push(frame('forward', 100_000));
    for (let i = 0; i < 10; i++) queue.push(frame('vote', 200));
    expect(queue.push(frame('proposal', FRAME_BYTES_MAX - 10_000))).toBe(1);
    expect(kinds(queue.take(FRAME_BYTES_MAX))).toEqual([...new Array(10).fill('vote'), 'proposal']);
  });

  it('drops the older of two votes', () => {
    const queue = createOutboundQueue(bounds);
    queue.push(frame('vote', 400, 1));
    queue.push(frame('vote', 400, 2));
    expect(queue.push(frame('vote', 400, 3))).toBe(1);
    expect(queue.take(9_999).map(({ bytes }) => bytes[0])).toEqual([2, 3]);
  });

  it('keeps proposals and timeouts beyond the soft bound and drops the oldest at the hard one', () => {
    const queue = createOutboundQueue(bounds);
    let dropped = 0;
    for (let i = 0; i < 19; i++) dropped += queue.push(frame('proposal', 100));
    expect(dropped).toBe(0);
    for (let i = 0; i < 6; i++) dropped += queue.push(frame('timeout', 100));
    expect(dropped).toBe(5);
    expect(queue.bytes).toBeLessThanOrEqual(bounds.hardBytes);
    expect(kinds(queue.take(9_999)).filter((kind) => kind === 'proposal').length).toBe(14);
  });

  it('accepts a single frame larger than the bounds: it could never be sent otherwise', () => {
    const queue = createOutboundQueue(bounds);
    expect(queue.push(frame('proposal', 5_000))).toBe(0);
    expect(queue.length).toBe(1);
  });

  it('is empty after clear', () => {
    const queue = createOutboundQueue(bounds);
    queue.push(frame('proposal'));
    queue.push(frame('forward'));
    queue.clear();
    expect([queue.length, queue.bytes, queue.take(100)]).toEqual([0, 0, []]);
  });
});
