import { describe, expect, it } from '@jest/globals';
import { readKeys } from '../../../../../node-image/src/engine/chained/block.ts';
import { createSigning } from '../../../../../node-image/src/engine/chained/signing.ts';
import { jolteonDefinition } from '../../../../../node-image/src/engine/jolteon/protocol.ts';
import { Committee, parameters, transaction } from './committee.ts';

const committee = new Committee(4);
const parentQc = committee.qc(committee.block({ round: 1 }));
const header = {
  round: 2,
  author: 2,
  parentQc,
  transactions: [transaction(1), transaction(2)],
  createdUnixMs: 5,
};

describe('block id', () => {
  it('is 64 hex digits and the same for the same content', () => {
    const id = committee.hasher.id(header);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(committee.hasher.id({ ...header, transactions: [...header.transactions] })).toBe(id);
  });

  it.each([
    ['round', { round: 3 }],
    ['author', { author: 3 }],
    ['parent', { parentQc: committee.qc(committee.block({ round: 1, createdUnixMs: 9 })) }],
    ['parent round', { parentQc: { ...parentQc, round: 0 } }],
    ['transactions', { transactions: [transaction(1)] }],
    ['order of transactions', { transactions: [transaction(2), transaction(1)] }],
    ['time', { createdUnixMs: 6 }],
  ])('changes with its %s', (_, change) => {
    expect(committee.hasher.id({ ...header, ...change })).not.toBe(committee.hasher.id(header));
  });

  it('tells one long transaction from two short ones with the same bytes', () => {
    const [a, b] = [transaction(1), transaction(2)];
    const joined = Uint8Array.from([...a, ...b]);
    const one = committee.hasher.id({ ...header, transactions: [joined] });
    expect(one).not.toBe(committee.hasher.id({ ...header, transactions: [a, b] }));
  });

  it('does not depend on blocks hashed before', () => {
    const fresh = new Committee(4);
    fresh.hasher.id({ ...header, transactions: [transaction(9, 0, 50_000)] });
    expect(fresh.hasher.id(header)).toBe(committee.hasher.id(header));
  });
});

describe('a block', () => {
  it('gives the keys of its transactions in order', () => {
    expect(readKeys(committee.block(header), parameters)).toEqual(Float64Array.of(1, 2));
  });

  it('is refused with too many, too large or malformed transactions', () => {
    const refused = [
      Array.from({ length: 11 }, (_, index) => transaction(index)),
      [transaction(1, 0, 4097)],
      [new Uint8Array(19)],
    ];
    for (const transactions of refused) {
      expect(readKeys(committee.block({ round: 1, transactions }), parameters)).toBeNull();
    }
  });
});

const signingOf = (chain: string) =>
  createSigning({ protocol: jolteonDefinition.domain, chainId: chain });

describe('signed bytes', () => {
  const { id } = committee.block({ round: 2 });

  it('differ between purposes, chains, rounds and blocks', () => {
    const other = committee.block({ round: 3 }).id;
    const here = signingOf('a');
    const there = signingOf('b');
    const texts = [
      here.vote(2, id),
      here.vote(3, id),
      here.vote(2, other),
      here.proposal(2, id),
      here.timeout(2, 1),
      here.timeout(1, 2),
      there.vote(2, id),
      there.proposal(2, id),
      there.timeout(2, 1),
    ].map((bytes) => Buffer.from(bytes).toString('hex'));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('cannot be shifted between chain id and content', () => {
    const lengths = ['', 'x', 'xy'].map((chain) => signingOf(chain).vote(2, id).length);
    expect(lengths[1]).toBe((lengths[0] ?? 0) + 1);
    expect(() => signingOf('x'.repeat(70_000))).toThrow('too long');
  });

  it('are laid out as documented', () => {
    const bytes = Buffer.from(signingOf('ab').timeout(258, 7));
    const expected = `${Buffer.from('prsm-testbed/jolteon/1T').toString('hex')}00026162`;
    const numbers = '0000000000000000' + '0000000000000102' + '0000000000000007';
    expect(bytes.toString('hex')).toBe(expected + numbers);
  });
});
