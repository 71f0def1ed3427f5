/**
 * Reads the log of a container without a terminal: frames of one byte for the stream, three of
 * padding, four for the length (big-endian), then the text (Docker Engine API, "Attach to a
 * container"). Standard output and error come out in the order in which they were written.
 */
export function demultiplexLog(bytes: Buffer): string {
  const parts: Buffer[] = [];
  let offset = 0;
  while (offset + HEADER_BYTES <= bytes.length) {
    // A container with a terminal, or another log driver: plain text.
    if (!isHeader(bytes, offset)) return bytes.toString();
    const start = offset + HEADER_BYTES;
    const end = start + bytes.readUInt32BE(offset + 4);
    parts.push(bytes.subarray(start, end));
    offset = end;
  }
  return offset === 0 ? bytes.toString() : Buffer.concat(parts).toString();
}

const HEADER_BYTES = 8;

function isHeader(bytes: Buffer, offset: number): boolean {
  return (bytes[offset] ?? 255) <= 2 && bytes.readUIntBE(offset + 1, 3) === 0;
}
