import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TreeNode } from '../../../../../node-image/src/engine/chained/block-tree.ts';
import type { Transaction } from '../../../../../node-image/src/engine/seam/message.ts';
import { windowSequencesMax } from '../../../../../node-image/src/engine/shared/client-windows.ts';
import { Mempool } from '../../../../../node-image/src/engine/shared/mempool.ts';
import { transactionKey } from '../../../../../node-image/src/engine/shared/transaction.ts';
import { Committee, transaction } from '../chained/committee.ts';

const committee = new Committee(4);
const limits = { batchTxMax: 3, batchBytesMax: 200, batchAgeMsMax: 5, mempoolTxMax: 6 };
/** One member has the whole pool. */
const alone = (parameters = limits) => new Mempool({ committeeSize: 1, parameters });

function node(transactions: readonly Transaction[]): TreeNode {
  const block = committee.block({ round: 1, transactions });
  return {
    block,
    keys: Float64Array.from(transactions, transactionKey),
    sizeBytes: 0,
    height: -1,
    isBinding: false,
  };
}

const numbers = (transactions: readonly Transaction[]) => transactions.map(transactionKey);

describe('mempool', () => {
  it('hands out the oldest first, up to the count', () => {
    const mempool = alone();
    for (let each = 0; each < 5; each++) mempool.submit(transaction(each), 0);
    expect(numbers(mempool.batch([]))).toEqual([0, 1, 2]);
  });

  it('hands out no more bytes than a block may hold', () => {
    const mempool = alone();
    for (let each = 0; each < 3; each++) mempool.submit(transaction(each, 0, 90), 0);
    expect(numbers(mempool.batch([]))).toEqual([0, 1]);
  });

  it('leaves out what the branch holds already, but not what another branch holds', () => {
    const mempool = alone();
    for (let each = 0; each < 5; each++) mempool.submit(transaction(each), 0);
    const lower = node([transaction(0), transaction(2)]);
    expect(numbers(mempool.batch([lower]))).toEqual([1, 3, 4]);
    expect(numbers(mempool.batch([]))).toEqual([0, 1, 2]);
  });

  it('wants a block when a batch is full by count or bytes, or its oldest is old enough', () => {
    const mempool = alone();
    expect(mempool.dueAtMs()).toBe(Number.POSITIVE_INFINITY);
    mempool.submit(transaction(0), 10);
    mempool.submit(transaction(1), 12);
    expect(mempool.dueAtMs()).toBe(15);
    mempool.submit(transaction(2), 12);
    expect(mempool.dueAtMs()).toBe(Number.NEGATIVE_INFINITY);
    const large = alone();
    large.receive(transaction(0, 0, 200), 0);
    expect(large.dueAtMs()).toBe(Number.NEGATIVE_INFINITY);
  });

  it('measures age afresh once it was empty', () => {
    const mempool = alone();
    mempool.submit(transaction(0), 10);
    mempool.blockCommitted(node([transaction(0)]));
    mempool.submit(transaction(1), 50);
    expect(mempool.dueAtMs()).toBe(55);
  });

  it('refuses duplicates, committed ones, malformed ones and ones no block can hold', () => {
    const mempool = alone();
    expect(mempool.submit(transaction(0), 0)).toBe(0);
    expect(mempool.submit(transaction(0), 0)).toBe(-1);
    mempool.blockCommitted(node([transaction(0)]));
    expect(mempool.submit(transaction(0), 0)).toBe(-1);
    expect(mempool.submit(new Uint8Array(8), 0)).toBe(-1);
    expect(mempool.submit(transaction(1, 0, 201), 0)).toBe(-1);
    expect(mempool.duplicatesSuppressed).toBe(2);
    expect([mempool.pendingCount, mempool.ownCount]).toEqual([0, 0]);
  });

  it('refuses submissions when full, and drops what others hand on', () => {
    const mempool = alone();
    for (let each = 0; each < 6; each++) mempool.receive(transaction(each), 0);
    expect(mempool.submit(transaction(6), 0)).toBe(-1);
    mempool.receive(transaction(7), 0);
    expect(mempool.pendingCount).toBe(6);
    expect(mempool.submit(transaction(5), 0)).toBe(5);
  });

  it('holds pending bytes up to a kibibyte per transaction, a block at least, 64 MiB at most', () => {
    const mempool = alone({ ...limits, batchBytesMax: 3000 });
    for (let each = 0; each < 2; each++) mempool.receive(transaction(each, 0, 3000), 0);
    expect(mempool.submit(transaction(2, 0, 145), 0)).toBe(-1);
    expect(mempool.submit(transaction(2, 0, 144), 0)).toBe(2);
    const huge = { ...limits, mempoolTxMax: 1e6, batchBytesMax: 2 ** 20 };
    const large = alone(huge);
    for (let each = 0; each < 65; each++) large.receive(transaction(each, 0, 2 ** 20), 0);
    expect(large.pendingCount).toBe(64);
    const narrow = alone({ ...huge, mempoolTxMax: 1 });
    expect(narrow.submit(transaction(0, 0, 2 ** 20), 0)).toBe(0);
  });

  it('takes of what others hand on an n-th of the pool per client, by count and by bytes', () => {
    const parameters = { ...limits, mempoolTxMax: 100, batchBytesMax: 3000 };
    const mempool = new Mempool({ committeeSize: 4, parameters });
    for (let each = 0; each < 100; each++) mempool.receive(transaction(each, 1), 0);
    expect(mempool.pendingCount).toBe(25);
    for (let each = 0; each < 100; each++) mempool.receive(transaction(each, 2, 3000), 0);
    expect(mempool.pendingCount).toBe(25 + 8); // of 25,600 bytes
    mempool.blockCommitted(node([transaction(3, 1), transaction(3, 2)]));
    for (let each = 50; each < 100; each++) mempool.receive(transaction(each, 1), 0);
    for (let each = 50; each < 100; each++) mempool.receive(transaction(each, 2, 3000), 0);
    expect(mempool.pendingCount).toBe(25 + 8);
  });

  it('always has a share for its own clients, and more while there is room', () => {
    const parameters = { ...limits, mempoolTxMax: 8, batchBytesMax: 8192 };
    for (const size of [20, 8192]) {
      const mempool = new Mempool({ committeeSize: 4, parameters });
      const accepted = () => {
        const keys = Array.from({ length: 9 }, (_, each) => mempool.submit(transaction(each), 0));
        return keys.filter((key) => key >= 0).length;
      };
      for (const client of [1, 2, 3]) {
        for (let each = 0; each < 9; each++) mempool.receive(transaction(each, client, size), 0);
      }
      expect(accepted()).toBeGreaterThanOrEqual(2);
    }
    const quiet = new Mempool({ committeeSize: 4, parameters });
    for (let each = 0; each < 9; each++) quiet.submit(transaction(each), 0);
    expect(quiet.ownCount).toBe(8);
  });

  it('takes the largest transaction from every client, however small the pool', () => {
    const parameters = { ...limits, batchBytesMax: 8192 };
    const mempool = new Mempool({ committeeSize: 40, parameters });
    mempool.receive(transaction(0, 1, 8192), 0);
    expect(mempool.pendingCount).toBe(1);
  });

  it('copies what others hand on, so that it does not keep their frame alive', () => {
    const mempool = alone();
    const frame = new Uint8Array(1000);
    frame.set(transaction(1), 500);
    mempool.receive(Buffer.from(frame.buffer, 500, 32), 0);
    const [held] = mempool.batch([]);
    expect(held).toEqual(transaction(1));
    expect(held?.buffer.byteLength).toBe(32);
  });

  it('takes away the bytes it held, not those of the version that was committed', () => {
    const mempool = alone();
    mempool.receive(transaction(0, 0, 150), 0);
    mempool.receive(transaction(1, 0, 30), 0);
    mempool.blockCommitted(node([transaction(0, 0, 20)]));
    mempool.receive(transaction(2, 0, 60), 10);
    expect(mempool.dueAtMs()).toBe(5);
  });

  it('delivers a transaction once, however many blocks hold it', () => {
    const mempool = alone();
    const first = node([transaction(0), transaction(1)]);
    expect(mempool.blockCommitted(first)).toBe(first.block.transactions);
    const second = node([transaction(1), transaction(2), transaction(2), transaction(3)]);
    expect(numbers(mempool.blockCommitted(second))).toEqual([2, 3]);
  });

  it('keeps own transactions until they are committed, and no longer', () => {
    const mempool = alone();
    mempool.submit(transaction(0), 0);
    mempool.receive(transaction(1), 0);
    expect(mempool.own(0)).toEqual(transaction(0));
    expect(mempool.own(1)).toBeUndefined();
    mempool.blockCommitted(node([transaction(0), transaction(1)]));
    expect(mempool.own(0)).toBeUndefined();
  });

  it('drops from its batches what its client left behind', () => {
    const mempool = alone();
    mempool.submit(transaction(1), 0);
    mempool.blockCommitted(node([transaction(windowSequencesMax + 5)]));
    expect(mempool.isCommitted(1)).toBe(true);
    expect(mempool.batch([])).toEqual([]);
    expect(mempool.pendingCount).toBe(0);
  });

  it('never delivers twice, never loses count of bytes, never exceeds its bound', () => {
    const step = fc.record({
      act: fc.constantFrom('submit', 'receive', 'commit'),
      sequence: fc.nat(12),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const mempool = alone();
        const delivered = new Set<number>();
        for (const { act, sequence } of steps) {
          if (act === 'submit') mempool.submit(transaction(sequence), 0);
          else if (act === 'receive') mempool.receive(transaction(sequence), 0);
          else {
            for (const each of mempool.blockCommitted(node([transaction(sequence)]))) {
              expect(delivered.has(transactionKey(each))).toBe(false);
              delivered.add(transactionKey(each));
            }
          }
          expect(mempool.pendingCount).toBeLessThanOrEqual(limits.mempoolTxMax);
          expect(mempool.dueAtMs() === Number.POSITIVE_INFINITY).toBe(mempool.pendingCount === 0);
        }
        for (const each of mempool.batch([])) {
          expect(delivered.has(transactionKey(each))).toBe(false);
        }
      }),
    );
  });
});
