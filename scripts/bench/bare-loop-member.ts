import { hash } from 'node:crypto';
import { frameOf } from '../../node-image/src/codec/frame.ts';
import { BlockHasher } from '../../node-image/src/engine/chained/block.ts';
import { genesisQc } from '../../node-image/src/engine/chained/genesis.ts';
import type { Block, Message, Vote } from '../../node-image/src/engine/chained/messages.ts';
import { createSigning, type Signing } from '../../node-image/src/engine/chained/signing.ts';
import { jolteon, jolteonDefinition } from '../../node-image/src/engine/jolteon/protocol.ts';
import type { Crypto } from '../../node-image/src/engine/seam/crypto.ts';
import type { Transaction } from '../../node-image/src/engine/seam/message.ts';
import { quorumSize } from '../../node-image/src/engine/shared/quorum.ts';
import { writeTransactionHeader } from '../../node-image/src/engine/shared/transaction.ts';
import { createNodeClock } from '../../node-image/src/shell/clock.ts';
import { createNodeCrypto } from '../../node-image/src/shell/node-crypto.ts';
import { createShaper } from '../../node-image/src/shell/shaping/shaper.ts';
import { createLibp2pHost } from '../../node-image/src/shell/transport/libp2p-host.ts';
import type { Host } from '../../node-image/src/shell/transport/link-stream.ts';
import { createMesh, type Mesh } from '../../node-image/src/shell/transport/mesh.ts';
import { ed25519 } from '../../node-image/src/signatures/ed25519.ts';

/**
 * One member of the bare loop (bare-loop.ts), a process of its own. It talks to its parent alone:
 * identity up, committee down, count of rounds up on request.
 */
export interface MemberOrder {
  readonly index: number;
  readonly size: number;
  readonly port: number;
}

export interface MemberIdentity {
  readonly peerId: string;
  readonly publicKeyHex: string;
  readonly dataAddress: string;
}

export interface LoopOrder {
  readonly members: readonly MemberIdentity[];
  readonly transactions: number;
  readonly sizeBytes: number;
}

const CHAIN = 'bare-loop';
const order = JSON.parse(process.argv[2] ?? '{}') as MemberOrder; // written by bare-loop.ts
const seed = hash('sha256', `${CHAIN}|${order.index}`, 'buffer');
const key = ed25519.createKey(seed);
const clock = createNodeClock();
const host = await createLibp2pHost({
  privateKeyRaw: Buffer.concat([seed, key.publicKey]),
  listen: { address: '127.0.0.1', port: order.port },
  shaper: createShaper({ selfIndex: order.index, clock }),
});
let loop: Loop | null = null;

process.on('disconnect', () => process.exit(0));
process.on('message', (message: LoopOrder | 'go' | 'look') => {
  if (message === 'go') loop?.begin();
  else if (message === 'look') tell({ round: loop?.round ?? 0, cpu: process.cpuUsage() });
  else loop = new Loop(host, message);
});
const publicKeyHex = Buffer.from(key.publicKey).toString('hex');
const { peerId, dataAddress } = host;
tell({ peerId, publicKeyHex, dataAddress } satisfies MemberIdentity);

function tell(value: unknown): void {
  process.send?.(value);
}

/** Leader and votes, and nothing else: no rules, no memory beyond the round, nothing can go wrong. */
class Loop {
  round = 0;
  readonly #mesh: Mesh;
  readonly #crypto: Crypto;
  readonly #signing: Signing = createSigning({
    protocol: jolteonDefinition.domain,
    chainId: CHAIN,
  });
  readonly #hasher: BlockHasher;
  readonly #payload: readonly Transaction[];
  readonly #quorum = quorumSize(order.size);
  #votes: Vote[] = [];

  constructor(host: Host, { members, transactions, sizeBytes }: LoopOrder) {
    this.#crypto = createNodeCrypto(
      key,
      ed25519.importKeys(
        members.map(({ publicKeyHex }) => ({
          publicKey: Buffer.from(publicKeyHex, 'hex'),
          possession: null,
        })),
      ),
    );
    this.#hasher = new BlockHasher(this.#signing, this.#crypto);
    this.#payload = Array.from({ length: transactions }, (_, sequence) => {
      const bytes = Buffer.alloc(sizeBytes);
      writeTransactionHeader(bytes, { intendedNs: 0n, client: order.index, sequence });
      return bytes;
    });
    this.#mesh = createMesh(
      {
        selfIndex: order.index,
        chainId: CHAIN,
        members,
        links: members.map((_, index) => index).filter((index) => index !== order.index),
      },
      {
        host,
        timers: clock,
        random: Math.random,
        onBody: (_, body) => this.#receive(jolteon.decode(body)),
        onChange: () => {
          if (this.#mesh.missing().length === 0) tell('linked');
        },
      },
    );
    this.#mesh.open();
  }

  begin(): void {
    this.#propose(1, []);
  }

  #receive(message: Message): void {
    if (message.kind === 'proposal') this.#follow(message.block, message.signature);
    if (message.kind === 'vote') this.#count(message);
  }

  /** As an engine has to: the leader's signature, a quorum of votes, the hash of the payload. */
  #follow(block: Block, signature: Uint8Array): void {
    const { id, round, author, parentQc } = block;
    this.round = round;
    this.#check(this.#crypto.verify(author, this.#signing.proposal(round, id), signature));
    // Whoever made the certificate has checked its votes.
    if (author !== order.index) this.#checkVotes(parentQc);
    this.#check(this.#hasher.id(block) === id);
    this.#vote(block);
  }

  #checkVotes({ round, blockId, signers, signatures }: Block['parentQc']): void {
    const bytes = this.#signing.vote(round, blockId);
    signers.forEach((signer, at) => {
      if (signer === order.index) return; // its own
      this.#check(this.#crypto.verify(signer, bytes, signatures[at] ?? bytes));
    });
  }

  #vote({ round, id: blockId }: Block): void {
    const signature = this.#crypto.sign(this.#signing.vote(round, blockId));
    const vote: Vote = { kind: 'vote', round, blockId, voter: order.index, signature };
    const next = (round + 1) % order.size;
    if (next === order.index) this.#count(vote);
    else this.#mesh.send(next, jolteon.traitsOf(vote), frameOf(jolteon.encode(vote)));
  }

  #count(vote: Vote): void {
    const first = this.#votes[0];
    if (first !== undefined && vote.round > first.round) this.#votes = [];
    // Late ones are of no use; a quorum is checked, not more.
    if (this.#votes.length >= this.#quorum || vote.round < this.round) return;
    const { round, blockId, voter, signature } = vote;
    const bytes = this.#signing.vote(round, blockId);
    if (voter !== order.index) this.#check(this.#crypto.verify(voter, bytes, signature));
    this.#votes.push(vote);
    if (this.#votes.length === this.#quorum) this.#propose(round + 1, this.#votes);
  }

  #propose(round: number, votes: readonly Vote[]): void {
    const [first] = votes;
    const byVoter = votes.toSorted((a, b) => a.voter - b.voter);
    const header = {
      round,
      author: order.index,
      parentQc:
        first === undefined
          ? genesisQc
          : {
              round: first.round,
              blockId: first.blockId,
              signers: byVoter.map(({ voter }) => voter),
              signatures: byVoter.map(({ signature }) => signature),
            },
      timeoutCertificate: null,
      transactions: this.#payload,
      createdUnixMs: clock.nowMs(),
    };
    const block: Block = { id: this.#hasher.id(header), ...header };
    const signature = this.#crypto.sign(this.#signing.proposal(round, block.id));
    this.round = round;
    const proposal = { kind: 'proposal', block, signature } as const;
    this.#mesh.broadcast(jolteon.traitsOf(proposal), frameOf(jolteon.encode(proposal)));
    this.#vote(block);
  }

  #check(isTrue: boolean): void {
    if (!isTrue) throw new Error(`member ${order.index}: a signature or hash is false`);
  }
}
