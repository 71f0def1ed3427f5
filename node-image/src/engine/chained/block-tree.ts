import type { Retention } from '../seam/protocol.ts';
import { violated } from '../shared/invariant.ts';
import { packTransactions, unpackTransactions } from '../shared/packed-transactions.ts';
import { genesisBlock } from './genesis.ts';
import type { Block, BlockId } from './messages.ts';

/** Reckoned beside the bytes themselves: of a block, and of each signature in its certificate. */
const blockOverheadBytes = 512;
const signatureOverheadBytes = 96;
/** What a transaction takes in memory beside its bytes: a view of the frame, and its key. */
const transactionOverheadBytes = 128;

const noKeys = new Float64Array(0);

export interface TreeNode {
  /** Without its transactions where they are packed. */
  readonly block: Block;
  /** Keys of the block's transactions, in order; of a committed block nobody needs them. */
  readonly keys: Float64Array;
  /** Of a committed block: its transactions. */
  readonly packed?: Uint8Array;
  readonly sizeBytes: number;
  /** -1 until committed. */
  height: number;
  /**
   * This node voted for it, or fetched it as certified: the next one who needs the block may find
   * nobody else who has it. See `room.ts`.
   */
  isBinding: boolean;
}

/**
 * The blocks this node holds: the tree above the committed head, and as much of the committed
 * log below it as `retention` allows, to help those who are behind. A block enters only after
 * its parent, so every uncommitted block reaches the committed log.
 */
export class BlockTree {
  readonly #retention: Retention;
  readonly #blocksMin: number;
  /** Above the committed head, or beside the log: never committed so far. */
  readonly #open = new Map<BlockId, TreeNode>();
  readonly #committed = new Map<BlockId, TreeNode>();
  /** The retained committed log, oldest first; [#first] is the oldest, heights are consecutive. */
  #log: TreeNode[] = [];
  #first = 0;
  #logBytes = 0;
  #openBytes = 0;
  #head: TreeNode;
  #droppedRound = 0;

  /** @param blocksMin of the committed log that stay, whatever they take */
  constructor(retention: Retention, blocksMin = 1) {
    this.#retention = retention;
    this.#blocksMin = Math.max(1, blocksMin);
    this.#head = createNode(genesisBlock, new Float64Array(0));
    this.#head.height = 0;
    this.#log.push(this.#head);
    this.#committed.set(genesisBlock.id, this.#head);
  }

  /** The newest committed block; genesis at first. */
  get head(): TreeNode {
    return this.#head;
  }

  /** Round of the newest block dropped from the log, 0 if only genesis was or none. */
  get droppedRound(): number {
    return this.#droppedRound;
  }

  /** Blocks above the committed head or beside the log, and the memory they take. */
  get open(): { readonly blocks: number; readonly bytes: number } {
    return { blocks: this.#open.size, bytes: this.#openBytes };
  }

  openNodes(): IterableIterator<TreeNode> {
    return this.#open.values();
  }

  get(id: BlockId): TreeNode | undefined {
    return this.#open.get(id) ?? this.#committed.get(id);
  }

  has(id: BlockId): boolean {
    return this.#open.has(id) || this.#committed.has(id);
  }

  /** @param block above the committed round, with a parent in the tree, and not in it itself */
  add(block: Block, keys: Float64Array): TreeNode {
    if (!this.has(block.parentQc.blockId)) violated('block added before its parent');
    if (this.has(block.id)) violated('block added twice');
    const node = createNode(block, keys);
    this.#open.set(block.id, node);
    this.#openBytes += memoryBytes(node);
    return node;
  }

  /** @param kept with every open block below one of them */
  dropOpenExcept(kept: ReadonlySet<TreeNode>): void {
    for (const node of this.#open.values()) if (!kept.has(node)) this.#close(node);
  }

  parentOf(node: TreeNode): TreeNode | undefined {
    return this.get(node.block.parentQc.blockId);
  }

  /**
   * The uncommitted path that ends in `node`, oldest first.
   * @throws InvariantViolation if it does not start at the committed head: two conflicting blocks
   *   would both be committed, which is the end of safety
   */
  pathFromHead(node: TreeNode): TreeNode[] {
    const path: TreeNode[] = [];
    let at: TreeNode | undefined = node;
    while (at !== undefined && at.height < 0) {
      path.push(at);
      at = this.parentOf(at);
    }
    if (at !== this.#head) {
      violated(`block of round ${node.block.round} conflicts with the committed log`);
    }
    return path.reverse();
  }

  /**
   * Makes the path's last block the committed head, and drops what can never be committed now.
   * The nodes of the path stay whole for whoever holds them; the tree keeps them packed.
   * @param path from `pathFromHead`, not empty
   */
  commit(path: readonly TreeNode[]): void {
    for (const node of path) {
      node.height = this.#head.height + 1;
      this.#close(node);
      this.#head = packedNode(node);
      this.#committed.set(node.block.id, this.#head);
      this.#log.push(this.#head);
      this.#logBytes += node.sizeBytes;
    }
    this.#trimLog();
    this.#dropAbandoned();
  }

  /**
   * The oldest part of the path from `floorRound` (exclusive) up to `id`, newest first; empty if
   * `id` is unknown or the part just above the floor has been dropped.
   */
  pathAbove(id: BlockId, floorRound: number, limits: Retention): Block[] {
    const target = this.get(id);
    if (target === undefined || floorRound < this.#droppedRound) return [];
    const above: TreeNode[] = [];
    let at: TreeNode | undefined = target;
    while (at !== undefined && at.height < 0 && at.block.round > floorRound) {
      above.push(at);
      at = this.parentOf(at);
    }
    if (at === undefined) return [];
    const path: TreeNode[] = [];
    const topHeight = at.block.round > floorRound ? at.height : -1;
    for (let index = this.#indexAbove(floorRound); index < this.#log.length; index++) {
      const node = this.#log[index];
      if (node === undefined || node.height > topHeight || path.length >= limits.blocksMax) break;
      path.push(node);
    }
    return withinBytes([...path, ...above.reverse()], limits).reverse();
  }

  /** Index into #log of the first block above the round, by bisection: rounds ascend. */
  #indexAbove(round: number): number {
    let low = this.#first;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#log[middle]?.block.round ?? 0) > round) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The head always stays, and so many below it as somebody rests on. */
  #trimLog(): void {
    const { blocksMax, bytesMax } = this.#retention;
    while (this.#log.length - this.#first > this.#blocksMin) {
      const isWithin = this.#log.length - this.#first <= blocksMax && this.#logBytes <= bytesMax;
      const oldest = this.#log[this.#first];
      if (isWithin || oldest === undefined) break;
      this.#logBytes -= oldest.sizeBytes;
      this.#droppedRound = oldest.block.round;
      this.#committed.delete(oldest.block.id);
      this.#first++;
    }
    // Give the dropped prefix back once it is half of the array: constant work per commit.
    if (this.#first > 1024 && this.#first > this.#log.length / 2) {
      this.#log = this.#log.slice(this.#first);
      this.#first = 0;
    }
  }

  #dropAbandoned(): void {
    for (const node of this.#open.values()) {
      if (node.block.round <= this.#head.block.round) this.#close(node);
    }
  }

  #close(node: TreeNode): void {
    if (this.#open.delete(node.block.id)) this.#openBytes -= memoryBytes(node);
  }
}

function createNode(block: Block, keys: Float64Array): TreeNode {
  return { block, keys, sizeBytes: blockSizeBytes(block), height: -1, isBinding: false };
}

function packedNode(node: TreeNode): TreeNode {
  const { block } = node;
  if (block.transactions.length === 0) return node;
  const packed = packTransactions(block.transactions);
  return { ...node, block: { ...block, transactions: [] }, keys: noKeys, packed };
}

function wholeBlock({ block, packed }: TreeNode): Block {
  return packed === undefined ? block : { ...block, transactions: unpackTransactions(packed) };
}

/** Bytes of a block with its certificate. */
export function blockSizeBytes(block: Block): number {
  let sizeBytes = blockOverheadBytes;
  for (const signature of block.parentQc.signatures) {
    sizeBytes += signatureOverheadBytes + signature.length;
  }
  for (const transaction of block.transactions) sizeBytes += transaction.length;
  return sizeBytes;
}

function memoryBytes(node: TreeNode): number {
  return node.sizeBytes + transactionOverheadBytes * node.keys.length;
}

/** The longest prefix within the limits, but at least one block: a large one must travel too. */
function withinBytes(path: readonly TreeNode[], limits: Retention): Block[] {
  const blocks: Block[] = [];
  let bytes = 0;
  for (const node of path) {
    bytes += node.sizeBytes;
    if (blocks.length >= limits.blocksMax) break;
    if (blocks.length > 0 && bytes > limits.bytesMax) break;
    blocks.push(wholeBlock(node));
  }
  return blocks;
}
