import { describe, expect, it } from '@jest/globals';
import { EarlyMessages } from '../../../../../node-image/src/engine/pbft/early-messages.ts';
import type { PrePrepare, Prepare } from '../../../../../node-image/src/engine/pbft/messages.ts';
import { Committee, transaction } from './committee.ts';

const id = 'ab'.repeat(32);

function proposal(view: number, slot: number, transactions: number): PrePrepare {
  const content = Array.from({ length: transactions }, (_, index) => transaction(1, index));
  const block = { id, slot, view, author: 1, createdUnixMs: 0, transactions: content };
  return { kind: 'pre-prepare', view, block, signature: new Uint8Array(32) };
}

function prepare(view: number, slot: number): Prepare {
  return { kind: 'prepare', view, slot, id, signature: new Uint8Array(32) };
}

describe('messages of a view that has not begun', () => {
  it('are bounded for each member by count, and proposals by bytes', () => {
    const early = new EarlyMessages({ countMax: 5, payloadBytesMax: 3 * 24 });
    early.keep(1, proposal(1, 1, 2));
    early.keep(1, proposal(1, 2, 2)); // over the bytes
    early.keep(1, proposal(1, 3, 1));
    for (let slot = 1; slot < 9; slot++) early.keep(1, prepare(1, slot));
    early.keep(2, prepare(1, 1));
    const slots = early.take(1).map(({ from, message }) => {
      return `${from}/${message.kind === 'pre-prepare' ? message.block.slot : message.slot}`;
    });
    expect(slots).toEqual(['1/1', '1/3', '1/1', '1/2', '1/3', '2/1']);
    expect(early.take(1)).toEqual([]);
  });

  it('are not wanted if it is far away', () => {
    const { engines } = new Committee(4);
    const wanted = (view: number, from: number): boolean | undefined =>
      engines[1]?.isWanted(1_000, from, { kind: 'pre-prepare', view, slot: 1 });
    expect(wanted(4, 0)).toBe(true);
    expect(wanted(6, 2)).toBe(false);
    expect(wanted(2 ** 52, 0)).toBe(false);
  });

  it('count as offences if nobody could ever take them', () => {
    const committee = new Committee(4);
    const rejected = () => committee.engines[3]?.status().counters.messagesRejected;
    committee.hand(2, 3, prepare(1, 1));
    committee.hand(1, 3, proposal(1, 1, 1));
    expect(rejected()).toBe(0);
    committee.hand(2, 3, { ...prepare(1, 2), signature: new Uint8Array(8_000) });
    expect(rejected()).toBe(1);
    committee.hand(1, 3, proposal(1, 2, 101)); // over batchTxMax
    expect(rejected()).toBe(2);
    committee.hand(2, 3, proposal(1, 2, 1)); // not its primary
    expect(rejected()).toBe(3);
  });
});
