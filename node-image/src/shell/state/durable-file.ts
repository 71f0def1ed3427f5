import { hash } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/**
 * One value that is overwritten often and must be whole after the process was killed. Two slots
 * at fixed offsets are written in turn, each with a counter and a checksum; reading takes the
 * newest whole one. Written bytes are in the kernel when `save` returns, so they survive
 * `kill -9`; they are not flushed to the disk, so they do not survive a power cut.
 */
export interface DurableFile {
  load(): Uint8Array | null;
  /**
   * After an error the value before is still there, and the next `save` leaves it alone too.
   * @throws Error from the file system, or if the value is larger than a slot
   */
  save(value: Uint8Array): void;
  close(): void;
}

/** Three certificates of 667 signatures of 4,627 bytes fit, those of ML-DSA-87 at 1,000 nodes. */
const SLOT_BYTES = 16 * 1024 * 1024;
/** u32 length, u32 checksum of the rest, u64 counter; then the value. */
const HEADER_BYTES = 16;

export function openDurableFile(path: string): DurableFile {
  const fd = openSync(path, 'a+', 0o600);
  closeSync(fd);
  const file = openSync(path, 'r+');
  const slots = [readSlot(file, 0), readSlot(file, 1)];
  let newest = slots.reduce((a, b) => ((b?.counter ?? 0) > (a?.counter ?? 0) ? b : a), null);
  let counter = newest?.counter ?? 0;
  return {
    load: () => newest?.value ?? null,
    save(value) {
      const length = HEADER_BYTES + value.length;
      if (length > SLOT_BYTES) throw new Error(`A durable value of ${value.length} bytes.`);
      const next = counter + 1;
      newest = null;
      const buffer = Buffer.alloc(length);
      buffer.writeUInt32BE(value.length, 0);
      buffer.writeUInt32BE(Math.floor(next / 2 ** 32), 8);
      buffer.writeUInt32BE(next % 2 ** 32, 12);
      buffer.set(value, HEADER_BYTES);
      buffer.writeUInt32BE(checksum(buffer.subarray(8, length)), 4);
      writeAll(file, buffer, (next % 2) * SLOT_BYTES);
      counter = next; // only then: a torn slot is the next one to be written again
    },
    close: () => closeSync(file),
  };
}

/** A file system may take a part only, and says why it takes no more when it is asked again. */
function writeAll(file: number, bytes: Uint8Array, position: number): void {
  let written = 0;
  while (written < bytes.length) {
    const count = writeSync(file, bytes, written, bytes.length - written, position + written);
    if (count === 0) throw new Error(`${written} of ${bytes.length} durable bytes were written.`);
    written += count;
  }
}

function readSlot(file: number, slot: number): { counter: number; value: Uint8Array } | null {
  const header = Buffer.alloc(HEADER_BYTES);
  if (readSync(file, header, 0, HEADER_BYTES, slot * SLOT_BYTES) < HEADER_BYTES) return null;
  const length = header.readUInt32BE(0);
  if (length > SLOT_BYTES - HEADER_BYTES) return null;
  const value = Buffer.alloc(length);
  if (readSync(file, value, 0, length, slot * SLOT_BYTES + HEADER_BYTES) < length) return null;
  const checked = Buffer.concat([header.subarray(8), value]);
  if (header.readUInt32BE(4) !== checksum(checked)) return null;
  const counter = header.readUInt32BE(8) * 2 ** 32 + header.readUInt32BE(12);
  return { counter, value };
}

function checksum(bytes: Uint8Array): number {
  return hash('sha256', bytes, 'buffer').readUInt32BE(0);
}
