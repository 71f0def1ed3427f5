import type { Crypto } from '../seam/crypto.ts';
import type { Transaction } from '../seam/message.ts';
import { toHex, writeUint32, writeUint64 } from '../shared/bytes.ts';
import { transactionKey } from '../shared/transaction.ts';
import type { Block, BlockId } from './messages.ts';
import { blockIdBytes, type Signing } from './signing.ts';

/** What a block's id covers: everything but the signatures, which its certificates carry. */
export type BlockHeader = Pick<
  Block,
  'round' | 'author' | 'parentQc' | 'transactions' | 'createdUnixMs'
>;

export interface HasherOptions {
  readonly signing: Signing;
  /** Whether an id covers whose votes are in the parent's certificate. */
  readonly coversSigners?: boolean;
}

/**
 * Computes block ids.
 * payload root = H(for each transaction: length (u32) | bytes);
 * id = H(prefix 'B' | round u64 | author u32 | parent round u64 | parent id | payload root |
 * created f64 | in a carousel the signers of the parent's certificate, u32 each). Timeout certificates are not covered: two valid ones of a round are as good as
 * each other, and synchronised blocks travel without.
 */
export class BlockHasher {
  readonly #coversSigners: boolean;
  readonly #crypto: Crypto;
  readonly #prefix: Uint8Array;
  /** Reused for every payload; grows to the largest block seen, which the batch limits bound. */
  #scratch = new Uint8Array(4096);

  constructor(options: HasherOptions, crypto: Crypto) {
    this.#crypto = crypto;
    this.#prefix = options.signing.blockPrefix;
    this.#coversSigners = options.coversSigners ?? false;
  }

  id(header: BlockHeader): BlockId {
    const root = this.#payloadRoot(header.transactions);
    const signers = this.#coversSigners ? header.parentQc.signers : [];
    const bytes = new Uint8Array(this.#prefix.length + 92 + 4 * signers.length);
    bytes.set(this.#prefix);
    let at = this.#prefix.length;
    writeUint64(bytes, at, header.round);
    writeUint32(bytes, at + 8, header.author);
    writeUint64(bytes, at + 12, header.parentQc.round);
    at += 20;
    bytes.set(blockIdBytes(header.parentQc.blockId), at);
    bytes.set(root, at + 32);
    new DataView(bytes.buffer).setFloat64(at + 64, header.createdUnixMs);
    for (const [index, signer] of signers.entries()) {
      writeUint32(bytes, at + 72 + 4 * index, signer);
    }
    // The hash is the only maker of ids, so this is where the brand is given.
    return toHex(this.#crypto.hash(bytes)) as BlockId;
  }

  /** One hash over the concatenated payload, not one per transaction. */
  #payloadRoot(transactions: readonly Transaction[]): Uint8Array {
    const size = payloadBytes(transactions) + 4 * transactions.length;
    if (this.#scratch.length < size) this.#scratch = new Uint8Array(size * 2);
    const scratch = this.#scratch;
    let at = 0;
    for (const transaction of transactions) {
      writeUint32(scratch, at, transaction.length);
      scratch.set(transaction, at + 4);
      at += 4 + transaction.length;
    }
    return this.#crypto.hash(scratch.subarray(0, size));
  }
}

/** Sum of the transactions' lengths. */
export function payloadBytes(transactions: readonly Transaction[]): number {
  let sum = 0;
  for (const transaction of transactions) sum += transaction.length;
  return sum;
}

export interface BlockLimits {
  readonly batchTxMax: number;
  readonly batchBytesMax: number;
}

/**
 * Keys of a block's transactions in order, or null if one is malformed or the block is larger
 * than the committee's limits.
 */
export function readKeys(block: Block, limits: BlockLimits): Float64Array | null {
  const { transactions } = block;
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
