import { BlockHasher } from '../../../../../node-image/src/engine/chained/block.ts';
import { genesisQc } from '../../../../../node-image/src/engine/chained/genesis.ts';
import type {
  Block,
  BlockId,
  Message,
  Proposal,
  QuorumCertificate,
  Timeout,
  TimeoutCertificate,
  Vote,
} from '../../../../../node-image/src/engine/chained/messages.ts';
import type { ChainedParameters } from '../../../../../node-image/src/engine/chained/parameters.ts';
import type {
  DurableState,
  Engine,
  Output,
} from '../../../../../node-image/src/engine/chained/seam.ts';
import { createSigning } from '../../../../../node-image/src/engine/chained/signing.ts';
import {
  jolteon,
  jolteonDefinition,
} from '../../../../../node-image/src/engine/jolteon/protocol.ts';
import type { Crypto } from '../../../../../node-image/src/engine/seam/crypto.ts';
import type { Transaction } from '../../../../../node-image/src/engine/seam/message.ts';
import { leaderOf } from '../../../../../node-image/src/engine/shared/leader.ts';
import { quorumSize } from '../../../../../node-image/src/engine/shared/quorum.ts';
import { writeTransactionHeader } from '../../../../../node-image/src/engine/shared/transaction.ts';
import { createCheapKeyring } from '../../../../sim/keyring.ts';

export const chainId = 'test-chain';

export const retention = { blocksMax: 16_384, bytesMax: 128 * 1024 * 1024 };

export const parameters = {
  protocol: 'jolteon',
  baseTimeoutMs: 1000,
  idleDelayMs: 100,
  batchTxMax: 10,
  batchBytesMax: 4096,
  batchAgeMsMax: 5,
  mempoolTxMax: 50,
  forwardLeaders: 2,
} as const;

/** All the keys of a committee, to make any message a test needs. */
export class Committee {
  readonly size: number;
  readonly signing = createSigning({ protocol: jolteonDefinition.domain, chainId });
  readonly hasher: BlockHasher;
  readonly #keyring;

  constructor(size: number, keyring = createCheapKeyring(size, 1)) {
    this.size = size;
    this.#keyring = keyring;
    this.hasher = new BlockHasher(this.signing, this.crypto(0));
  }

  crypto(member: number): Crypto {
    return this.#keyring.forMember(member);
  }

  get quorum(): number {
    return quorumSize(this.size);
  }

  /** The first q members, unless others are named. */
  members(count = this.quorum): number[] {
    return Array.from({ length: count }, (_, index) => index);
  }

  vote(voter: number, block: { readonly round: number; readonly id: BlockId }): Vote {
    const { round, id: blockId } = block;
    const signature = this.crypto(voter).sign(this.signing.vote(round, blockId));
    return { kind: 'vote', round, blockId, voter, signature };
  }

  qc(block: { round: number; id: BlockId }, signers = this.members()): QuorumCertificate {
    const signatures = signers.map((signer) => this.vote(signer, block).signature);
    return { round: block.round, blockId: block.id, signers, signatures: this.#added(signatures) };
  }

  /** As certificates hold them. */
  #added(signatures: readonly Uint8Array[]): readonly Uint8Array[] {
    const sum = this.crypto(0).aggregation?.aggregate(signatures) ?? null;
    return sum === null ? signatures : [sum];
  }

  timeout(
    voter: number,
    given: { round: number; highQc?: QuorumCertificate; lastTc?: TimeoutCertificate | null },
  ): Timeout {
    const { round, highQc = genesisQc, lastTc = null } = given;
    const signature = this.crypto(voter).sign(this.signing.timeout(round, highQc.round));
    return { kind: 'timeout', round, voter, highQc, lastTc, signature };
  }

  /** Every signer claims the certificate shown. */
  tc(round: number, highQc = genesisQc, signers = this.members()): TimeoutCertificate {
    const entries = signers.map((voter) => ({
      voter,
      highQcRound: highQc.round,
      signature: this.timeout(voter, { round, highQc }).signature,
    }));
    const [aggregate] =
      this.crypto(0).aggregation === null ? [] : this.#added(entries.map((e) => e.signature));
    if (aggregate === undefined) return { round, entries, highQc };
    const bare = entries.map((entry) => ({ ...entry, signature: new Uint8Array(0) }));
    return { round, entries: bare, highQc, aggregate };
  }

  block(given: {
    round: number;
    parentQc?: QuorumCertificate;
    timeoutCertificate?: TimeoutCertificate | null;
    transactions?: readonly Transaction[];
    createdUnixMs?: number;
  }): Block {
    const header = {
      round: given.round,
      author: leaderOf(given.round, this.size),
      parentQc: given.parentQc ?? genesisQc,
      timeoutCertificate: given.timeoutCertificate ?? null,
      transactions: given.transactions ?? [],
      createdUnixMs: given.createdUnixMs ?? 0,
    };
    return { id: this.hasher.id(header), ...header };
  }

  proposal(block: Block): Proposal {
    const signature = this.crypto(block.author).sign(this.signing.proposal(block.round, block.id));
    return { kind: 'proposal', block, signature };
  }

  /** Blocks of rounds first, first + 1, ... each certified by the next. */
  chain(count: number, first = 1, parentQc = genesisQc): Block[] {
    const blocks: Block[] = [];
    let qc = parentQc;
    for (let round = first; round < first + count; round++) {
      const block = this.block({ round, parentQc: qc });
      blocks.push(block);
      qc = this.qc(block);
    }
    return blocks;
  }

  engine(
    selfIndex: number,
    given: {
      restored?: DurableState;
      parameters?: Partial<ChainedParameters>;
      retention?: { blocksMax: number; bytesMax: number };
    } = {},
  ): Engine {
    return jolteon.create(
      {
        chainId,
        selfIndex,
        committeeSize: this.size,
        parameters: { ...parameters, ...given.parameters },
        restored: given.restored ?? null,
        peerChoiceSeed: 1,
        retention: given.retention ?? retention,
      },
      { crypto: this.crypto(selfIndex) },
    );
  }
}

/** Client 0's transaction of that number, 32 bytes unless told otherwise. */
export function transaction(sequence: number, client = 0, sizeBytes = 32): Transaction {
  const bytes = new Uint8Array(sizeBytes);
  writeTransactionHeader(bytes, { intendedNs: 0n, client, sequence });
  return bytes;
}

/** Messages of one kind among outputs, whoever they go to. */
export function messagesOf<Kind extends Message['kind']>(
  outputs: readonly Output[],
  kind: Kind,
): Extract<Message, { kind: Kind }>[] {
  return outputs.flatMap((output) => {
    if (output.kind !== 'send' && output.kind !== 'broadcast') return [];
    // The filter on kind is what makes the narrowing true.
    return output.message.kind === kind ? [output.message as Extract<Message, { kind: Kind }>] : [];
  });
}

/** Outputs of one kind. */
export function outputsOf<Kind extends Output['kind']>(
  outputs: readonly Output[],
  kind: Kind,
): Extract<Output, { kind: Kind }>[] {
  return outputs.filter(
    (output): output is Extract<Output, { kind: Kind }> => output.kind === kind,
  );
}

/** Who sends a message if it is honest; member 0 where the message does not say. */
function senderOf(message: Message): number {
  if (message.kind === 'proposal') return message.block.author;
  return message.kind === 'vote' || message.kind === 'timeout' ? message.voter : 0;
}

/** Feeds a message, from its author unless told otherwise, and returns what the engine answers. */
export function deliver(
  engine: Engine,
  message: Message,
  at: { from?: number; nowMs?: number } = {},
): readonly Output[] {
  return engine.step(at.nowMs ?? 1, {
    kind: 'message',
    from: at.from ?? senderOf(message),
    message,
  });
}
