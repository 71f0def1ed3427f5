import { ByteReader } from '../../codec/byte-reader.ts';
import { ByteWriter } from '../../codec/byte-writer.ts';
import { DecodeError } from '../../codec/decode-error.ts';

/**
 * First frame in each direction of a link: proves that both ends mean the same chain before
 * either counts the link as up. Body: u8 0, u16 wire version, u16 length + UTF-8 chain id.
 */
export const WIRE_VERSION = 1;

const CHAIN_ID_BYTES_MAX = 1_024;

/** A whole frame, length prefix included. */
export function encodeHello(chainId: string): Uint8Array {
  const text = Buffer.from(chainId, 'utf8');
  const writer = new ByteWriter({ initialBytes: 64, keptBytesMax: 64 });
  writer.u32(5 + text.length);
  writer.u8(0);
  writer.u16(WIRE_VERSION);
  writer.u16(text.length);
  writer.bytes(text);
  return writer.finish();
}

/** @throws DecodeError if the body is not a hello of this wire version and chain */
export function checkHello(body: Uint8Array, chainId: string): void {
  const reader = new ByteReader(body);
  if (reader.u8() !== 0) throw new DecodeError('the first frame is not a hello');
  const version = reader.u16();
  if (version !== WIRE_VERSION) throw new DecodeError(`wire version ${version}`);
  const length = reader.u16();
  if (length > CHAIN_ID_BYTES_MAX) throw new DecodeError(`a chain id of ${length} bytes`);
  const text = Buffer.from(reader.bytes(length)).toString('utf8');
  reader.end();
  if (text !== chainId) throw new DecodeError(`it belongs to chain ${JSON.stringify(text)}`);
}
