import { clientOfKey, clientsMax, sequenceLimit, sequenceOfKey } from './transaction.ts';

/** Sequence numbers a client may be ahead of its oldest open one: 32 KiB of bits at most. */
export const windowSequencesMax = 2 ** 18;
const windowSequencesMin = 1024;

/**
 * Which transactions have been committed, without remembering each for ever: per client a sliding
 * window of sequence numbers. Below the window everything counts as committed. The window slides
 * over what is contiguously committed, and by force when a client runs 2^18 numbers ahead of a
 * gap: the missing ones can then never be committed. The state is a function of the committed log
 * alone, so all nodes agree on what counts as a duplicate.
 */
export class ClientWindows {
  readonly #clients: (SequenceWindow | undefined)[] = [];

  has(key: number): boolean {
    return this.#clients[clientOfKey(key)]?.has(sequenceOfKey(key)) ?? false;
  }

  /** @returns false if it was in already, or lies below the window */
  add(key: number): boolean {
    const client = clientOfKey(key);
    if (client < 0 || client >= clientsMax) return false;
    let window = this.#clients[client];
    if (window === undefined) {
      window = new SequenceWindow();
      this.#clients[client] = window;
    }
    return window.add(sequenceOfKey(key));
  }

  /**
   * Canonical bytes, big-endian: for each client that has a window, ascending, its index (u32), the
   * window's base (u64), and the committed numbers above it as words of 32 (count u32, words),
   * without zeros at the end.
   */
  encode(): Uint8Array {
    const parts: Buffer[] = [];
    this.#clients.forEach((window, client) => {
      if (window !== undefined) parts.push(window.encode(client));
    });
    return Buffer.concat(parts);
  }

  /** @throws RangeError if `encode` did not write that */
  static decode(bytes: Uint8Array): ClientWindows {
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const windows = new ClientWindows();
    for (let at = 0; at < source.length; ) {
      const client = source.readUInt32BE(at);
      const base = Number(source.readBigUInt64BE(at + 4));
      const count = source.readUInt32BE(at + 12);
      const isPlausible = client < clientsMax && base < sequenceLimit;
      if (!isPlausible || client < windows.#clients.length) throw new RangeError('client windows');
      if (count > windowSequencesMax / 32) throw new RangeError('client windows');
      const window = new SequenceWindow(base);
      for (let word = 0; word < count; word++) {
        window.addWord(32 * word, source.readUInt32BE(at + 16 + 4 * word));
      }
      windows.#clients[client] = window;
      at += 16 + 4 * count;
    }
    return windows;
  }
}

/** A ring of bits for [base, base + capacity). */
class SequenceWindow {
  #base: number;
  #capacity = windowSequencesMin;
  #bits = new Uint32Array(windowSequencesMin / 32);

  constructor(base = 0) {
    this.#base = base;
  }

  /** See `ClientWindows.encode`. The words begin at the base, whatever the ring's alignment. */
  encode(client: number): Buffer {
    const words: number[] = [];
    for (let offset = 0; offset < this.#capacity; offset += 32) words.push(this.#wordAt(offset));
    while (words.length > 0 && words.at(-1) === 0) words.pop();
    const bytes = Buffer.alloc(16 + 4 * words.length);
    bytes.writeUInt32BE(client, 0);
    bytes.writeBigUInt64BE(BigInt(this.#base), 4);
    bytes.writeUInt32BE(words.length, 12);
    words.forEach((word, index) => {
      bytes.writeUInt32BE(word, 16 + 4 * index);
    });
    return bytes;
  }

  /** Adds up to 32 numbers from an offset above the base on, of which bit 0 is the first. */
  addWord(offset: number, word: number): void {
    if (word === 0) return;
    const first = this.#base + offset;
    if (first + 31 >= this.#base + this.#capacity) this.#makeRoomFor(first + 31);
    for (let bit = 0; bit < 32; bit++) {
      if (((word >>> bit) & 1) === 1) this.#set(first + bit);
    }
  }

  #wordAt(offset: number): number {
    const at = (this.#base + offset) % this.#capacity;
    const low = at & 31;
    const word = at >>> 5;
    const first = (this.#bits[word] ?? 0) >>> low;
    if (low === 0) return first >>> 0;
    const next = this.#bits[(word + 1) % this.#bits.length] ?? 0;
    return (first | (next << (32 - low))) >>> 0;
  }

  #set(sequence: number): void {
    const bit = sequence % this.#capacity;
    this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }

  has(sequence: number): boolean {
    if (sequence < this.#base) return true;
    return sequence < this.#base + this.#capacity && this.#isSet(sequence);
  }

  add(sequence: number): boolean {
    if (sequence < this.#base) return false;
    if (sequence >= this.#base + this.#capacity) this.#makeRoomFor(sequence);
    if (this.#isSet(sequence)) return false;
    this.#set(sequence);
    while (this.#isSet(this.#base)) this.#dropBase();
    return true;
  }

  #isSet(sequence: number): boolean {
    const bit = sequence % this.#capacity;
    return (((this.#bits[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  }

  #dropBase(): void {
    const bit = this.#base % this.#capacity;
    this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] ?? 0) & ~(1 << (bit & 31));
    this.#base++;
  }

  #makeRoomFor(sequence: number): void {
    while (this.#capacity < windowSequencesMax && sequence >= this.#base + this.#capacity) {
      this.#grow();
    }
    const base = sequence - this.#capacity + 1;
    if (base <= this.#base) return;
    if (base - this.#base >= this.#capacity) {
      this.#bits.fill(0);
      this.#base = base;
      return;
    }
    this.#slideTo(base);
  }

  /**
   * Drops less than a ring's worth. Whole words at once: a member that numbers its transactions
   * for it can make each of them force such a slide.
   */
  #slideTo(base: number): void {
    while (this.#base < base && this.#base % 32 !== 0) this.#dropBase();
    const words = Math.max(0, Math.floor((base - this.#base) / 32));
    const first = (this.#base % this.#capacity) >>> 5;
    this.#bits.fill(0, first, first + words);
    this.#bits.fill(0, 0, Math.max(0, first + words - this.#bits.length));
    this.#base += words * 32;
    while (this.#base < base) this.#dropBase();
  }

  #grow(): void {
    const old = this.#bits;
    const oldCapacity = this.#capacity;
    this.#capacity = oldCapacity * 2;
    this.#bits = new Uint32Array(this.#capacity / 32);
    // A word covers 32 numbers in both rings, so whole words move.
    const firstWord = Math.floor(this.#base / 32);
    for (let word = 0; word <= oldCapacity / 32; word++) {
      const held = old[(firstWord + word) % old.length] ?? 0;
      const isWrapped = word === oldCapacity / 32;
      const low = this.#base & 31;
      // First and last word share a slot when the base is not word-aligned: split it.
      const mask = isWrapped ? (low === 0 ? 0 : 2 ** low - 1) : word === 0 ? ~0 << low : ~0;
      const slot = (firstWord + word) % this.#bits.length;
      this.#bits[slot] = (this.#bits[slot] ?? 0) | (held & mask);
    }
  }
}
