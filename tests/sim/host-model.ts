import type { Message, QuorumCertificate } from '../../node-image/src/engine/chained/messages.ts';
import type { Transaction } from '../../node-image/src/engine/seam/message.ts';

/**
 * What things cost one node of a real network, in ms of CPU: round estimates for a core of 2026, not
 * measurements (docs/consensus.md says what the model is good for).
 */
const costMs = {
  signatureVerified: 0.1,
  signatureMade: 0.05,
  frameReceived: 0.03,
  frameSent: 0.015,
  byte: 8e-6,
  /** A transaction in a block: decoded, hashed, looked up, committed. */
  transactionInBlock: 0.005,
  transactionForwarded: 0.002,
  transactionSubmitted: 0.003,
} as const;

export function receiveCostMs(message: Message, signaturesVerified: number): number {
  const { frameReceived, byte, signatureVerified } = costMs;
  const perTransaction = transactionCostMs(message);
  const bytes = messageBytes(message);
  return frameReceived + bytes * byte + perTransaction + signaturesVerified * signatureVerified;
}

export function sendCostMs(message: Message, receivers: number): number {
  const each = costMs.frameSent + messageBytes(message) * costMs.byte;
  const isSigned =
    message.kind === 'proposal' || message.kind === 'vote' || message.kind === 'timeout';
  return receivers * each + (isSigned ? costMs.signatureMade : 0);
}

export function submitCostMs(transactions: readonly Transaction[]): number {
  return transactions.length * costMs.transactionSubmitted;
}

function transactionCostMs(message: Message): number {
  switch (message.kind) {
    case 'proposal':
      return message.block.transactions.length * costMs.transactionInBlock;
    case 'block-response':
      return message.blocks.reduce(
        (sum, { transactions }) => sum + transactions.length * costMs.transactionInBlock,
        0,
      );
    case 'forward':
      return message.transactions.length * costMs.transactionForwarded;
    default:
      return 0;
  }
}

const sizes = new WeakMap<Message, number>();

function messageBytes(message: Message): number {
  let bytes = sizes.get(message);
  if (bytes === undefined) {
    bytes = countBytes(message);
    sizes.set(message, bytes);
  }
  return bytes;
}

function countBytes(message: Message): number {
  switch (message.kind) {
    case 'proposal': {
      const { parentQc, timeoutCertificate, transactions } = message.block;
      const certificates = qcBytes(parentQc) + tcBytes(timeoutCertificate);
      return 200 + certificates + transactionBytes(transactions);
    }
    case 'timeout':
      return 100 + qcBytes(message.highQc) + tcBytes(message.lastTc);
    case 'block-response':
      return message.blocks.reduce(
        (sum, block) => sum + qcBytes(block.parentQc) + transactionBytes(block.transactions),
        50,
      );
    case 'forward':
      return 10 + transactionBytes(message.transactions);
    default:
      return 120;
  }
}

function qcBytes(qc: QuorumCertificate): number {
  return 50 + 68 * qc.signatures.length;
}

function tcBytes(tc: { entries: readonly unknown[]; highQc: QuorumCertificate } | null): number {
  return tc === null ? 1 : qcBytes(tc.highQc) + 76 * tc.entries.length;
}

function transactionBytes(transactions: readonly Transaction[]): number {
  let bytes = 0;
  for (const transaction of transactions) bytes += 4 + transaction.length;
  return bytes;
}
