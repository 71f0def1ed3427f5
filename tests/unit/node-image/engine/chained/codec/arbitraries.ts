import fc from 'fast-check';
import type {
  Block,
  BlockId,
  Message,
  QuorumCertificate,
  TimeoutCertificate,
} from '../../../../../../node-image/src/engine/chained/messages.ts';

/** Random messages of every kind, well formed but meaningless. */
const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const signature = bytes(80);
const index = fc.integer({ min: 0, max: 65_535 });
const round = fc.maxSafeNat();
const blockId = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((id) => Buffer.from(id).toString('hex') as BlockId);

const members = fc
  .uniqueArray(fc.integer({ min: 0, max: 1_023 }), { minLength: 2, maxLength: 40 })
  .map((some) => some.sort((a, b) => a - b));

export const quorumCertificate: fc.Arbitrary<QuorumCertificate> = fc.oneof(
  fc.record({
    round,
    blockId,
    signers: fc.array(index, { maxLength: 6 }),
    signatures: fc.array(signature, { maxLength: 6 }),
  }),
  fc.record({ round, blockId, signers: members, signatures: fc.tuple(signature) }),
);

const entriesWith = (signatures: fc.Arbitrary<Uint8Array>) =>
  fc.array(fc.record({ voter: index, highQcRound: round, signature: signatures }), {
    maxLength: 5,
  });

export const timeoutCertificate: fc.Arbitrary<TimeoutCertificate> = fc.oneof(
  fc.record({ round, entries: entriesWith(signature), highQc: quorumCertificate }),
  fc.record({
    round,
    entries: entriesWith(fc.constant(new Uint8Array(0))),
    highQc: quorumCertificate,
    aggregate: signature,
  }),
);

const transactions = fc.array(fc.uint8Array({ minLength: 20, maxLength: 200 }), { maxLength: 10 });

const block: fc.Arbitrary<Block> = fc.record({
  id: blockId,
  round,
  author: index,
  parentQc: quorumCertificate,
  timeoutCertificate: fc.option(timeoutCertificate),
  transactions,
  // JSON, through which the tests compare, has no negative zero.
  createdUnixMs: fc.double({ noNaN: true, noDefaultInfinity: true }).map((ms) => ms + 0),
});

export const messages: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ kind: fc.constant('proposal' as const), block, signature }),
  fc.record({ kind: fc.constant('vote' as const), round, blockId, voter: index, signature }),
  fc.record({
    kind: fc.constant('timeout' as const),
    round,
    voter: index,
    highQc: quorumCertificate,
    lastTc: fc.option(timeoutCertificate),
    signature,
  }),
  fc.record({ kind: fc.constant('block-request' as const), blockId, floorRound: round }),
  fc.record({
    kind: fc.constant('block-response' as const),
    blocks: fc.array(block, { maxLength: 4 }),
    droppedRound: round,
  }),
  fc.record({ kind: fc.constant('forward' as const), transactions }),
  fc.record({ kind: fc.constant('exhibit' as const), round, blockId, signature }),
  fc.record({ kind: fc.constant('certificate' as const), qc: quorumCertificate }),
);
