import type { Edge } from '../../model/topology.ts';

/** Collects edges without order, loops or doubles. */
export class EdgeSet {
  readonly #edges = new Map<number, Edge>();
  readonly #nodeCount: number;

  constructor(nodeCount: number) {
    this.#nodeCount = nodeCount;
  }

  /** @returns whether it is new */
  add(a: number, b: number): boolean {
    const [low, high] = a < b ? [a, b] : [b, a];
    const key = low * this.#nodeCount + high;
    if (a === b || this.#edges.has(key)) return false;
    this.#edges.set(key, [low, high]);
    return true;
  }

  has(a: number, b: number): boolean {
    return this.#edges.has(Math.min(a, b) * this.#nodeCount + Math.max(a, b));
  }

  delete([low, high]: Edge): void {
    this.#edges.delete(low * this.#nodeCount + high);
  }

  /** Ascending. */
  sorted(): Edge[] {
    return [...this.#edges.values()].sort(([a, b], [c, d]) => a - c || b - d);
  }
}
