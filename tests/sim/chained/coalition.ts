import { BlockHasher } from '../../../node-image/src/engine/chained/block.ts';
import { genesisQc } from '../../../node-image/src/engine/chained/genesis.ts';
import type {
  Block,
  BlockId,
  BlockRequest,
  Message,
  QuorumCertificate,
  Timeout,
  TimeoutCertificate,
  TimeoutEntry,
  Vote,
} from '../../../node-image/src/engine/chained/messages.ts';
import { createSigning, type Signing } from '../../../node-image/src/engine/chained/signing.ts';
import { leaderOf } from '../../../node-image/src/engine/shared/leader.ts';
import { writeTransactionHeader } from '../../../node-image/src/engine/shared/transaction.ts';
import type { Adversary, AdversaryWorld } from '../subject.ts';
import { forgedProposalParts, type ProposalParts } from './forgeries.ts';

export interface CoalitionOptions {
  readonly members: readonly number[];
  readonly committeeSize: number;
  readonly quorum: number;
  /** What signed statements start with. */
  readonly domain: string;
  readonly chainId: string;
  /** Attacks are spread over about this time, so that some come after honest nodes gave up. */
  readonly roundMs: number;
}

/**
 * What the coalition does when it leads: strike at once · keep still until honest members give up,
 * then tempt them to vote after all · keep the newest certificate back and fork below it.
 */
type Tactic = 'attack' | 'ambush' | 'hide';

const qcsMax = 64;
const variantsMax = 6;
const attacksPerRound = 3;

/**
 * f members under one will, who share all they see and hold their own keys only. They vote for
 * every block, time out with stale certificates, keep certificates back, and when one of them
 * leads they propose several blocks on old and new certificates, with true, stale and forged
 * timeout certificates, early and late, to everyone and to a few.
 */
export class Coalition implements Adversary<Message> {
  readonly #options: CoalitionOptions;
  readonly #world: AdversaryWorld<Message>;
  readonly #members: ReadonlySet<number>;
  readonly #signing: Signing;
  readonly #hasher: BlockHasher;
  readonly #blocks = new Map<BlockId, Block>();
  readonly #votes = new Map<BlockId, Map<number, Uint8Array>>();
  readonly #timeouts = new Map<number, Map<number, TimeoutEntry[]>>();
  readonly #tcs = new Map<number, TimeoutCertificate[]>();
  readonly #attacks = new Map<number, number>();
  readonly #tactics = new Map<number, Tactic>();
  readonly #lied = new Set<number>();
  readonly #knownQcs = new Map<BlockId, QuorumCertificate>();
  #qcs: QuorumCertificate[] = [genesisQc];
  #sequence = 0;

  constructor(options: CoalitionOptions, world: AdversaryWorld<Message>) {
    this.#options = options;
    this.#world = world;
    this.#members = new Set(options.members);
    this.#signing = createSigning({ protocol: options.domain, chainId: options.chainId });
    this.#hasher = new BlockHasher(this.#signing, world.keyring.forMember(0));
    this.#knownQcs.set(genesisQc.blockId, genesisQc);
  }

  start(): void {
    if (this.#leads(1)) this.#plotAttack(1);
  }

  receive(to: number, from: number, message: Message): void {
    if (message.kind === 'proposal') this.#learnBlock(message.block);
    else if (message.kind === 'vote') this.#learnVote(message);
    else if (message.kind === 'timeout') this.#learnTimeout(message);
    else if (message.kind === 'block-request') this.#answer(to, from, message);
  }

  #learnBlock(block: Block): void {
    if (this.#blocks.has(block.id)) return;
    this.#blocks.set(block.id, block);
    this.#learnQc(block.parentQc);
    if (block.timeoutCertificate !== null) this.#learnTc(block.timeoutCertificate);
    this.#voteFor(block);
  }

  /** Every member votes for every block, whatever it voted for before. */
  #voteFor(block: Block): void {
    const { round, id: blockId } = block;
    const leader = leaderOf(round + 1, this.#options.committeeSize);
    for (const voter of this.#members) {
      const crypto = this.#world.keyring.forMember(voter);
      const signature = crypto.sign(this.#signing.vote(round, blockId));
      const vote: Vote = { kind: 'vote', round, blockId, voter, signature };
      this.#learnVote(vote);
      if (!this.#members.has(leader)) this.#world.send(voter, leader, this.#maybeSpoilt(vote));
    }
  }

  /** Where votes are checked together, a false one may spoil the quorum of the others. */
  #maybeSpoilt(vote: Vote): Vote {
    const { keyring, prng } = this.#world;
    if (keyring.forMember(0).aggregation === null || prng.next() < 0.7) return vote;
    return { ...vote, signature: vote.signature.toReversed() };
  }

  #learnVote(vote: Vote): void {
    const votes = this.#votes.get(vote.blockId) ?? new Map<number, Uint8Array>();
    this.#votes.set(vote.blockId, votes);
    votes.set(vote.voter, vote.signature);
    if (votes.size < this.#options.quorum || this.#knownQcs.has(vote.blockId)) return;
    const entries = [...votes].sort(([a], [b]) => a - b);
    this.#learnQc({
      round: vote.round,
      blockId: vote.blockId,
      signers: entries.map(([voter]) => voter),
      signatures: this.#together(entries.map(([, signature]) => signature)),
    });
  }

  #learnQc(qc: QuorumCertificate): void {
    if (this.#knownQcs.has(qc.blockId)) return;
    this.#knownQcs.set(qc.blockId, qc);
    this.#qcs.push(qc);
    if (this.#qcs.length > qcsMax) this.#qcs = this.#qcs.slice(-qcsMax / 2);
    const next = this.#tactic(qc.round + 1);
    if (next !== null && next !== 'hide') this.#plotAttack(qc.round + 1);
  }

  #learnTimeout(timeout: Timeout): void {
    this.#learnQc(timeout.highQc);
    if (timeout.lastTc !== null) this.#learnTc(timeout.lastTc);
    const { round, voter, highQc, signature } = timeout;
    this.#noteTimeout(round, { voter, highQcRound: highQc.round, signature });
    this.#lieAboutTimeout(round);
    this.#assembleTc(round);
  }

  #noteTimeout(round: number, entry: TimeoutEntry): void {
    const voters = this.#timeouts.get(round) ?? new Map<number, TimeoutEntry[]>();
    this.#timeouts.set(round, voters);
    const claims = voters.get(entry.voter) ?? [];
    if (claims.length >= variantsMax) return;
    if (claims.some((each) => each.highQcRound === entry.highQcRound)) return;
    voters.set(entry.voter, [...claims, entry]);
  }

  /** Members claim to hold nothing newer than some old certificate. */
  #lieAboutTimeout(round: number): void {
    if (this.#lied.has(round)) return;
    this.#lied.add(round);
    const { prng } = this.#world;
    // The fewer timeouts, the longer honest members stay in a round they have given up on.
    const isSilent = this.#tactic(round) === 'ambush';
    if (isSilent) this.#tempt(round);
    for (const voter of this.#members) {
      const highQc = this.#oldQc(round);
      const crypto = this.#world.keyring.forMember(voter);
      const signature = crypto.sign(this.#signing.timeout(round, highQc.round));
      this.#noteTimeout(round, { voter, highQcRound: highQc.round, signature });
      const variants = this.#tcs.get(round - 1) ?? [];
      const lastTc = variants[prng.below(Math.max(1, variants.length))] ?? null;
      const timeout: Timeout = { kind: 'timeout', round, voter, highQc, lastTc, signature };
      if (!isSilent) this.#spread(voter, timeout, prng.next() < 0.7 ? 1 : 0.5);
    }
  }

  /** Honest members are giving up on the round: a flawless proposal comes just then. */
  #tempt(round: number): void {
    const best = this.#qcs.find((qc) => qc.round === round - 1);
    if (best === undefined) this.#attack(round);
    else this.#propose(round, { parentQc: best, timeoutCertificate: null });
  }

  /** As certificates hold them: all, or where the scheme adds them up their sum. */
  #together(signatures: readonly Uint8Array[]): readonly Uint8Array[] {
    const { aggregation } = this.#world.keyring.forMember(0);
    const sum = aggregation?.aggregate(signatures) ?? null;
    return sum === null ? signatures : [sum];
  }

  /** Of all quorums of timeouts, the one that shows least. */
  #assembleTc(round: number): void {
    const voters = this.#timeouts.get(round);
    if (voters === undefined || voters.size < this.#options.quorum) return;
    const lowest = [...voters.values()].map((claims) =>
      claims.reduce((low, each) => (each.highQcRound < low.highQcRound ? each : low)),
    );
    lowest.sort((a, b) => a.highQcRound - b.highQcRound);
    const entries = lowest.slice(0, this.#options.quorum).sort((a, b) => a.voter - b.voter);
    const claimed = Math.max(...entries.map((entry) => entry.highQcRound));
    const highQc = this.#qcs.find((qc) => qc.round === claimed);
    if (highQc === undefined) return;
    const signatures = entries.map(({ signature }) => signature);
    const [aggregate, more] = this.#together(signatures);
    const isOne = more === undefined && signatures.length > 1 && aggregate !== undefined;
    this.#learnTc({ round, entries, highQc, ...(isOne ? { aggregate } : {}) });
  }

  #learnTc(tc: TimeoutCertificate): void {
    const variants = this.#tcs.get(tc.round) ?? [];
    if (variants.length >= variantsMax) return;
    this.#tcs.set(tc.round, [...variants, tc]);
    if (this.#leads(tc.round + 1)) this.#plotAttack(tc.round + 1);
  }

  /** Decided once for every round that the coalition leads. */
  #tactic(round: number): Tactic | null {
    if (!this.#leads(round)) return null;
    const known = this.#tactics.get(round);
    if (known !== undefined) return known;
    // Hiding pays when it goes on: two branches can then take turns.
    const isGoingOn = this.#tactics.get(round - 1) === 'hide' && this.#world.prng.next() < 0.7;
    const dice = isGoingOn ? 1 : this.#world.prng.next();
    const tactic = dice < 0.4 ? 'attack' : dice < 0.7 ? 'ambush' : 'hide';
    this.#tactics.set(round, tactic);
    return tactic;
  }

  #plotAttack(round: number): void {
    if (this.#tactic(round) === 'ambush') return;
    const count = this.#attacks.get(round) ?? 0;
    if (count >= attacksPerRound) return;
    this.#attacks.set(round, count + 1);
    const { prng } = this.#world;
    const delayMs = prng.next() < 0.5 ? 0 : prng.next() * this.#options.roundMs * 2;
    this.#world.later(delayMs, () => this.#attack(round));
  }

  #attack(round: number): void {
    const { prng } = this.#world;
    for (let forks = 1 + prng.below(3); forks > 0; forks--) {
      const parts = this.#proposalParts(round);
      if (parts !== null) this.#propose(round, parts);
    }
  }

  #proposalParts(round: number): ProposalParts | null {
    const { prng } = this.#world;
    const variants = this.#tcs.get(round - 1) ?? [];
    const tc = variants[prng.below(Math.max(1, variants.length))] ?? null;
    const isHiding = this.#tactic(round) === 'hide';
    const best = isHiding ? undefined : this.#qcs.find((qc) => qc.round === round - 1);
    const dice = prng.next();
    if (dice < 0.3 && best !== undefined) return { parentQc: best, timeoutCertificate: null };
    if (dice < 0.7 && tc !== null) return this.#acceptableParts(round, isHiding);
    const parentQc = this.#oldQc(round);
    if (dice < 0.8) return { parentQc, timeoutCertificate: dice < 0.75 ? tc : null };
    return forgedProposalParts({ parentQc, best: best ?? parentQc, tc, prng });
  }

  /** Any certificate that honest members may vote on, by the timeouts that show least. */
  #acceptableParts(round: number, isHiding: boolean): ProposalParts | null {
    const variants = this.#tcs.get(round - 1) ?? [];
    const tc = variants.reduce((low, each) => (each.highQc.round < low.highQc.round ? each : low));
    const top = isHiding ? round - 1 : round;
    const acceptable = this.#qcs.filter((qc) => qc.round >= tc.highQc.round && qc.round < top);
    const parentQc = acceptable[this.#world.prng.below(Math.max(1, acceptable.length))];
    return parentQc === undefined ? null : { parentQc, timeoutCertificate: tc };
  }

  #propose(round: number, parts: ProposalParts): void {
    const { prng, keyring } = this.#world;
    const author = leaderOf(round, this.#options.committeeSize);
    const header = {
      ...parts,
      round,
      author,
      transactions: prng.next() < 0.5 ? [] : [this.#transaction()],
      createdUnixMs: prng.below(1_000_000),
    };
    const block: Block = { ...header, id: this.#hasher.id(header) };
    const signature = keyring.forMember(author).sign(this.#signing.proposal(round, block.id));
    this.#blocks.set(block.id, block);
    this.#spread(author, { kind: 'proposal', block, signature }, prng.next() < 0.5 ? 1 : 0.5);
    this.#voteFor(block);
  }

  /** To each honest member with the given chance, early or late. */
  #spread(from: number, message: Message, ratio: number): void {
    const { prng } = this.#world;
    const isLate = prng.next() < 0.3;
    for (let to = 0; to < this.#options.committeeSize; to++) {
      if (this.#members.has(to) || prng.next() >= ratio) continue;
      const delayMs = isLate ? prng.next() * this.#options.roundMs * 3 : 0;
      this.#world.later(delayMs, () => this.#world.send(from, to, message));
    }
  }

  #answer(self: number, to: number, request: BlockRequest): void {
    const { prng } = this.#world;
    if (prng.next() < 0.3) return;
    const blocks: Block[] = [];
    let block = this.#blocks.get(request.blockId);
    while (block !== undefined && block.round > request.floorRound) {
      blocks.push(block);
      block = this.#blocks.get(block.parentQc.blockId);
    }
    if (prng.next() < 0.3) blocks.splice(prng.below(blocks.length + 1), 1);
    const droppedRound = prng.below(100);
    this.#world.send(self, to, { kind: 'block-response', blocks: blocks.slice(-64), droppedRound });
  }

  /** One of the last few certificates of a round below. */
  #oldQc(round: number): QuorumCertificate {
    const below = this.#qcs.filter((qc) => qc.round < round);
    const reach = Math.min(below.length, 2 + this.#world.prng.below(5));
    return below[below.length - 1 - this.#world.prng.below(reach)] ?? genesisQc;
  }

  #leads(round: number): boolean {
    return this.#members.has(leaderOf(round, this.#options.committeeSize));
  }

  #transaction(): Uint8Array {
    const transaction = new Uint8Array(24);
    writeTransactionHeader(transaction, {
      intendedNs: 0n,
      client: 1000,
      sequence: this.#sequence++,
    });
    return transaction;
  }
}
