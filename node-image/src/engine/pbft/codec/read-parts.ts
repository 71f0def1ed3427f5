import type { ByteReader } from '../../../codec/byte-reader.ts';
import { DecodeError } from '../../../codec/decode-error.ts';
import { transactionBytesMin } from '../../shared/transaction.ts';
import type {
  Block,
  Checkpoint,
  MemberSignature,
  PreparedCertificate,
  SlotProposal,
  StableCertificate,
  ViewChangeStatement,
} from '../messages.ts';
import { limits } from './limits.ts';

export const idBytes = 32;
/** Least bytes of one item, to refuse a count that the frame cannot hold. */
const transactionItemBytesMin = 4 + transactionBytesMin;
const signatureItemBytesMin = 4;
const certificateBytesMin = 52;
const proposalBytesMin = 42;

/** Inverses of write-parts.ts. Signatures and transactions are views into the body. */
export function readBytes(reader: ByteReader): Uint8Array {
  const length = reader.u16();
  if (length > limits.signatureBytesMax) throw new DecodeError(`a signature of ${length} bytes`);
  return reader.bytes(length);
}

export function readBlock(reader: ByteReader, transactionsMax: number): Block {
  return {
    slot: reader.u53(),
    id: reader.hex(idBytes),
    view: reader.u53(),
    author: reader.u16(),
    createdUnixMs: reader.f64(),
    transactions: readTransactions(reader, transactionsMax),
  };
}

export function readTransactions(reader: ByteReader, countMax: number): Uint8Array[] {
  const count = reader.count(reader.u32(), countMax, transactionItemBytesMin);
  const transactions: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const length = reader.u32();
    if (length < transactionBytesMin || length > limits.transactionBytesMax) {
      throw new DecodeError(`a transaction of ${length} bytes`);
    }
    transactions.push(reader.bytes(length));
  }
  return transactions;
}

export function readCheckpoint(reader: ByteReader): Checkpoint {
  return {
    slot: reader.u53(),
    logDigest: reader.hex(idBytes),
    windowsDigest: reader.hex(idBytes),
  };
}

export function readStable(reader: ByteReader): StableCertificate {
  return { ...readCheckpoint(reader), signatures: readSignatures(reader) };
}

export function readPrepared(reader: ByteReader): PreparedCertificate[] {
  const count = reader.count(reader.u16(), limits.certificatesMax, certificateBytesMin);
  return Array.from({ length: count }, () => ({
    slot: reader.u53(),
    view: reader.u53(),
    id: reader.hex(idBytes),
    proposalSignature: readBytes(reader),
    prepares: readSignatures(reader),
  }));
}

export function readProposals(reader: ByteReader): SlotProposal[] {
  const count = reader.count(reader.u16(), limits.certificatesMax, proposalBytesMin);
  return Array.from({ length: count }, () => ({
    slot: reader.u53(),
    id: reader.hex(idBytes),
    signature: readBytes(reader),
  }));
}

export function readStatement(reader: ByteReader): ViewChangeStatement {
  return {
    view: reader.u53(),
    member: reader.u16(),
    signature: readBytes(reader),
    stable: readStable(reader),
    prepared: readPrepared(reader),
  };
}

function readSignatures(reader: ByteReader): MemberSignature[] {
  const count = reader.count(reader.u16(), limits.signaturesMax, signatureItemBytesMin);
  return Array.from({ length: count }, () => ({
    member: reader.u16(),
    signature: readBytes(reader),
  }));
}
