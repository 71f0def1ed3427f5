import { ByteReader } from '../../codec/byte-reader.ts';
import { ByteWriter } from '../../codec/byte-writer.ts';
import { DecodeError } from '../../codec/decode-error.ts';

/**
 * Frames by which two ends measure their link, after the hello and below consensus. First byte of
 * the body: 0xf0 and up, so that no consensus message is taken for one.
 */
export type ProbeFrame =
  /** Answered at once by an echo with the same id. */
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'echo'; readonly id: number }
  | { readonly kind: 'fill-begin'; readonly id: number; readonly durationMs: number }
  | { readonly kind: 'fill'; readonly id: number }
  | { readonly kind: 'fill-end'; readonly id: number }
  | {
      readonly kind: 'fill-report';
      readonly id: number;
      readonly frames: number;
      readonly elapsedMicros: number;
    };

const kinds = {
  ping: 0xf0,
  echo: 0xf1,
  'fill-begin': 0xf2,
  fill: 0xf3,
  'fill-end': 0xf4,
  'fill-report': 0xf5,
} as const satisfies Record<ProbeFrame['kind'], number>;

/**
 * A fill frame alone in its Noise message is exactly three full segments: 4 bytes of length before
 * the body, 12 of yamux, 18 of Noise.
 */
const FILL_SEGMENTS = 3;
const FILL_BODY_BYTES = FILL_SEGMENTS * 1_448 - 4 - 12 - 18;
/** What a fill frame costs on the wire, headers included: how rates are counted. */
export const FILL_WIRE_BYTES = FILL_SEGMENTS * (1_448 + 66);

const FIRST_KIND = kinds.ping;

export function isProbeFrame(body: Uint8Array): boolean {
  return (body[0] ?? 0) >= FIRST_KIND;
}

/** A whole frame, length prefix included. */
export function encodeProbeFrame(frame: ProbeFrame): Uint8Array {
  const writer = new ByteWriter({ initialBytes: 32, keptBytesMax: FILL_BODY_BYTES + 4 });
  writer.u32(bodyBytes(frame));
  writer.u8(kinds[frame.kind]);
  writer.u32(frame.id);
  if (frame.kind === 'fill-begin') writer.u32(frame.durationMs);
  else if (frame.kind === 'fill') writer.bytes(new Uint8Array(FILL_BODY_BYTES - 5));
  else if (frame.kind === 'fill-report') {
    writer.u32(frame.frames);
    writer.u32(frame.elapsedMicros);
  }
  return writer.finish();
}

function bodyBytes({ kind }: ProbeFrame): number {
  if (kind === 'fill') return FILL_BODY_BYTES;
  if (kind === 'fill-report') return 13;
  return kind === 'fill-begin' ? 9 : 5;
}

/** @throws DecodeError if it is none */
export function decodeProbeFrame(body: Uint8Array): ProbeFrame {
  const reader = new ByteReader(body);
  const kind = reader.u8();
  const id = reader.u32();
  const read = (): ProbeFrame => {
    switch (kind) {
      case kinds.ping:
        return { kind: 'ping', id };
      case kinds.echo:
        return { kind: 'echo', id };
      case kinds['fill-begin']:
        return { kind: 'fill-begin', id, durationMs: reader.u32() };
      case kinds.fill:
        reader.bytes(FILL_BODY_BYTES - 5);
        return { kind: 'fill', id };
      case kinds['fill-end']:
        return { kind: 'fill-end', id };
      case kinds['fill-report']:
        return { kind: 'fill-report', id, frames: reader.u32(), elapsedMicros: reader.u32() };
      default:
        throw new DecodeError(`a probe frame of kind ${kind}`);
    }
  };
  const frame = read();
  reader.end();
  return frame;
}
