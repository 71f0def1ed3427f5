import { ByteWriter } from '../../../codec/byte-writer.ts';
import type { Message } from '../messages.ts';
import { messageKinds } from './message-kinds.ts';
import {
  writeBlock,
  writeBytes,
  writeCheckpoint,
  writeProposals,
  writeStable,
  writeStatement,
  writeTransactions,
} from './write-parts.ts';

/** The encoder keeps one scratch buffer; the bodies it returns are independent copies. */
export function createMessageEncoder(): (message: Message) => Uint8Array {
  const writer = new ByteWriter({ initialBytes: 16 * 1024, keptBytesMax: 1024 * 1024 });
  return (message) => {
    writer.u8(messageKinds[message.kind]);
    writers[message.kind](writer, message as never);
    return writer.finish();
  };
}

type Writers = {
  readonly [Kind in Message['kind']]: (
    writer: ByteWriter,
    message: Extract<Message, { kind: Kind }>,
  ) => void;
};

const writers: Writers = {
  'pre-prepare': (writer, { view, block, signature }) => {
    writer.u53(view);
    writer.u53(block.slot);
    writeBytes(writer, signature);
    writeBlock(writer, block);
  },
  prepare: writeVote,
  commit: writeVote,
  accepted: writeVote,
  checkpoint: (writer, message) => {
    writeCheckpoint(writer, message);
    writeBytes(writer, message.signature);
  },
  'view-change': (writer, { statement }) => writeStatement(writer, statement),
  'new-view': (writer, { view, statements, proposals, signature }) => {
    writer.u53(view);
    writeBytes(writer, signature);
    writeProposals(writer, proposals);
    writer.u16(statements.length);
    for (const statement of statements) writeStatement(writer, statement);
  },
  status: (writer, { view, isActive, stableSlot, executedSlot }) => {
    writer.u53(view);
    writer.u8(isActive ? 1 : 0);
    writer.u53(stableSlot);
    writer.u53(executedSlot);
  },
  stable: (writer, { certificate }) => writeStable(writer, certificate),
  'log-request': (writer, { executedSlot, wantsSnapshot }) => {
    writer.u53(executedSlot);
    writer.u8(wantsSnapshot ? 1 : 0);
  },
  'log-answer': (writer, message) => {
    writer.u53(message.executedSlot);
    writer.u53(message.droppedSlot);
    writer.u8(message.certificate === null ? 0 : 1);
    if (message.certificate !== null) writeStable(writer, message.certificate);
    writer.u16(message.ids.length);
    for (const id of message.ids) writer.hex(id);
    writer.u16(message.blocks.length);
    for (const block of message.blocks) writeBlock(writer, block);
    writer.u8(message.windows === null ? 0 : 1);
    if (message.windows === null) return;
    writer.u32(message.windows.length);
    writer.bytes(message.windows);
  },
  'block-request': (writer, { slot, id }) => {
    writer.u53(slot);
    writer.hex(id);
  },
  'block-answer': (writer, { block }) => writeBlock(writer, block),
  forward: (writer, { transactions }) => writeTransactions(writer, transactions),
};

function writeVote(
  writer: ByteWriter,
  message: Extract<Message, { kind: 'prepare' | 'commit' | 'accepted' }>,
): void {
  writer.u53(message.view);
  writer.u53(message.slot);
  writer.hex(message.id);
  writeBytes(writer, message.signature);
}
