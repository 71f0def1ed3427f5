import { ByteReader } from '../../../codec/byte-reader.ts';
import { DecodeError } from '../../../codec/decode-error.ts';
import type { Transaction } from '../../seam/message.ts';
import { transactionBytesMin } from '../../shared/transaction.ts';
import type {
  Block,
  BlockId,
  Message,
  MessageHeader,
  QuorumCertificate,
  TimeoutCertificate,
  TimeoutEntry,
} from '../messages.ts';
import { AGGREGATED, limits } from './limits.ts';
import { kindsByByte } from './message-kinds.ts';

const ID_BYTES = 32;
/** Least bytes of one item, to refuse a count that the frame cannot hold. */
const SIGNATURE_BYTES_MIN = 2;
const ENTRY_BYTES_MIN = 10;
/** Length and shortest transaction. What a frame decodes to is thereby bounded by its bytes. */
const TRANSACTION_BYTES_MIN = 4 + transactionBytesMin;
const BLOCK_BYTES_MIN = 99;
const noSignature = new Uint8Array(0);

/**
 * Inverse of `createMessageEncoder`, for the body of a frame (without its length). Checks form
 * only: whether signatures, ids and rounds mean anything is the engine's business. Signatures and
 * transactions are views into `body`.
 * @throws DecodeError for anything that is not exactly one message
 */
export function decodeMessage(body: Uint8Array): Message {
  const reader = new ByteReader(body);
  const message = readMessage(reader);
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
  if (kind === 'vote' || kind === 'certificate') return { kind, round: reader.u53() };
  if (kind === 'timeout') return { kind, round: reader.u53(), voter: reader.u16() };
  if (kind !== 'proposal') return { kind };
  readSignature(reader);
  return { kind, blockId: readBlockId(reader), round: reader.u53(), author: reader.u16() };
}

function kindOf(byte: number): Message['kind'] {
  const kind = kindsByByte.get(byte);
  if (kind === undefined) throw new DecodeError(`unknown message kind ${byte}`);
  return kind;
}

function readMessage(reader: ByteReader): Message {
  const kind = kindOf(reader.u8());
  switch (kind) {
    case 'proposal': {
      const signature = readSignature(reader);
      return { kind, block: readBlock(reader, limits.transactionsMax), signature };
    }
    case 'vote': {
      const round = reader.u53();
      const blockId = readBlockId(reader);
      const voter = reader.u16();
      return { kind, round, blockId, voter, signature: readSignature(reader) };
    }
    case 'timeout': {
      const round = reader.u53();
      const voter = reader.u16();
      const signature = readSignature(reader);
      const highQc = readQuorumCertificate(reader);
      const lastTc = readOptionalTimeoutCertificate(reader);
      return { kind, round, voter, highQc, lastTc, signature };
    }
    case 'block-request': {
      const blockId = readBlockId(reader);
      return { kind, blockId, floorRound: reader.u53() };
    }
    case 'block-response': {
      const droppedRound = reader.u53();
      const count = reader.count(reader.u16(), limits.blocksMax, BLOCK_BYTES_MIN);
      const blocks: Block[] = [];
      let transactionsLeft: number = limits.transactionsMax;
      for (let i = 0; i < count; i++) {
        const block = readBlock(reader, transactionsLeft);
        transactionsLeft -= block.transactions.length;
        blocks.push(block);
      }
      return { kind, blocks, droppedRound };
    }
    case 'forward':
      return { kind, transactions: readTransactions(reader, limits.forwardedMax) };
    case 'exhibit': {
      const round = reader.u53();
      return { kind, round, blockId: readBlockId(reader), signature: readSignature(reader) };
    }
    case 'certificate':
      return { kind, qc: readQuorumCertificate(reader) };
    default:
      throw new DecodeError(`no way to read ${kind satisfies never}`);
  }
}

export function readQuorumCertificate(reader: ByteReader): QuorumCertificate {
  const round = reader.u53();
  const blockId = readBlockId(reader);
  const counted = reader.u16();
  if (counted === AGGREGATED) {
    const signers = readSet(reader);
    return { round, blockId, signers, signatures: [readSignature(reader)] };
  }
  const signerCount = reader.count(counted, limits.signaturesMax, 2);
  const signers: number[] = [];
  for (let i = 0; i < signerCount; i++) signers.push(reader.u16());
  const count = reader.count(reader.u16(), limits.signaturesMax, SIGNATURE_BYTES_MIN);
  const signatures: Uint8Array[] = [];
  for (let i = 0; i < count; i++) signatures.push(readSignature(reader));
  return { round, blockId, signers, signatures };
}

export function readOptionalTimeoutCertificate(reader: ByteReader): TimeoutCertificate | null {
  const present = reader.u8();
  if (present > 1) throw new DecodeError(`${present} where 0 or 1 is expected`);
  if (present === 0) return null;
  const round = reader.u53();
  const highQc = readQuorumCertificate(reader);
  let counted = reader.u16();
  const aggregate = counted === AGGREGATED ? readSignature(reader) : undefined;
  if (aggregate !== undefined) counted = reader.u16();
  const count = reader.count(counted, limits.signaturesMax, ENTRY_BYTES_MIN);
  const entries: TimeoutEntry[] = [];
  for (let i = 0; i < count; i++) {
    const voter = reader.u16();
    const highQcRound = reader.u53();
    const signature = aggregate === undefined ? readSignature(reader) : noSignature;
    entries.push({ voter, highQcRound, signature });
  }
  return { round, entries, highQc, ...(aggregate === undefined ? {} : { aggregate }) };
}

/** What `writeSet` wrote and nothing else, so that there is one way to write a certificate. */
function readSet(reader: ByteReader): number[] {
  const length = reader.count(reader.u16(), limits.signaturesMax / 8, 1);
  const members: number[] = [];
  const bits = reader.bytes(length);
  bits.forEach((byte, at) => {
    for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) members.push(8 * at + bit);
  });
  if (members.length < 2 || bits.at(-1) === 0) throw new DecodeError('a set of members with a gap');
  return members;
}

function readBlock(reader: ByteReader, transactionsMax: number): Block {
  return {
    id: readBlockId(reader),
    round: reader.u53(),
    author: reader.u16(),
    createdUnixMs: reader.f64(),
    parentQc: readQuorumCertificate(reader),
    timeoutCertificate: readOptionalTimeoutCertificate(reader),
    transactions: readTransactions(reader, transactionsMax),
  };
}

function readTransactions(reader: ByteReader, countMax: number): Transaction[] {
  const count = reader.count(reader.u32(), countMax, TRANSACTION_BYTES_MIN);
  const transactions: Transaction[] = [];
  for (let i = 0; i < count; i++) {
    const length = reader.u32();
    if (length < transactionBytesMin || length > limits.transactionBytesMax) {
      throw new DecodeError(`a transaction of ${length} bytes`);
    }
    transactions.push(reader.bytes(length));
  }
  return transactions;
}

function readSignature(reader: ByteReader): Uint8Array {
  const length = reader.u16();
  if (length > limits.signatureBytesMax) throw new DecodeError(`a signature of ${length} bytes`);
  return reader.bytes(length);
}

function readBlockId(reader: ByteReader): BlockId {
  // Decoding edge: 32 bytes in hex are what the brand stands for.
  return reader.hex(ID_BYTES) as BlockId;
}
