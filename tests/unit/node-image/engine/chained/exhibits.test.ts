import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Exhibit } from '../../../../../node-image/src/engine/chained/messages.ts';
import type { Engine } from '../../../../../node-image/src/engine/chained/seam.ts';
import type { Evidence } from '../../../../../node-image/src/engine/seam/evidence.ts';
import { Committee, chainId, deliver, messagesOf, outputsOf } from './committee.ts';

/** Leader 1 of round 1 shows two blocks; node 2 leads round 2 and gathers the votes. */
const committee = new Committee(7);
const [one] = committee.chain(1);
if (one === undefined) throw new Error('a chain of no blocks');
const other = committee.block({ round: 1, createdUnixMs: 9 });
let engine: Engine;

beforeEach(() => {
  engine = committee.engine(2);
  engine.start(0);
});

function exhibitOf(block: typeof one): Exhibit {
  if (block === undefined) throw new Error('no block');
  const { round, id: blockId } = block;
  return { kind: 'exhibit', round, blockId, signature: committee.proposal(block).signature };
}

/** As a stranger would: with public keys and the bytes, and the layout of signed strings alone. */
function isProven({ round, offender, first, second }: Evidence): boolean {
  const [one, two] = [first, second].map(({ signedHex }) => Buffer.from(signedHex, 'hex'));
  if (one === undefined || two === undefined || one.equals(two)) return false;
  const head = Buffer.from('prsm-testbed/jolteon/1P');
  const chain = Buffer.from(chainId);
  const chainBytes = Buffer.alloc(2);
  chainBytes.writeUInt16BE(chain.length);
  const rounds = Buffer.alloc(16);
  rounds.writeBigUInt64BE(BigInt(round), 8);
  const prefix = Buffer.concat([head, chainBytes, chain, rounds]);
  return [first, second].every(({ signedHex, signatureHex }) => {
    const signed = Buffer.from(signedHex, 'hex');
    return (
      signed.length === prefix.length + 32 &&
      signed.subarray(0, prefix.length).equals(prefix) &&
      committee.crypto(0).verify(offender, signed, Buffer.from(signatureHex, 'hex'))
    );
  });
}

describe('a leader that shows each of two blocks to a part of the members', () => {
  it('is found out by who gathers votes: it shows its own to those who voted for the other', () => {
    deliver(engine, committee.proposal(one));
    expect(messagesOf(deliver(engine, committee.vote(3, one)), 'exhibit')).toEqual([]);
    expect(outputsOf(deliver(engine, committee.vote(4, other)), 'send')).toEqual([
      { kind: 'send', to: 4, message: exhibitOf(one) },
    ]);
  });

  it('is found out as well when votes come before the proposal', () => {
    expect(deliver(engine, committee.vote(4, other))).toEqual([]);
    const outputs = deliver(engine, committee.proposal(one));
    expect(messagesOf(outputs, 'exhibit')).toEqual([exhibitOf(one)]);
  });

  it('is found out by whoever sees a certificate for a block that it was not shown', () => {
    const watcher = committee.engine(6);
    watcher.start(0);
    deliver(watcher, committee.proposal(other));
    const next = committee.block({ round: 2, parentQc: committee.qc(one) });
    const sent = outputsOf(deliver(watcher, committee.proposal(next)), 'send');
    const shown = sent.filter(({ message }) => message.kind === 'exhibit');
    expect(shown.map(({ to }) => to)).toEqual([0, 2, 3, 4]);
    const again = deliver(watcher, committee.timeout(0, { round: 2, highQc: committee.qc(one) }));
    expect(messagesOf(again, 'exhibit')).toEqual([]);
  });

  it('is proven by the front of one and a proposal of the other, once, to anybody', () => {
    deliver(engine, committee.proposal(one));
    const found = outputsOf(deliver(engine, exhibitOf(other), { from: 5 }), 'evidence');
    expect(found).toMatchObject([
      { evidence: { offence: 'double-proposal', round: 1, offender: 1 } },
    ]);
    expect(found.map(({ evidence }) => isProven(evidence))).toEqual([true]);
    const third = committee.block({ round: 1, createdUnixMs: 10 });
    expect(deliver(engine, exhibitOf(third), { from: 5 })).toEqual([]);
    // What was only told of can still be proposed, and counts for nothing new.
    expect(outputsOf(deliver(engine, committee.proposal(other)), 'evidence')).toEqual([]);
  });

  it('is not accused by a front that it did not sign, and who shows that is not heard', () => {
    deliver(engine, committee.proposal(one));
    const forged = { ...exhibitOf(other), signature: committee.vote(5, other).signature };
    for (let count = 0; count < 8; count++) {
      expect(deliver(engine, forged, { from: 5 })).toEqual([]);
    }
    expect(engine.status().counters.messagesRejected).toBe(8);
    expect(deliver(engine, exhibitOf(other), { from: 5 })).toEqual([]);
    expect(deliver(engine, exhibitOf(other), { from: 4 })).toHaveLength(1);
  });

  it('is not looked for where nothing was seen of that round, or the same', () => {
    expect(deliver(engine, exhibitOf(other), { from: 5 })).toEqual([]);
    deliver(engine, committee.proposal(one));
    expect(deliver(engine, exhibitOf(one), { from: 5 })).toEqual([]);
    expect(engine.status().counters.messagesRejected).toBe(0);
  });
});
