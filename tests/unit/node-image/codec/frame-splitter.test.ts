import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from '../../../../node-image/src/codec/decode-error.ts';
import { createFrameSplitter } from '../../../../node-image/src/codec/frame-splitter.ts';

const bounds = { frameBytesMax: 1_000 };

function frame(body: Uint8Array): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(body.length);
  return Buffer.concat([prefix, body]);
}

describe('frame splitter', () => {
  it('finds the same frames however the stream is cut', () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 12 });
    const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(bodies, cuts, (sent, sizes) => {
        const stream = Buffer.concat(sent.map(frame));
        const found: string[] = [];
        const splitter = createFrameSplitter(bounds, (body) =>
          found.push(Buffer.from(body).toString('hex')),
        );
        let offset = 0;
        for (let i = 0; offset < stream.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          splitter.push(stream.subarray(offset, offset + size));
          offset += size;
        }
        expect(found).toEqual(sent.map((body) => Buffer.from(body).toString('hex')));
      }),
      { numRuns: 500 },
    );
  });

  it('passes on a frame that fills its chunk without copying it', () => {
    const chunk = new Uint8Array(frame(Buffer.alloc(500, 7)));
    const found: Uint8Array[] = [];
    createFrameSplitter(bounds, (body) => found.push(body)).push(chunk);
    expect(found[0]?.buffer).toBe(chunk.buffer);
  });

  it('copies a small frame out of a large chunk, so that the chunk can be freed', () => {
    const chunk = new Uint8Array(
      Buffer.concat([frame(Buffer.alloc(10)), frame(Buffer.alloc(900))]),
    );
    const found: Uint8Array[] = [];
    createFrameSplitter(bounds, (body) => found.push(body)).push(chunk);
    expect(found[0]?.buffer).not.toBe(chunk.buffer);
    expect(found[1]?.buffer).toBe(chunk.buffer);
  });

  it('keeps nothing of the chunks of an unfinished frame, and little more than came of it', () => {
    const body = Uint8Array.from({ length: 8_000 }, (_, index) => index % 251);
    const found: Uint8Array[] = [];
    const splitter = createFrameSplitter({ frameBytesMax: 8_000 }, (each) => found.push(each));
    const memory = new Uint8Array(64 * 1024); // of every chunk, overwritten by the next
    frame(body).forEach((byte, index) => {
      memory[0] = byte;
      splitter.push(memory.subarray(0, 1));
      expect(splitter.heldBytes).toBeLessThanOrEqual(Math.max(512, 2 * (index + 1)));
    });
    memory.fill(0);
    expect(found.map((each) => Buffer.from(each))).toEqual([Buffer.from(body)]);
    expect(splitter.heldBytes).toBe(0);
  });

  it('reserves nothing for a length that was only claimed', () => {
    const splitter = createFrameSplitter({ frameBytesMax: 2 ** 24 }, () => undefined);
    splitter.push(Uint8Array.of(1, 0, 0, 0, 7));
    expect(splitter.heldBytes).toBeLessThanOrEqual(512);
  });

  it.each([
    ['larger than allowed', [0, 0, 4, 0]],
    ['of no bytes', [0, 0, 0, 0]],
    ['of four gigabytes', [255, 255, 255, 255]],
  ])('refuses a frame %s as soon as its length is known', (_, prefix) => {
    const whole = createFrameSplitter(bounds, () => undefined);
    expect(() => whole.push(Uint8Array.from(prefix))).toThrow(DecodeError);
    const piecemeal = createFrameSplitter(bounds, () => undefined);
    expect(() => {
      for (const byte of prefix) piecemeal.push(Uint8Array.of(byte));
    }).toThrow(DecodeError);
  });
});
