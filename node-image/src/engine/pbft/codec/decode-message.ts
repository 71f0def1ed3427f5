import { ByteReader } from '../../../codec/byte-reader.ts';
import { DecodeError } from '../../../codec/decode-error.ts';
import type { LogAnswer, Message, MessageHeader, NewView } from '../messages.ts';
import { limits } from './limits.ts';
import { kindsByByte } from './message-kinds.ts';
import { PartsReader } from './parts-reader.ts';
import {
  idBytes,
  readBlock,
  readCheckpoint,
  readProposals,
  readStable,
  readStatement,
  readTransactions,
} from './read-parts.ts';

const statementBytesMin = 88 + limits.signatureBytesMin;
const blockBytesMin = 62;

/**
 * Inverse of `createMessageEncoder`. Checks form only: whether signatures, ids and slots mean
 * anything is the engine's business. Signatures and transactions are views into `body`.
 * @throws DecodeError for anything that is not exactly one message
 */
export function decodeMessage(body: Uint8Array): Message {
  const reader = new PartsReader(body);
  const message = readMessage(kindOf(reader.u8()), reader);
  reader.end();
  return message;
}

/**
 * Reads no more than the front of the message; what follows may be garbage.
 * @throws DecodeError if that much is not there, or of no known kind
 */
export function decodeHeader(body: Uint8Array): MessageHeader {
  const reader = new ByteReader(body);
  const kind = kindOf(reader.u8());
  switch (kind) {
    case 'pre-prepare':
    case 'prepare':
    case 'commit':
    case 'accepted':
      return { kind, view: reader.u53(), slot: reader.u53() };
    case 'checkpoint':
      return { kind, slot: reader.u53() };
    case 'view-change':
    case 'new-view':
      return { kind, view: reader.u53() };
    default:
      return { kind };
  }
}

function kindOf(byte: number): Message['kind'] {
  const kind = kindsByByte.get(byte);
  if (kind === undefined) throw new DecodeError(`unknown message kind ${byte}`);
  return kind;
}

function readMessage(kind: Message['kind'], reader: PartsReader): Message {
  switch (kind) {
    case 'pre-prepare': {
      const view = reader.u53();
      const slot = reader.u53();
      const signature = reader.signature();
      const block = readBlock(reader, limits.transactionsMax);
      if (block.slot !== slot) throw new DecodeError('a block of another slot than its proposal');
      return { kind, view, block, signature };
    }
    case 'prepare':
    case 'commit':
    case 'accepted': {
      const of = { view: reader.u53(), slot: reader.u53(), id: reader.hex(idBytes) };
      const isOptional = kind === 'commit';
      return {
        kind,
        ...of,
        signature: isOptional ? reader.signatureOrNothing() : reader.signature(),
      };
    }
    case 'checkpoint':
      return { kind, ...readCheckpoint(reader), signature: reader.signature() };
    case 'view-change':
      return { kind, statement: readStatement(reader) };
    case 'new-view':
      return readNewView(reader);
    case 'log-answer':
      return readLogAnswer(reader);
    case 'forward':
      return { kind, transactions: readTransactions(reader, limits.forwardedMax) };
    default:
      return readRequest(kind, reader);
  }
}

function readRequest(
  kind: 'status' | 'stable' | 'log-request' | 'block-request' | 'block-answer',
  reader: PartsReader,
): Message {
  switch (kind) {
    case 'status': {
      const front = { kind, view: reader.u53(), isActive: readFlag(reader) };
      return { ...front, stableSlot: reader.u53(), executedSlot: reader.u53() };
    }
    case 'stable':
      return { kind, certificate: readStable(reader) };
    case 'log-request':
      return { kind, executedSlot: reader.u53(), wantsSnapshot: readFlag(reader) };
    case 'block-request':
      return { kind, slot: reader.u53(), id: reader.hex(idBytes) };
    case 'block-answer':
      return { kind, block: readBlock(reader, limits.transactionsMax) };
    default:
      throw new DecodeError(`no way to read ${kind satisfies never}`);
  }
}

function readNewView(reader: PartsReader): NewView {
  const view = reader.u53();
  const signature = reader.signature();
  const proposals = readProposals(reader);
  const count = reader.count(reader.u16(), limits.signaturesMax, statementBytesMin);
  const statements = Array.from({ length: count }, () => readStatement(reader));
  return { kind: 'new-view', view, statements, proposals, signature };
}

function readLogAnswer(reader: PartsReader): LogAnswer {
  const executedSlot = reader.u53();
  const droppedSlot = reader.u53();
  const certificate = readFlag(reader) ? readStable(reader) : null;
  const idCount = reader.count(reader.u16(), limits.idsMax, idBytes);
  const ids = Array.from({ length: idCount }, () => reader.hex(idBytes));
  const blockCount = reader.count(reader.u16(), limits.blocksMax, blockBytesMin);
  const blocks = [];
  let transactionsLeft: number = limits.transactionsMax;
  for (let index = 0; index < blockCount; index++) {
    const block = readBlock(reader, transactionsLeft);
    transactionsLeft -= block.transactions.length;
    blocks.push(block);
  }
  const windows = readFlag(reader) ? reader.bytes(reader.u32()) : null;
  return { kind: 'log-answer', executedSlot, droppedSlot, certificate, ids, blocks, windows };
}

function readFlag(reader: PartsReader): boolean {
  const value = reader.u8();
  if (value > 1) throw new DecodeError(`${value} where 0 or 1 is expected`);
  return value === 1;
}
