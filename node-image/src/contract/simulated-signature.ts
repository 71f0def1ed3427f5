/**
 * What stands for a signature in a simulation: a mark that names signer and content, at the front of
 * as many bytes as the real scheme has, the rest of them 0. Anybody can make one for anybody, so it
 * proves something only about a world in which nobody does. Pure.
 */

/** The scheme that is recorded for a simulated committee, whichever one it stands for. */
export const simulatedScheme = 'simulated';

/** 8 bytes: two sums in the manner of FNV-1a, 32 bits each. */
export function markOf(key: Uint8Array | undefined, message: Uint8Array): Uint8Array {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (const part of [key ?? new Uint8Array(0), message]) {
    for (const byte of part) {
      low = Math.imul(low ^ byte, 0x01000193);
      high = Math.imul(high ^ byte, 0x85ebca6b);
    }
  }
  const mark = new Uint8Array(8);
  const view = new DataView(mark.buffer);
  view.setUint32(0, low >>> 0);
  view.setUint32(4, high >>> 0);
  return mark;
}

/** Whether it is that key's mark of this message. */
export function isSimulatedSignature(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const mark = markOf(publicKey, message);
  return (
    signature.length >= mark.length && signature.every((byte, index) => byte === (mark[index] ?? 0))
  );
}
