/** A binary heap of what is to happen, by time; of one time in the order of pushing. */
export interface EventQueue {
  readonly length: number;
  /** Infinity when empty. */
  readonly nextMs: number;
  push(atMs: number, run: () => void): void;
  /** @throws RangeError when empty */
  pop(): { readonly atMs: number; readonly run: () => void };
}

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export function createEventQueue(): EventQueue {
  const heap: Entry[] = [];
  let pushed = 0;

  const entry = (index: number): Entry => {
    const found = heap[index];
    if (found === undefined) throw new RangeError('There is no such event');
    return found;
  };
  const isBefore = (a: Entry, b: Entry): boolean =>
    a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

  const rise = (from: number): void => {
    const moved = entry(from);
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (!isBefore(moved, entry(parent))) break;
      heap[index] = entry(parent);
      index = parent;
    }
    heap[index] = moved;
  };

  const sink = (): void => {
    const moved = entry(0);
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(entry(child + 1), entry(child))) child += 1;
      if (!isBefore(entry(child), moved)) break;
      heap[index] = entry(child);
      index = child;
    }
    heap[index] = moved;
  };

  return {
    get length() {
      return heap.length;
    },
    get nextMs() {
      return heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
    },
    push(atMs, run) {
      heap.push({ atMs, order: pushed++, run });
      rise(heap.length - 1);
    },
    pop() {
      const first = entry(0);
      const last = heap.pop();
      if (heap.length > 0 && last !== undefined) {
        heap[0] = last;
        sink();
      }
      return first;
    },
  };
}
