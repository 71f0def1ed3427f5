import type { Transaction } from '../seam/message.ts';

/**
 * A transaction's header: 8 bytes intended send time (the client's business, never read here),
 * 4 bytes client index, 8 bytes sequence number, all big-endian; then padding of any length.
 * The pair (client, sequence) names a transaction for ever.
 */
export const transactionBytesMin = 20;

/** Clients per chain; bounds the memory of duplicate suppression. */
export const clientsMax = 4096;

/** Sequence numbers are below 2^40, so that client and sequence fit one exact JS number. */
export const sequenceLimit = 2 ** 40;

const clientOffset = 8;
const sequenceOffset = 12;

/**
 * One exact number for (client, sequence): cheap to put into maps and sets.
 * @returns client * 2^40 + sequence, or -1 if the transaction is malformed
 */
export function transactionKey(transaction: Transaction): number {
  if (transaction.length < transactionBytesMin) return -1;
  const client = readUint32(transaction, clientOffset);
  const high = readUint32(transaction, sequenceOffset);
  if (client >= clientsMax || high >= 256) return -1;
  return client * sequenceLimit + high * 2 ** 32 + readUint32(transaction, sequenceOffset + 4);
}

/** The client index inside a key. */
export function clientOfKey(key: number): number {
  return Math.floor(key / sequenceLimit);
}

/** The sequence number inside a key. */
export function sequenceOfKey(key: number): number {
  return key % sequenceLimit;
}

/**
 * Writes a header into the first 20 bytes.
 * @param header.intendedNs any 64-bit value; header.client < 4096; header.sequence < 2^40
 */
export function writeTransactionHeader(
  target: Uint8Array,
  header: { readonly intendedNs: bigint; readonly client: number; readonly sequence: number },
): void {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  view.setBigUint64(0, header.intendedNs);
  view.setUint32(clientOffset, header.client);
  view.setUint32(sequenceOffset, Math.floor(header.sequence / 2 ** 32));
  view.setUint32(sequenceOffset + 4, header.sequence % 2 ** 32);
}

function readUint32(bytes: Uint8Array, at: number): number {
  const a = bytes[at] ?? 0;
  const b = bytes[at + 1] ?? 0;
  const c = bytes[at + 2] ?? 0;
  const d = bytes[at + 3] ?? 0;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
