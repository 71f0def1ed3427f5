import { describe, expect, it } from '@jest/globals';
import { BlockTree } from '../../../../../node-image/src/engine/chained/block-tree.ts';
import { genesisId } from '../../../../../node-image/src/engine/chained/genesis.ts';
import type { Block } from '../../../../../node-image/src/engine/chained/messages.ts';
import { Committee, transaction } from './committee.ts';

const committee = new Committee(4);
const roomy = { blocksMax: 1000, bytesMax: 1e9 };
const noKeys = new Float64Array(0);

/** A tree with the blocks in it, of which the first so many are committed. */
function treeOf(blocks: readonly Block[], committedCount: number, retention = roomy): BlockTree {
  const tree = new BlockTree(retention);
  const nodes = blocks.map((block) => tree.add(block, noKeys));
  for (const node of nodes.slice(0, committedCount)) tree.commit(tree.pathFromHead(node));
  return tree;
}

const rounds = (blocks: readonly Block[]) => blocks.map((block) => block.round);

describe('block tree', () => {
  it('starts from genesis', () => {
    const tree = new BlockTree(roomy);
    expect([tree.head.height, tree.head.block.id, tree.droppedRound]).toEqual([0, genesisId, 0]);
  });

  it('takes no block without its parent, and none twice', () => {
    const [first, second] = committee.chain(2) as [Block, Block];
    const tree = new BlockTree(roomy);
    expect(() => tree.add(second, noKeys)).toThrow('before its parent');
    tree.add(first, noKeys);
    expect(() => tree.add(first, noKeys)).toThrow('twice');
  });

  it('commits a path oldest first and numbers it', () => {
    const blocks = committee.chain(3);
    const tree = treeOf(blocks, 0);
    const path = tree.pathFromHead(tree.get(blocks[1]?.id ?? genesisId) ?? tree.head);
    expect(path.map((node) => node.block.round)).toEqual([1, 2]);
    tree.commit(path);
    expect(path.map((node) => node.height)).toEqual([1, 2]);
    expect(tree.head.block.round).toBe(2);
    expect(tree.get(blocks[2]?.id ?? genesisId)?.height).toBe(-1);
  });

  it('reckons the memory of open blocks, whatever became of earlier ones', () => {
    const tree = new BlockTree(roomy);
    const transactions = Array.from({ length: 1000 }, (_, each) => transaction(each, 0, 3900));
    const keys = new Float64Array(transactions.length);
    const blocks = [1, 2, 3].map((round) => committee.block({ round, transactions }));
    const nodes = blocks.map((block) => tree.add(block, keys));
    // 3,900 bytes and 128 reckoned for each, 512 for the block.
    const blockBytes = 1000 * (3900 + 128) + 512;
    expect(tree.open).toEqual({ blocks: 3, bytes: 3 * blockBytes });
    tree.dropOpenExcept(new Set(nodes.slice(0, 2)));
    expect(tree.open).toEqual({ blocks: 2, bytes: 2 * blockBytes });
    tree.commit(tree.pathFromHead(nodes[0] ?? tree.head));
    expect(tree.open).toEqual({ blocks: 1, bytes: blockBytes });
  });

  it('drops siblings that lost, and halts rather than commit one of them', () => {
    const [first, second] = committee.chain(2) as [Block, Block];
    const rival = committee.block({ round: 2, parentQc: committee.qc(first), createdUnixMs: 7 });
    const late = committee.block({ round: 5, parentQc: committee.qc(first) });
    const tree = treeOf([first, second, rival, late], 2);
    expect(tree.has(rival.id)).toBe(false);
    const node = tree.get(late.id);
    expect(() => tree.pathFromHead(node ?? tree.head)).toThrow('conflicts with the committed log');
  });

  it('keeps as much of the log as it may, by count and by bytes', () => {
    const blocks = committee.chain(10);
    const byCount = treeOf(blocks, 10, { blocksMax: 4, bytesMax: 1e9 });
    expect(byCount.droppedRound).toBe(6);
    expect(byCount.has(blocks[5]?.id ?? genesisId)).toBe(false);
    expect(byCount.has(blocks[6]?.id ?? genesisId)).toBe(true);
    const byBytes = treeOf(blocks, 10, { blocksMax: 1000, bytesMax: 2500 });
    expect(byBytes.droppedRound).toBeGreaterThan(5);
    expect(byBytes.head.block.round).toBe(10);
  });

  it('gives the dropped part of a long log back', () => {
    const tree = new BlockTree({ blocksMax: 10, bytesMax: 1e9 });
    for (const block of committee.chain(5000)) {
      tree.commit(tree.pathFromHead(tree.add(block, noKeys)));
    }
    expect(tree.head.height).toBe(5000);
    expect(tree.droppedRound).toBe(4990);
    expect(rounds(tree.pathAbove(tree.head.block.id, 4995, roomy))).toEqual([
      5000, 4999, 4998, 4997, 4996,
    ]);
  });
});

describe('the path above a floor', () => {
  const blocks = committee.chain(10);
  const top = blocks[9]?.id ?? genesisId;
  const tree = treeOf(blocks, 7);

  it('is newest first and runs from committed into uncommitted blocks', () => {
    expect(rounds(tree.pathAbove(top, 4, roomy))).toEqual([10, 9, 8, 7, 6, 5]);
    expect(rounds(tree.pathAbove(top, 8, roomy))).toEqual([10, 9]);
    expect(rounds(tree.pathAbove(blocks[3]?.id ?? genesisId, 1, roomy))).toEqual([4, 3, 2]);
    expect(tree.pathAbove(top, 10, roomy)).toEqual([]);
  });

  it('holds the transactions of committed blocks, which are kept packed', () => {
    const sizes = [20, 33, 4_000];
    const transactions = sizes.map((size, sequence) => transaction(sequence, 1, size));
    const block = committee.block({ round: 1, transactions });
    const committed = treeOf([block], 1);
    expect(committed.get(block.id)?.block.transactions).toEqual([]);
    expect(committed.pathAbove(block.id, 0, roomy)).toEqual([block]);
  });

  it('is cut from its new end', () => {
    expect(rounds(tree.pathAbove(top, 4, { blocksMax: 2, bytesMax: 1e9 }))).toEqual([6, 5]);
    expect(rounds(tree.pathAbove(top, 7, { blocksMax: 2, bytesMax: 1e9 }))).toEqual([9, 8]);
  });

  it('holds at least one block, however large', () => {
    expect(rounds(tree.pathAbove(top, 4, { blocksMax: 64, bytesMax: 1 }))).toEqual([5]);
  });

  it('is empty if its lower end was dropped or its upper end is unknown', () => {
    const short = treeOf(blocks, 9, { blocksMax: 3, bytesMax: 1e9 });
    expect(short.pathAbove(top, 2, roomy)).toEqual([]);
    expect(rounds(short.pathAbove(top, 6, roomy))).toEqual([10, 9, 8, 7]);
    expect(new BlockTree(roomy).pathAbove(top, 0, roomy)).toEqual([]);
  });
});
