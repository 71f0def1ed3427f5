/**
 * What a program without a terminal wrote, as Docker sends it: frames of one byte for the stream,
 * three of padding, four for the length (big-endian), then the bytes (Docker Engine API, "Attach
 * to a container").
 */
export interface Streams {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Takes a last frame that was cut off for what there is of it. */
export function splitStreams(bytes: Buffer): Streams {
  const parts: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  let offset = 0;
  while (offset + HEADER_BYTES <= bytes.length) {
    const start = offset + HEADER_BYTES;
    const end = start + bytes.readUInt32BE(offset + 4);
    parts[bytes[offset] === STDERR ? 'stderr' : 'stdout'].push(bytes.subarray(start, end));
    offset = end;
  }
  return { stdout: Buffer.concat(parts.stdout), stderr: Buffer.concat(parts.stderr) };
}

const HEADER_BYTES = 8;
const STDERR = 2;
