import { describe, expect, it } from '@jest/globals';
import { DecodeError } from '../../../../../node-image/src/codec/decode-error.ts';
import { BlockHasher, emptyBlock } from '../../../../../node-image/src/engine/pbft/block.ts';
import {
  decodeHeader,
  decodeMessage,
} from '../../../../../node-image/src/engine/pbft/codec/decode-message.ts';
import {
  decodeDurableState,
  encodeDurableState,
} from '../../../../../node-image/src/engine/pbft/codec/durable-state.ts';
import { createMessageEncoder } from '../../../../../node-image/src/engine/pbft/codec/encode-message.ts';
import { messageKinds } from '../../../../../node-image/src/engine/pbft/codec/message-kinds.ts';
import { genesis, type Message } from '../../../../../node-image/src/engine/pbft/messages.ts';
import { linkTraitsOf, traitsOf } from '../../../../../node-image/src/engine/pbft/traits.ts';
import { createCheapKeyring } from '../../../../sim/keyring.ts';
import { transaction } from './committee.ts';

const id = 'ab'.repeat(32);
const bytes = (value: number, length = 64): Uint8Array => new Uint8Array(length).fill(value);
const signatures = [
  { member: 0, signature: bytes(1) },
  { member: 3, signature: bytes(2, 2_420) },
];
const stable = { slot: 16, logDigest: 'cd'.repeat(32), windowsDigest: 'ef'.repeat(32), signatures };
const prepared = [
  { slot: 17, view: 2, id, proposalSignature: bytes(3), prepares: signatures },
  { slot: 19, view: 1, id, proposalSignature: bytes(4), prepares: [] },
];
const statement = { view: 3, member: 2, stable, prepared, signature: bytes(5) };
const proposals = [{ slot: 17, id, signature: bytes(6) }];
const block = {
  id,
  slot: 17,
  view: 2,
  author: 2,
  createdUnixMs: 1_700_000_000_000.25,
  transactions: [transaction(1, 2), transaction(3, 2 ** 33)],
};
const vote = { view: 2, slot: 2 ** 40, id, signature: bytes(7) };
const messages: readonly Message[] = [
  { kind: 'pre-prepare', view: 2, block, signature: bytes(8) },
  { kind: 'prepare', ...vote },
  { kind: 'commit', ...vote, signature: bytes(0, 0) },
  { kind: 'accepted', ...vote },
  { kind: 'checkpoint', slot: 32, logDigest: id, windowsDigest: id, signature: bytes(9) },
  { kind: 'view-change', statement },
  { kind: 'new-view', view: 3, statements: [statement, statement], proposals, signature: bytes(1) },
  { kind: 'status', view: 3, isActive: true, stableSlot: 16, executedSlot: 18 },
  { kind: 'stable', certificate: stable },
  { kind: 'log-request', executedSlot: 5, wantsSnapshot: true },
  {
    kind: 'log-answer',
    executedSlot: 5,
    droppedSlot: 2,
    certificate: stable,
    ids: [id, id],
    blocks: [block],
    windows: null,
  },
  {
    kind: 'log-answer',
    executedSlot: 5,
    droppedSlot: 9,
    certificate: null,
    ids: [],
    blocks: [],
    windows: bytes(1, 100),
  },
  { kind: 'block-request', slot: 17, id },
  { kind: 'block-answer', block },
  { kind: 'forward', transactions: [transaction(1, 1)] },
];

describe('messages of PBFT as bytes', () => {
  const encode = createMessageEncoder();

  it('have an example of every kind here', () => {
    const kinds = new Set(messages.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(Object.keys(messageKinds).sort());
  });

  it.each(messages.map((message) => [message.kind, message] as const))(
    'come back as they were: %s',
    (kind, message) => {
      const body = encode(message);
      expect(plain(decodeMessage(body))).toEqual(plain(message));
      expect(decodeHeader(body).kind).toBe(kind);
      expect(linkTraitsOf(body)?.lane).toBe(traitsOf(message).lane);
    },
  );

  it('tell their view and slot in front', () => {
    for (const message of messages) {
      const header = decodeHeader(encode(message).subarray(0, 40));
      if ('view' in header && 'view' in message) expect(header.view).toBe(message.view);
      if ('slot' in header && 'block' in message) expect(header.slot).toBe(message.block.slot);
      if ('slot' in header && 'slot' in message) expect(header.slot).toBe(message.slot);
    }
  });

  it('are refused if anything is missing, too much, or unknown', () => {
    for (const message of messages) {
      const body = encode(message);
      for (const length of [0, 1, 5, body.length >> 1, body.length - 1]) {
        expect(() => decodeMessage(body.subarray(0, length))).toThrow(DecodeError);
      }
      expect(() => decodeMessage(Buffer.concat([body, bytes(0, 1)]))).toThrow(DecodeError);
    }
    expect(() => decodeMessage(bytes(0, 9))).toThrow(DecodeError);
    expect(() => decodeHeader(bytes(99, 9))).toThrow(DecodeError);
  });

  it('are refused if what must be signed is not', () => {
    const nothing = bytes(0, 0);
    const unsigned: readonly Message[] = [
      { kind: 'prepare', ...vote, signature: nothing },
      { kind: 'accepted', ...vote, signature: bytes(1, 31) },
      { kind: 'commit', ...vote, signature: bytes(1, 31) },
      {
        kind: 'stable',
        certificate: { ...stable, signatures: [{ member: 0, signature: nothing }] },
      },
      { kind: 'view-change', statement: { ...statement, signature: nothing } },
    ];
    for (const message of unsigned) {
      expect(() => decodeMessage(encode(message))).toThrow(DecodeError);
    }
  });

  it('are refused if their lists hold too many signatures in all', () => {
    const signature = bytes(1, 32);
    const prepares = Array.from({ length: 1_024 }, () => ({ member: 0, signature }));
    const certificate = { slot: 1, view: 0, id, proposalSignature: signature, prepares };
    const count = 2 ** 18 / 1_025;
    const called = (certificates: number): Message => ({
      kind: 'view-change',
      statement: {
        ...statement,
        stable: genesis,
        prepared: Array.from({ length: certificates }, () => certificate),
      },
    });
    expect(() => decodeMessage(encode(called(Math.floor(count))))).not.toThrow();
    expect(() => decodeMessage(encode(called(Math.ceil(count))))).toThrow(/signatures/);
  });

  it('leave the durable state as it was', () => {
    const state = { view: 4, pendingView: 5, stable: genesis, prepared, accepted: proposals };
    expect(plain(decodeDurableState(encodeDurableState(state)))).toEqual(plain(state));
    expect(() => decodeDurableState(bytes(1, 30))).toThrow(DecodeError);
  });
});

describe('block ids', () => {
  const { hash } = createCheapKeyring(1, 1).forMember(0);
  const hasher = new BlockHasher(bytes(1, 8), hash);

  it('cover everything in the block', () => {
    const variants = [
      block,
      { ...block, slot: 18 },
      { ...block, view: 3 },
      { ...block, author: 3 },
      { ...block, createdUnixMs: 1 },
      { ...block, transactions: block.transactions.slice(1) },
      emptyBlock(17, 4, hasher),
      emptyBlock(18, 4, hasher),
    ];
    expect(new Set(variants.map((each) => hasher.id(each))).size).toBe(variants.length);
  });
});

/** Views of other buffers compare by their bytes. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, each) =>
      each instanceof Uint8Array || each?.type === 'Buffer' ? [...(each.data ?? each)] : each,
    ),
  );
}
