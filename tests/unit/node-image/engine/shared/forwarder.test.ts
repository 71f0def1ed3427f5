import { describe, expect, it } from '@jest/globals';
import type { TreeNode } from '../../../../../node-image/src/engine/chained/block-tree.ts';
import { windowSequencesMax } from '../../../../../node-image/src/engine/shared/client-windows.ts';
import { Forwarder } from '../../../../../node-image/src/engine/shared/forwarder.ts';
import { Mempool } from '../../../../../node-image/src/engine/shared/mempool.ts';
import { Committee, parameters, transaction } from '../chained/committee.ts';

const committee = new Committee(7);
const options = { committeeSize: 7, selfIndex: 3, forwardLeaders: 2, batchTxMax: 10 };

function committed(sequence: number): TreeNode {
  const block = committee.block({ round: 1, transactions: [transaction(sequence)] });
  return { block, keys: Float64Array.of(sequence), sizeBytes: 0, height: -1, isBinding: false };
}

describe('forwarder', () => {
  it('names the coming leaders without this node and without repeats', () => {
    const forwarder = new Forwarder(options);
    expect(forwarder.leaders(1, 2)).toEqual([1, 2]);
    expect(forwarder.leaders(2, 4)).toEqual([2, 4]);
    expect(forwarder.leaders(1, 30)).toEqual([1, 2, 4, 5, 6, 0]);
  });

  it('is off with no leaders to forward to', () => {
    const forwarder = new Forwarder({ ...options, forwardLeaders: 0 });
    expect(forwarder.watch([1], 1, 0)).toEqual([]);
  });

  it('forwards again when the leaders had their turn in vain', () => {
    const forwarder = new Forwarder(options);
    const mempool = new Mempool({ committeeSize: 7, parameters });
    mempool.submit(transaction(0), 0);
    expect(forwarder.watch([0], 11, 10)).toEqual([4]);
    expect(forwarder.due(19, mempool).again).toEqual([]);
    const { again } = forwarder.due(20, mempool);
    // The rotation goes on where it stopped: rounds 26 and 27 have the leaders after 4.
    expect(again).toEqual([{ receivers: [5, 6], transactions: [transaction(0)] }]);
  });

  it('waits for another rotation while blocks are full', () => {
    const forwarder = new Forwarder(options);
    const mempool = new Mempool({ committeeSize: 7, parameters });
    mempool.submit(transaction(0), 0);
    forwarder.watch([0], 11, 10);
    expect(forwarder.due(20, mempool, true).again).toEqual([]);
    expect(forwarder.due(26, mempool).again).toEqual([]);
    expect(forwarder.due(27, mempool).again).toHaveLength(1);
  });

  it('gives two leaders what always comes too late for the first', () => {
    const forwarder = new Forwarder(options);
    expect(forwarder.watch([1], 4, 3)).toEqual([4]);
    forwarder.missed(4);
    forwarder.missed(5); // was not sent anything
    expect(forwarder.watch([2], 5, 4)).toEqual([5]);
    forwarder.missed(5);
    expect(forwarder.watch([3], 6, 5)).toEqual([6, 0]);
    forwarder.placed(6, Float64Array.of(3)); // in time
    expect(forwarder.watch([4], 8, 7)).toEqual([1]);
  });

  it('leaves committed transactions alone', () => {
    const forwarder = new Forwarder(options);
    const mempool = new Mempool({ committeeSize: 7, parameters });
    mempool.submit(transaction(0), 0);
    forwarder.watch([0], 11, 10);
    mempool.blockCommitted(committed(0));
    expect(forwarder.due(100, mempool)).toEqual({ again: [], lost: [] });
  });

  it('reaches every other member in the end, whatever the rhythm, ever more seldom', () => {
    const forwarder = new Forwarder(options);
    const mempool = new Mempool({ committeeSize: 7, parameters });
    mempool.submit(transaction(0), 0);
    const reached = new Set(forwarder.watch([0], 1, 0));
    const attempts: number[] = [];
    for (let round = 1; round < 300; round++) {
      for (const { receivers } of forwarder.due(round, mempool).again) {
        attempts.push(round);
        for (const each of receivers) reached.add(each);
      }
    }
    expect([...reached].sort()).toEqual([0, 1, 2, 4, 5, 6]);
    const pauses = attempts.slice(1).map((round, index) => round - (attempts[index] ?? 0));
    expect(pauses[0]).toBeLessThan(15);
    expect(Math.max(...pauses)).toBeLessThan(50);
    expect(attempts.length).toBeLessThan(15);
  });

  it('gives up on what its client left behind', () => {
    const forwarder = new Forwarder(options);
    const mempool = new Mempool({ committeeSize: 7, parameters });
    mempool.submit(transaction(1), 0);
    forwarder.watch([1], 1, 0);
    mempool.blockCommitted(committed(windowSequencesMax + 10));
    expect(forwarder.due(50, mempool)).toEqual({ again: [], lost: [transaction(1)] });
    expect(mempool.ownCount).toBe(0);
  });

  it('repeats no more than its receivers could propose until the next attempt', () => {
    const forwarder = new Forwarder({ ...options, batchTxMax: 2 });
    const mempool = new Mempool({ committeeSize: 7, parameters });
    const keys = Array.from({ length: 30 }, (_, each) => mempool.submit(transaction(each), 0));
    forwarder.watch(keys, 1, 0);
    // Two receivers, two transactions each, one turn each in the seven rounds that follow.
    expect(forwarder.due(50, mempool).again[0]?.transactions).toHaveLength(4);
  });
});
