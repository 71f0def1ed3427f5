import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from '../../../../../../node-image/src/codec/decode-error.ts';
import {
  decodeHeader,
  decodeMessage,
} from '../../../../../../node-image/src/engine/chained/codec/decode-message.ts';
import {
  decodeDurableState,
  encodeDurableState,
} from '../../../../../../node-image/src/engine/chained/codec/durable-state.ts';
import { createMessageEncoder } from '../../../../../../node-image/src/engine/chained/codec/encode-message.ts';
import type {
  Block,
  BlockId,
  Message,
  MessageHeader,
} from '../../../../../../node-image/src/engine/chained/messages.ts';
import { messages, quorumCertificate, timeoutCertificate } from './arbitraries.ts';

const encode = createMessageEncoder();

/** What `decodeHeader` reads of a message, and how many bytes that is. */
function frontOf(message: Message): { frontBytes: number; header: MessageHeader } {
  switch (message.kind) {
    case 'proposal': {
      const { id: blockId, round, author } = message.block;
      const frontBytes = 1 + 2 + message.signature.length + 32 + 8 + 2;
      return { frontBytes, header: { kind: 'proposal', blockId, round, author } };
    }
    case 'vote':
      return { frontBytes: 1 + 8, header: { kind: 'vote', round: message.round } };
    case 'certificate':
      return { frontBytes: 1 + 8, header: { kind: 'certificate', round: message.qc.round } };
    case 'timeout': {
      const { kind, round, voter } = message;
      return { frontBytes: 1 + 8 + 2, header: { kind, round, voter } };
    }
    default:
      return { frontBytes: 1, header: { kind: message.kind } };
  }
}

describe('message codec', () => {
  it('gives back every message that it encoded', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(plain(decodeMessage(encode(message)))).toEqual(plain(message));
      }),
      { numRuns: 500 },
    );
  });

  it('encodes the same message to the same bytes, whatever was encoded between', () => {
    fc.assert(
      fc.property(messages, messages, (message, other) => {
        const first = Buffer.from(encode(message)).toString('hex');
        encode(other);
        expect(Buffer.from(encode(message)).toString('hex')).toBe(first);
      }),
    );
  });

  it('throws nothing but DecodeError on bytes that were changed', () => {
    fc.assert(
      fc.property(
        messages,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1 }),
        (message, changes) => {
          const body = Buffer.from(encode(message));
          for (const [at, value] of changes) body[at % body.length] = value;
          expectMessageOrDecodeError(body);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('throws nothing but DecodeError on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (body) => expectMessageOrDecodeError(body)),
      { numRuns: 2_000 },
    );
  });

  it('refuses every truncation of a message', () => {
    fc.assert(
      fc.property(messages, fc.nat(), (message, cut) => {
        const body = encode(message);
        const kept = body.subarray(0, cut % body.length);
        expect(() => decodeMessage(kept)).toThrow(DecodeError);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses bytes after the message', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const body = Buffer.concat([encode(message), Buffer.from([0])]);
        expect(() => decodeMessage(body)).toThrow(/after the message/);
      }),
    );
  });

  it('refuses transactions shorter than their header, which cost more memory than bytes', () => {
    const forward = (length: number) =>
      encode({ kind: 'forward', transactions: [new Uint8Array(length), new Uint8Array(40)] });
    expect(() => decodeMessage(forward(19))).toThrow(/a transaction of 19 bytes/);
    expect(() => decodeMessage(forward(0))).toThrow(DecodeError);
    expect(decodeMessage(forward(20))).toMatchObject({ kind: 'forward' });
  });

  it('refuses a response with more transactions than its bytes can carry', () => {
    const blockId = '00'.repeat(32) as BlockId;
    const block: Block = {
      id: blockId,
      round: 1,
      author: 0,
      parentQc: { round: 0, blockId, signers: [], signatures: [] },
      timeoutCertificate: null,
      transactions: new Array<Uint8Array>(60_000).fill(new Uint8Array(0)),
      createdUnixMs: 0,
    };
    const blocks = new Array<Block>(64).fill(block);
    const body = encode({ kind: 'block-response', blocks, droppedRound: 0 });
    expect(() => decodeMessage(body)).toThrow(/a transaction of 0 bytes|do not fit/);
  });

  const short = new Uint8Array(20);
  const blockOf = (count: number): Block => ({
    id: '00'.repeat(32) as BlockId,
    round: 1,
    author: 0,
    parentQc: { round: 0, blockId: '00'.repeat(32) as BlockId, signers: [], signatures: [] },
    timeoutCertificate: null,
    transactions: new Array<Uint8Array>(count).fill(short),
    createdUnixMs: 0,
  });

  it('refuses a response of more transactions in all than a block may have', () => {
    const response = (counts: number[]) =>
      encode({ kind: 'block-response', blocks: counts.map(blockOf), droppedRound: 0 });
    expect(decodeMessage(response([65_535, 1])).kind).toBe('block-response');
    const ten = response(new Array<number>(10).fill(65_536));
    expect(() => decodeMessage(ten)).toThrow('65536 items where 0 are allowed');
  });

  it('refuses a forward larger than any that is sent', () => {
    const { transactions } = blockOf(16_385);
    const forward = encode({ kind: 'forward', transactions });
    expect(() => decodeMessage(forward)).toThrow('16385 items where 16384 are allowed');
  });

  it('reads the front of every message, whatever comes behind it', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const body = encode(message);
        const { frontBytes, header } = frontOf(message);
        expect(decodeHeader(body.subarray(0, frontBytes))).toEqual(header);
        expect(() => decodeHeader(body.subarray(0, frontBytes - 1))).toThrow(DecodeError);
      }),
    );
  });

  it.each([
    ['transactions that cannot fit', [6, 0, 0, 255, 255], /do not fit|are allowed/],
    ['more transactions than allowed', [6, 255, 255, 255, 255], /are allowed/],
    ['an unknown kind', [77], /unknown message kind 77/],
    ['an empty body', [], /expected/],
    ['a round beyond 2^53', [4, ...new Array(32).fill(0), 255, 0, 0, 0, 0, 0, 0, 0], /2\^53/],
  ])('refuses %s', (_, bytes, reason) => {
    expect(() => decodeMessage(Uint8Array.from(bytes))).toThrow(reason);
  });
});

describe('durable state codec', () => {
  it('gives back every state that it encoded', () => {
    const state = fc.record({
      lastVotedRound: fc.maxSafeNat(),
      lastProposedRound: fc.maxSafeNat(),
      highQc: quorumCertificate,
      lastTc: fc.option(timeoutCertificate),
    });
    fc.assert(
      fc.property(state, (value) => {
        expect(plain(decodeDurableState(encodeDurableState(value)))).toEqual(plain(value));
      }),
    );
  });
});

function expectMessageOrDecodeError(body: Uint8Array): void {
  try {
    decodeMessage(body);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
  }
}

/** Byte strings as hex, so that a view and an array of the same bytes compare equal. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner) => {
      if (inner instanceof Uint8Array) return Buffer.from(inner).toString('hex');
      // Buffer has its own toJSON, which runs before this function sees it.
      return inner?.type === 'Buffer' ? Buffer.from(inner.data).toString('hex') : inner;
    }),
  );
}
