import type { Block, BlockId } from './messages.ts';

/** A validly signed and justified proposal whose parent has not arrived. */
export interface Orphan {
  readonly block: Block;
  readonly keys: Float64Array;
  /** Who sent it, and so probably has its parent. */
  readonly from: number;
}

/** Of one author in one round: an honest one has one. */
const perAuthorMax = 4;
const orphansMax = 64;
const orphanBytesMax = 32 * 1024 * 1024;

/** Blocks that wait for their parent. Bounded by count and bytes: the lowest round goes first. */
export class OrphanPool {
  readonly #orphans = new Map<BlockId, Orphan>();
  #bytes = 0;

  get size(): number {
    return this.#orphans.size;
  }

  has(id: BlockId): boolean {
    return this.#orphans.has(id);
  }

  values(): IterableIterator<Orphan> {
    return this.#orphans.values();
  }

  add(orphan: Orphan): void {
    if (this.#orphans.has(orphan.block.id) || this.#isFlooded(orphan.block)) return;
    this.#orphans.set(orphan.block.id, orphan);
    this.#bytes += sizeBytes(orphan);
    while (this.#orphans.size > orphansMax || this.#bytes > orphanBytesMax) {
      const lowest = this.#lowest();
      if (lowest === undefined) break;
      this.#remove(lowest);
    }
  }

  /** Takes out the children of a block that has arrived. */
  takeChildren(parentId: BlockId): Orphan[] {
    if (this.#orphans.size === 0) return [];
    const children: Orphan[] = [];
    for (const orphan of this.#orphans.values()) {
      if (orphan.block.parentQc.blockId === parentId) children.push(orphan);
    }
    for (const child of children) this.#remove(child);
    return children;
  }

  /** Drops what can never be committed. */
  forgetUpTo(committedRound: number): void {
    if (this.#orphans.size === 0) return;
    for (const orphan of [...this.#orphans.values()]) {
      if (orphan.block.round <= committedRound) this.#remove(orphan);
    }
  }

  #isFlooded({ round, author }: Block): boolean {
    let count = 0;
    for (const { block } of this.#orphans.values()) {
      if (block.round === round && block.author === author) count++;
    }
    return count >= perAuthorMax;
  }

  #lowest(): Orphan | undefined {
    let lowest: Orphan | undefined;
    for (const orphan of this.#orphans.values()) {
      if (lowest === undefined || orphan.block.round < lowest.block.round) lowest = orphan;
    }
    return lowest;
  }

  #remove(orphan: Orphan): void {
    if (this.#orphans.delete(orphan.block.id)) this.#bytes -= sizeBytes(orphan);
  }
}

function sizeBytes(orphan: Orphan): number {
  let sum = 0;
  for (const transaction of orphan.block.transactions) sum += transaction.length;
  return sum;
}
