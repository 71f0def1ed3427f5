import { hash } from 'node:crypto';
import {
  isSimulatedSignature,
  markOf,
  type SchemeCosts,
  type SimulationCosts,
} from '../contract/index.ts';
import type { Aggregation, Crypto } from '../engine/seam/crypto.ts';
import type { Processor } from './machine.ts';
import { microsPerMs } from './machine.ts';

/**
 * Signatures that cost a simulated node what real ones cost, and this machine next to nothing: a
 * mark that names signer and content. Anybody could make one for anybody, so nobody in a simulation
 * does but for itself; whatever was altered on the way is found out all the same.
 */
export function createSimulatedCrypto(
  selfIndex: number,
  publicKeys: readonly Uint8Array[],
  world: {
    readonly processor: Processor;
    readonly costs: SimulationCosts;
    readonly scheme: SchemeCosts;
  },
): Crypto {
  const { processor, costs, scheme } = world;
  const spend = (micros: number): void => processor.spend(micros / microsPerMs);
  const made = (mark: Uint8Array): Uint8Array => {
    const signature = new Uint8Array(scheme.signatureBytes);
    signature.set(mark);
    return signature;
  };
  return {
    sign(message) {
      spend(scheme.signMicros);
      return made(markOf(publicKeys[selfIndex], message));
    },
    verify(signer, message, signature) {
      spend(scheme.verifyMicros);
      const key = publicKeys[signer];
      if (key === undefined || signature.length !== scheme.signatureBytes) return false;
      return isSimulatedSignature(key, message, signature);
    },
    hash(...parts) {
      let bytes = 0;
      for (const part of parts) bytes += part.length;
      spend(costs.hashMicros + (costs.hashMicrosPerKib * bytes) / 1024);
      const [first] = parts;
      const whole = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
      return hash('sha256', whole, 'buffer');
    },
    aggregation: scheme.addMicros === null ? null : adding(scheme.addMicros),
  };

  /** Marks are added bit by bit, as points of a curve are. */
  function adding(addMicros: number): Aggregation {
    return {
      aggregate(signatures) {
        spend(addMicros * signatures.length);
        return made(
          signatures.reduce((sum, signature) => sumOf(sum, signature), new Uint8Array(8)),
        );
      },
      verify(statements, aggregate) {
        // One pairing for each different message, and an addition for each signer.
        const messages = new Set(statements.map(({ message }) => message));
        spend(scheme.verifyMicros * messages.size + addMicros * statements.length);
        let sum = new Uint8Array(8);
        for (const { signer, message } of statements) {
          const key = publicKeys[signer];
          if (key === undefined) return false;
          sum = sumOf(sum, markOf(key, message));
        }
        return aggregate.length === scheme.signatureBytes && isMark(sum, aggregate);
      },
    };
  }
}

function isMark(mark: Uint8Array, signature: Uint8Array): boolean {
  return mark.every((byte, index) => signature[index] === byte);
}

function sumOf(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(a, (byte, index) => byte ^ (b[index] ?? 0));
}
