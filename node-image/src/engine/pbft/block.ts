import { toHex, writeUint32, writeUint64 } from '../shared/bytes.ts';
import { transactionKey } from '../shared/transaction.ts';
import type { Block } from './messages.ts';

export type BlockHeader = Omit<Block, 'id'>;

/**
 * Computes block ids: H('B' | slot u64 | view u64 | author u32 | created f64 | payload root), where
 * the payload root is H(for each transaction: length u32 | bytes). Reuses one scratch buffer.
 */
export class BlockHasher {
  readonly #hash: (...parts: readonly Uint8Array[]) => Uint8Array;
  readonly #prefix: Uint8Array;
  #scratch = new Uint8Array(4096);

  constructor(prefix: Uint8Array, hash: (...parts: readonly Uint8Array[]) => Uint8Array) {
    this.#prefix = prefix;
    this.#hash = hash;
  }

  id({ slot, view, author, createdUnixMs, transactions }: BlockHeader): string {
    const bytes = new Uint8Array(this.#prefix.length + 60);
    bytes.set(this.#prefix);
    const at = this.#prefix.length;
    writeUint64(bytes, at, slot);
    writeUint64(bytes, at + 8, view);
    writeUint32(bytes, at + 16, author);
    new DataView(bytes.buffer).setFloat64(at + 20, createdUnixMs);
    bytes.set(this.#payloadRoot(transactions), at + 28);
    return toHex(this.#hash(bytes));
  }

  #payloadRoot(transactions: BlockHeader['transactions']): Uint8Array {
    const size = payloadBytes(transactions) + 4 * transactions.length;
    if (this.#scratch.length < size) this.#scratch = new Uint8Array(size * 2);
    const scratch = this.#scratch;
    let at = 0;
    for (const transaction of transactions) {
      writeUint32(scratch, at, transaction.length);
      scratch.set(transaction, at + 4);
      at += 4 + transaction.length;
    }
    return this.#hash(scratch.subarray(0, size));
  }
}

/** The no-op that fills a slot in which nothing was prepared: the same in every view. */
export function emptyBlock(slot: number, committeeSize: number, hasher: BlockHasher): Block {
  // Its author is nobody: one past the last member.
  const header = { slot, view: 0, author: committeeSize, createdUnixMs: 0, transactions: [] };
  return { id: hasher.id(header), ...header };
}

/** Sum of the transactions' lengths. */
export function payloadBytes(transactions: Block['transactions']): number {
  let sum = 0;
  for (const transaction of transactions) sum += transaction.length;
  return sum;
}

/**
 * Keys of a block's transactions in order, or null if one is malformed or the block is larger
 * than the committee's limits.
 */
export function readKeys(
  { transactions }: Pick<Block, 'transactions'>,
  limits: { readonly batchTxMax: number; readonly batchBytesMax: number },
): Float64Array | null {
  if (transactions.length > limits.batchTxMax) return null;
  const keys = new Float64Array(transactions.length);
  let bytes = 0;
  let index = 0;
  for (const transaction of transactions) {
    const key = transactionKey(transaction);
    bytes += transaction.length;
    if (key < 0 || bytes > limits.batchBytesMax) return null;
    keys[index++] = key;
  }
  return keys;
}
