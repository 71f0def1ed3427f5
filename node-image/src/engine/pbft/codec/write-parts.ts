import type { ByteWriter } from '../../../codec/byte-writer.ts';
import type {
  Block,
  Checkpoint,
  MemberSignature,
  PreparedCertificate,
  SlotProposal,
  StableCertificate,
  ViewChangeStatement,
} from '../messages.ts';

/**
 * The parts of messages, and of the durable state, as bytes. Integers are big-endian; `bytes` is
 * u16 length + content, a transaction u32 length + content, views and slots are u64.
 */
export function writeBytes(writer: ByteWriter, value: Uint8Array): void {
  writer.u16(value.length);
  writer.bytes(value);
}

/** The signature of a proposal goes first: what is ahead of the block is the message's front. */
export function writeBlock(writer: ByteWriter, block: Block): void {
  writer.u53(block.slot);
  writer.hex(block.id);
  writer.u53(block.view);
  writer.u16(block.author);
  writer.f64(block.createdUnixMs);
  writeTransactions(writer, block.transactions);
}

export function writeTransactions(writer: ByteWriter, transactions: Block['transactions']): void {
  writer.u32(transactions.length);
  for (const transaction of transactions) {
    writer.u32(transaction.length);
    writer.bytes(transaction);
  }
}

export function writeCheckpoint(writer: ByteWriter, checkpoint: Checkpoint): void {
  writer.u53(checkpoint.slot);
  writer.hex(checkpoint.logDigest);
  writer.hex(checkpoint.windowsDigest);
}

export function writeStable(writer: ByteWriter, certificate: StableCertificate): void {
  writeCheckpoint(writer, certificate);
  writeSignatures(writer, certificate.signatures);
}

export function writePrepared(writer: ByteWriter, certificates: readonly PreparedCertificate[]): void {
  writer.u16(certificates.length);
  for (const { slot, view, id, proposalSignature, prepares } of certificates) {
    writer.u53(slot);
    writer.u53(view);
    writer.hex(id);
    writeBytes(writer, proposalSignature);
    writeSignatures(writer, prepares);
  }
}

export function writeProposals(writer: ByteWriter, proposals: readonly SlotProposal[]): void {
  writer.u16(proposals.length);
  for (const { slot, id, signature } of proposals) {
    writer.u53(slot);
    writer.hex(id);
    writeBytes(writer, signature);
  }
}

export function writeStatement(writer: ByteWriter, statement: ViewChangeStatement): void {
  writer.u53(statement.view);
  writer.u16(statement.member);
  writeBytes(writer, statement.signature);
  writeStable(writer, statement.stable);
  writePrepared(writer, statement.prepared);
}

function writeSignatures(writer: ByteWriter, signatures: readonly MemberSignature[]): void {
  writer.u16(signatures.length);
  for (const { member, signature } of signatures) {
    writer.u16(member);
    writeBytes(writer, signature);
  }
}
