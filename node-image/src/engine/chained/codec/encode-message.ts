import { ByteWriter } from '../../../codec/byte-writer.ts';
import type { Transaction } from '../../seam/message.ts';
import type { Block, Message, QuorumCertificate, TimeoutCertificate } from '../messages.ts';
import { AGGREGATED, limits } from './limits.ts';
import { messageKinds } from './message-kinds.ts';

/**
 * Messages as bodies of frames. Layout, all integers big-endian: u8 kind, then the fields in the order below. `bytes` is u16 length + content, a transaction u32 length + content, a round u64.
 */
export type MessageEncoder = (message: Message) => Uint8Array;

/** The encoder keeps one scratch buffer; the bodies it returns are independent copies. */
export function createMessageEncoder(): MessageEncoder {
  const writer = new ByteWriter({ initialBytes: 16 * 1024, keptBytesMax: 1024 * 1024 });
  return (message) => {
    writer.u8(messageKinds[message.kind]);
    writeMessage(writer, message);
    return writer.finish();
  };
}

function writeMessage(writer: ByteWriter, message: Message): void {
  switch (message.kind) {
    case 'proposal':
      writeBytes(writer, message.signature);
      writeBlock(writer, message.block);
      return;
    case 'vote':
      writer.u53(message.round);
      writer.hex(message.blockId);
      writer.u16(message.voter);
      writeBytes(writer, message.signature);
      return;
    case 'timeout':
      writer.u53(message.round);
      writer.u16(message.voter);
      writeBytes(writer, message.signature);
      writeQuorumCertificate(writer, message.highQc);
      writeOptionalTimeoutCertificate(writer, message.lastTc);
      return;
    case 'block-request':
      writer.hex(message.blockId);
      writer.u53(message.floorRound);
      return;
    case 'block-response':
      writer.u53(message.droppedRound);
      writer.u16(message.blocks.length);
      for (const block of message.blocks) writeBlock(writer, block);
      return;
    case 'forward':
      writeTransactions(writer, message.transactions);
      return;
    case 'exhibit':
      writer.u53(message.round);
      writer.hex(message.blockId);
      writeBytes(writer, message.signature);
      return;
    case 'certificate':
      writeQuorumCertificate(writer, message.qc);
      return;
    default:
      message satisfies never;
  }
}

export function writeQuorumCertificate(writer: ByteWriter, qc: QuorumCertificate): void {
  writer.u53(qc.round);
  writer.hex(qc.blockId);
  const [aggregate, more] = qc.signatures;
  if (aggregate !== undefined && more === undefined && isSet(qc.signers)) {
    writer.u16(AGGREGATED);
    writeSet(writer, qc.signers);
    writeBytes(writer, aggregate);
    return;
  }
  writer.u16(qc.signers.length);
  for (const signer of qc.signers) writer.u16(signer);
  writer.u16(qc.signatures.length);
  for (const signature of qc.signatures) writeBytes(writer, signature);
}

export function writeOptionalTimeoutCertificate(
  writer: ByteWriter,
  tc: TimeoutCertificate | null,
): void {
  writer.u8(tc === null ? 0 : 1);
  if (tc === null) return;
  writer.u53(tc.round);
  writeQuorumCertificate(writer, tc.highQc);
  if (tc.aggregate !== undefined) {
    writer.u16(AGGREGATED);
    writeBytes(writer, tc.aggregate);
  }
  writer.u16(tc.entries.length);
  for (const entry of tc.entries) {
    writer.u16(entry.voter);
    writer.u53(entry.highQcRound);
    if (tc.aggregate === undefined) writeBytes(writer, entry.signature);
  }
}

/** Whether members can be written as a set: two or more, each once and in order. */
function isSet(members: readonly number[]): boolean {
  const isRising = members.every((member, at) => at === 0 || member > (members[at - 1] ?? 0));
  return isRising && members.length > 1 && (members.at(-1) ?? 0) < limits.signaturesMax;
}

/** Member i is bit i mod 8 of byte i / 8; no byte after that of the last. */
function writeSet(writer: ByteWriter, members: readonly number[]): void {
  const bits = new Uint8Array(((members.at(-1) ?? 0) >>> 3) + 1);
  for (const member of members)
    bits[member >>> 3] = (bits[member >>> 3] ?? 0) | (1 << (member & 7));
  writeBytes(writer, bits);
}

function writeBlock(writer: ByteWriter, block: Block): void {
  writer.hex(block.id);
  writer.u53(block.round);
  writer.u16(block.author);
  writer.f64(block.createdUnixMs);
  writeQuorumCertificate(writer, block.parentQc);
  writeOptionalTimeoutCertificate(writer, block.timeoutCertificate);
  writeTransactions(writer, block.transactions);
}

function writeTransactions(writer: ByteWriter, transactions: readonly Transaction[]): void {
  writer.u32(transactions.length);
  for (const transaction of transactions) {
    writer.u32(transaction.length);
    writer.bytes(transaction);
  }
}

function writeBytes(writer: ByteWriter, value: Uint8Array): void {
  writer.u16(value.length);
  writer.bytes(value);
}
