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
import type { PartsReader } from './parts-reader.ts';

export const idBytes = 32;
/** Least bytes of one item, to refuse a count that the frame cannot hold. */
const transactionItemBytesMin = 4 + transactionBytesMin;
const signatureItemBytesMin = 4 + limits.signatureBytesMin;
const certificateBytesMin = 52 + limits.signatureBytesMin;
const proposalBytesMin = 42 + limits.signatureBytesMin;

/** Inverses of write-parts.ts. Signatures and transactions are views into the body. */
export function readBlock(reader: PartsReader, transactionsMax: number): Block {
  return {
    slot: reader.u53(),
    id: reader.hex(idBytes),
    view: reader.u53(),
    author: reader.u16(),
    createdUnixMs: reader.f64(),
    transactions: readTransactions(reader, transactionsMax),
  };
}

export function readTransactions(reader: PartsReader, countMax: number): Uint8Array[] {
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

export function readCheckpoint(reader: PartsReader): Checkpoint {
  return {
    slot: reader.u53(),
    logDigest: reader.hex(idBytes),
    windowsDigest: reader.hex(idBytes),
  };
}

export function readStable(reader: PartsReader): StableCertificate {
  return { ...readCheckpoint(reader), signatures: readSignatures(reader) };
}

export function readPrepared(reader: PartsReader): PreparedCertificate[] {
  const count = reader.count(reader.u16(), limits.certificatesMax, certificateBytesMin);
  return Array.from({ length: count }, () => ({
    slot: reader.u53(),
    view: reader.u53(),
    id: reader.hex(idBytes),
    proposalSignature: reader.signature(),
    prepares: readSignatures(reader),
  }));
}

export function readProposals(reader: PartsReader): SlotProposal[] {
  const count = reader.count(reader.u16(), limits.certificatesMax, proposalBytesMin);
  return Array.from({ length: count }, () => ({
    slot: reader.u53(),
    id: reader.hex(idBytes),
    signature: reader.signature(),
  }));
}

export function readStatement(reader: PartsReader): ViewChangeStatement {
  return {
    view: reader.u53(),
    member: reader.u16(),
    signature: reader.signature(),
    stable: readStable(reader),
    prepared: readPrepared(reader),
  };
}

function readSignatures(reader: PartsReader): MemberSignature[] {
  const count = reader.count(reader.u16(), limits.signaturesMax, signatureItemBytesMin);
  return Array.from({ length: count }, () => ({
    member: reader.u16(),
    signature: reader.signature(),
  }));
}
