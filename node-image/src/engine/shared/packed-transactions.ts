import type { Transaction } from '../seam/message.ts';
import { writeUint32 } from './bytes.ts';

const lengthBytes = 4;

/**
 * Transactions in one piece of memory. A view of each costs the collector of garbage more than the
 * bytes in it, again and again while it lives, and a log of committed blocks holds a million.
 */
export function packTransactions(transactions: readonly Transaction[]): Uint8Array {
  let size = 0;
  for (const transaction of transactions) size += lengthBytes + transaction.length;
  const packed = new Uint8Array(size);
  let at = 0;
  for (const transaction of transactions) {
    writeUint32(packed, at, transaction.length);
    packed.set(transaction, at + lengthBytes);
    at += lengthBytes + transaction.length;
  }
  return packed;
}

/** Views into what `packTransactions` made. */
export function unpackTransactions(packed: Uint8Array): Transaction[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const transactions: Transaction[] = [];
  for (let at = 0; at < packed.length; ) {
    const end = at + lengthBytes + view.getUint32(at);
    transactions.push(packed.subarray(at + lengthBytes, end));
    at = end;
  }
  return transactions;
}
