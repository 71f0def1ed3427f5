/** Appends big-endian values to a buffer that grows by doubling and is kept for the next message. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;
  readonly #keptBytesMax: number;

  /** @param keptBytesMax a buffer that grew beyond this is given back after `finish` */
  constructor(options: { readonly initialBytes: number; readonly keptBytesMax: number }) {
    this.#buffer = Buffer.allocUnsafe(options.initialBytes);
    this.#keptBytesMax = options.keptBytesMax;
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    const at = this.#reserve(1);
    this.#buffer[at] = value;
  }

  u16(value: number): void {
    const at = this.#reserve(2);
    this.#buffer.writeUInt16BE(value, at);
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#buffer.writeUInt32BE(value, at);
  }

  /** A safe integer >= 0 as u64. */
  u53(value: number): void {
    const at = this.#reserve(8);
    this.#buffer.writeUInt32BE(Math.floor(value / 2 ** 32), at);
    this.#buffer.writeUInt32BE(value % 2 ** 32, at + 4);
  }

  f64(value: number): void {
    const at = this.#reserve(8);
    this.#buffer.writeDoubleBE(value, at);
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#buffer.set(value, at);
  }

  hex(value: string): void {
    const at = this.#reserve(value.length >>> 1);
    this.#buffer.write(value, at, 'hex');
  }

  /** Overwrites four bytes written before. */
  patchU32(at: number, value: number): void {
    this.#buffer.writeUInt32BE(value, at);
  }

  /** A copy of everything written; the writer is empty afterwards. */
  finish(): Buffer {
    const result = Buffer.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    if (this.#buffer.length > this.#keptBytesMax) {
      this.#buffer = Buffer.allocUnsafe(this.#keptBytesMax);
    }
    return result;
  }

  #reserve(bytes: number): number {
    const at = this.#length;
    const needed = at + bytes;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
    }
    this.#length = needed;
    return at;
  }
}
