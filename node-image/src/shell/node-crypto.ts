import { hash } from 'node:crypto';
import type { Crypto } from '../engine/seam/crypto.ts';
import type { CommitteeKeys, SigningKey } from '../signatures/scheme.ts';

/** Signatures of one scheme, and SHA-256. */
export function createNodeCrypto(key: SigningKey, committee: CommitteeKeys): Crypto {
  return {
    sign: key.sign,
    verify: committee.verify,
    aggregation: committee.aggregation,
    hash(...parts) {
      const [first] = parts;
      const whole = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
      return hash('sha256', whole, 'buffer');
    },
  };
}
