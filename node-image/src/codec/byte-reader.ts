import { DecodeError } from './decode-error.ts';

/**
 * Reads big-endian values from the front of a byte string. Byte strings are handed out as views,
 * never copied: whoever keeps one keeps the whole buffer behind it alive.
 * Every method throws DecodeError instead of reading past the end.
 */
export class ByteReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(): number {
    return this.#bytes[this.#take(1)] ?? 0;
  }

  u16(): number {
    return this.#bytes.readUInt16BE(this.#take(2));
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  /** u64 that fits a safe integer. */
  u53(): number {
    const at = this.#take(8);
    const high = this.#bytes.readUInt32BE(at);
    if (high >= 2 ** 21) throw new DecodeError('an integer exceeds 2^53');
    return high * 2 ** 32 + this.#bytes.readUInt32BE(at + 4);
  }

  /** IEEE 754 double; NaN and infinities are refused. */
  f64(): number {
    const value = this.#bytes.readDoubleBE(this.#take(8));
    if (!Number.isFinite(value)) throw new DecodeError('a number is not finite');
    return value;
  }

  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  hex(length: number): string {
    const at = this.#take(length);
    return this.#bytes.toString('hex', at, at + length);
  }

  /**
   * A count of items that follow, refused if it exceeds `max` or if the rest of the frame cannot
   * hold that many items of at least `itemBytesMin`.
   */
  count(value: number, max: number, itemBytesMin: number): number {
    if (value > max) throw new DecodeError(`${value} items where ${max} are allowed`);
    if (value * itemBytesMin > this.remaining) {
      throw new DecodeError(`${value} items do not fit the ${this.remaining} bytes left`);
    }
    return value;
  }

  /** @throws DecodeError unless everything was read */
  end(): void {
    if (this.remaining > 0) throw new DecodeError(`${this.remaining} bytes after the message`);
  }

  #take(length: number): number {
    const at = this.#offset;
    if (at + length > this.#bytes.length) {
      throw new DecodeError(`${length} bytes expected where ${this.remaining} are left`);
    }
    this.#offset = at + length;
    return at;
  }
}
