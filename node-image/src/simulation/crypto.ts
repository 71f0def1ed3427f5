import { hash } from 'node:crypto';
import type { Crypto } from '../engine/seam/crypto.ts';
import { type Costs, microsPerMs } from './costs.ts';
import type { Processor } from './machine.ts';

/**
 * Signatures that cost a simulated node what real ones cost, and this machine next to nothing: a
 * mark that names signer and content. Anybody could make one for anybody, so nobody in a simulation
 * does but for itself; whatever was altered on the way is found out all the same.
 */
export function createSimulatedCrypto(
  selfIndex: number,
  { publicKeys, signatureBytes }: { publicKeys: readonly Uint8Array[]; signatureBytes: number },
  { processor, costs }: { processor: Processor; costs: Costs },
): Crypto {
  const spend = (micros: number): void => processor.spend(micros / microsPerMs);
  return {
    sign(message) {
      spend(costs.signMicros);
      const signature = new Uint8Array(signatureBytes);
      signature.set(markOf(publicKeys[selfIndex], message));
      return signature;
    },
    verify(signer, message, signature) {
      spend(costs.verifyMicros);
      const key = publicKeys[signer];
      if (key === undefined || signature.length !== signatureBytes) return false;
      const mark = markOf(key, message);
      return mark.every((byte, index) => signature[index] === byte);
    },
    hash(...parts) {
      let bytes = 0;
      for (const part of parts) bytes += part.length;
      spend(costs.hashMicros + (costs.hashMicrosPerKib * bytes) / 1024);
      const [first] = parts;
      const whole = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
      return hash('sha256', whole, 'buffer');
    },
    aggregation: null,
  };
}

/** 8 bytes: two FNV-1a sums of 32 bits with different starts. */
function markOf(key: Uint8Array | undefined, message: Uint8Array): Uint8Array {
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
