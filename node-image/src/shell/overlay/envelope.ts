import { ByteReader } from '../../codec/byte-reader.ts';
import { ByteWriter } from '../../codec/byte-writer.ts';
import { DecodeError } from '../../codec/decode-error.ts';
import { LENGTH_PREFIX_BYTES } from '../../codec/limits.ts';

/**
 * A message on its way over relays. Its origin signs everything but the hop count, so a relay can
 * drop, delay and repeat it, but neither forge nor alter it without being found out by the next one.
 *
 * Body of the frame, big-endian: u8 kind · u16 hops · u16 origin · u16 destination · u64 epoch ·
 * u32 sequence · 64 bytes of signature · payload (the body of a frame of consensus, or link state).
 */
export interface Envelope {
  /** Links travelled before this one; not signed, each relay adds one. */
  readonly hops: number;
  readonly origin: number;
  /** A member's index, or EVERYBODY. */
  readonly destination: number;
  /** When the origin's process began, Unix ms: a restart begins a new epoch, older ones are over. */
  readonly epochMs: number;
  /** Counts the origin's envelopes of this epoch from 0. */
  readonly sequence: number;
  readonly signature: Uint8Array;
  readonly payload: Uint8Array;
}

export type Unsigned = Omit<Envelope, 'hops' | 'signature'>;

export const EVERYBODY = 0xffff;
/** First bytes of frame bodies: above the messages of consensus, below the probes of links. */
export const overlayKinds = { envelope: 0x80, heartbeat: 0x81, linkState: 0x82 } as const;

const SIGNATURE_BYTES = 64;
const HOPS_AT = 1;
const HEADER_BYTES = 1 + 2 + 2 + 2 + 8 + 4 + SIGNATURE_BYTES;
/** What an envelope adds to the largest message. */
export const ENVELOPE_BYTES = HEADER_BYTES;

export function kindOf(body: Uint8Array): number {
  return body[0] ?? 0;
}

/** What the origin signs: bound to the chain, and to whom it is for. */
export function encodeStatement(chainId: string, unsigned: Unsigned): Uint8Array {
  const chain = Buffer.from(`prsm-testbed/overlay/1|${chainId}`, 'utf8');
  const writer = new ByteWriter({ initialBytes: 256 + unsigned.payload.length, keptBytesMax: 256 });
  writer.u16(chain.length);
  writer.bytes(chain);
  writeAddress(writer, unsigned);
  writer.bytes(unsigned.payload);
  return writer.finish();
}

/** A whole frame, length prefix included. */
export function encodeEnvelope(envelope: Envelope): Buffer {
  const bodyBytes = HEADER_BYTES + envelope.payload.length;
  const size = LENGTH_PREFIX_BYTES + bodyBytes;
  const writer = new ByteWriter({ initialBytes: size, keptBytesMax: 0 });
  writer.u32(bodyBytes);
  writer.u8(overlayKinds.envelope);
  writer.u16(envelope.hops);
  writeAddress(writer, envelope);
  writer.bytes(envelope.signature);
  writer.bytes(envelope.payload);
  return writer.finish();
}

/** @throws DecodeError */
export function decodeEnvelope(body: Uint8Array): Envelope {
  const reader = new ByteReader(body);
  reader.u8();
  const hops = reader.u16();
  const origin = reader.u16();
  const destination = reader.u16();
  const epochMs = reader.u53();
  const sequence = reader.u32();
  const signature = reader.bytes(SIGNATURE_BYTES);
  if (reader.remaining === 0) throw new DecodeError('an envelope without a message');
  const payload = reader.bytes(reader.remaining);
  return { hops, origin, destination, epochMs, sequence, signature, payload };
}

/** The frame to hand on: the same bytes with one more hop. */
export function nextHopFrame(body: Uint8Array, hops: number): Buffer {
  const frame = Buffer.allocUnsafe(LENGTH_PREFIX_BYTES + body.length);
  frame.writeUInt32BE(body.length, 0);
  frame.set(body, LENGTH_PREFIX_BYTES);
  frame.writeUInt16BE(hops, LENGTH_PREFIX_BYTES + HOPS_AT);
  return frame;
}

/** Links of its own that the sender takes for dead; null unless it is one. @throws DecodeError */
export function decodeLinkState(
  payload: Uint8Array,
  memberCount: number,
): readonly number[] | null {
  if (kindOf(payload) !== overlayKinds.linkState) return null;
  const reader = new ByteReader(payload);
  reader.u8();
  const count = reader.count(reader.u16(), memberCount, 2);
  const down = Array.from({ length: count }, () => reader.u16());
  reader.end();
  return down;
}

export function encodeLinkState(down: readonly number[]): Uint8Array {
  const writer = new ByteWriter({ initialBytes: 3 + 2 * down.length, keptBytesMax: 0 });
  writer.u8(overlayKinds.linkState);
  writer.u16(down.length);
  for (const index of down) writer.u16(index);
  return writer.finish();
}

/** A whole frame; says nothing but that the sender is there. */
export const HEARTBEAT_FRAME: Uint8Array = Uint8Array.of(0, 0, 0, 1, overlayKinds.heartbeat);

function writeAddress(writer: ByteWriter, address: Unsigned): void {
  writer.u16(address.origin);
  writer.u16(address.destination);
  writer.u53(address.epochMs);
  writer.u32(address.sequence);
}
