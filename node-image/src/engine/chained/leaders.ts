import { leaderOf } from '../shared/leader.ts';
import type { BlockTree, TreeNode } from './block-tree.ts';
import type { Block } from './messages.ts';
import type { Rotation } from './parameters.ts';
import type { SafetyState } from './safety-state.ts';

export interface LeadersOptions {
  readonly rotation: Rotation;
  readonly committeeSize: number;
  readonly faultyMax: number;
  /** Blocks of a commit's chain: so far below a certified block is what it committed. */
  readonly chainLength: number;
  /** The same at all members. */
  readonly seed: number;
}

/**
 * Who leads when. A round after a round that failed has the leader that its number gives, whatever
 * the rotation: nobody needs to have seen anything for it. A round that follows on a certificate:
 *
 * - round-robin: the same.
 * - fixed: the author of the certified block goes on until a round fails.
 * - carousel: drawn from those whose votes certified the parent of the block that the certificate
 *   committed, less the last f authors (Cohen and others, "Be Aware of Your Leaders", FC 2022, and
 *   relab/hotstuff's leaderrotation/carousel.go). Nothing committed: as round-robin. All of it is
 *   in the chain below the certificate, so all members come to the same leader; hence a block's
 *   id covers whose votes are in it.
 *
 * Safety rests on none of this: votes and quorums do not ask who leads.
 */
export class Leaders {
  readonly #options: LeadersOptions;
  readonly #tree: BlockTree;
  readonly #safety: SafetyState;
  /** Voted for last: it is expected to be certified. */
  #followed: TreeNode | null = null;

  constructor(options: LeadersOptions, known: { tree: BlockTree; safety: SafetyState }) {
    this.#options = options;
    this.#tree = known.tree;
    this.#safety = known.safety;
  }

  /** Of a round that this node could be in; null while the block is missing that decides it. */
  in(round: number): number | null {
    const { highQc } = this.#safety;
    if (this.#isByNumber || highQc.round + 1 !== round) return this.#byNumber(round);
    const certified = this.#tree.get(highQc.blockId);
    return certified === undefined ? null : this.after(certified);
  }

  /** Of the round after a block's, if the block is certified. */
  after(certified: TreeNode): number {
    const round = certified.block.round + 1;
    if (this.#isByNumber || round === 1) return this.#byNumber(round);
    if (this.#options.rotation === 'fixed') return certified.block.author;
    return this.#drawn(certified, round) ?? this.#byNumber(round);
  }

  /** Who may have proposed this block; null while its parent is missing that decides it. */
  of({ round, parentQc }: Pick<Block, 'round' | 'parentQc'>): number | null {
    if (this.#isByNumber || parentQc.round + 1 !== round) return this.#byNumber(round);
    const parent = this.#tree.get(parentQc.blockId);
    return parent === undefined ? null : this.after(parent);
  }

  /** Whether a member may lead a round, of which no more is known than its number. */
  may(member: number, round: number): boolean {
    return !this.#isByNumber || member === this.#byNumber(round);
  }

  /** Best guess, for those who hand transactions on. */
  expected(round: number): number {
    const followed = this.#followed;
    // Once a round has failed, what was voted for in it is followed by nobody.
    const isAhead = round > this.#safety.entitledRound;
    if (isAhead && followed?.block.round === round - 1) return this.after(followed);
    // A fixed leader is expected to go on.
    const known = this.#options.rotation === 'fixed' ? this.#safety.entitledRound : round;
    return this.in(known) ?? this.#byNumber(round);
  }

  voted(node: TreeNode): void {
    this.#followed = node;
  }

  get #isByNumber(): boolean {
    return this.#options.rotation === 'round-robin';
  }

  #byNumber(round: number): number {
    return leaderOf(round, this.#options.committeeSize);
  }

  /** Null unless the certificate committed a block, with voters that are not all authors. */
  #drawn(certified: TreeNode, round: number): number | null {
    const { chainLength, faultyMax, seed } = this.#options;
    const head = this.#below(certified, chainLength - 1);
    if (head === undefined || head.block.round !== round - chainLength) return null;
    const authors = new Set<number>();
    let at: TreeNode | undefined = head;
    for (let count = 0; count < faultyMax && at !== undefined; count++) {
      authors.add(at.block.author);
      at = this.#tree.parentOf(at);
    }
    const candidates = head.block.parentQc.signers.filter((signer) => !authors.has(signer));
    return candidates[mix(seed, round) % candidates.length] ?? null;
  }

  #below(top: TreeNode, steps: number): TreeNode | undefined {
    let at: TreeNode | undefined = top;
    for (let step = 0; step < steps && at !== undefined; step++) at = this.#tree.parentOf(at);
    return at;
  }
}

/** 32 well mixed bits of two numbers (the finaliser of MurmurHash3). */
function mix(seed: number, round: number): number {
  let bits = Math.imul(seed ^ (round % 2 ** 32), 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
