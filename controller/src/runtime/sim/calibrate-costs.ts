import { generateKeyPairSync, hash, type KeyObject, sign, verify } from 'node:crypto';
import type {
  SchemeCosts,
  SignatureSchemeName,
  SimulationCosts,
} from '../../../../node-image/src/contract/index.ts';

/**
 * What a message costs besides its signatures, on a machine that verifies Ed25519 in `verifyMicros`:
 * found by running the same networks on the runtime `process` (scripts/bench/simulation.ts).
 */
const reference = {
  verifyMicros: 100,
  turnMicros: 30,
  sendMicros: 45,
  sendMicrosPerKib: 5,
  receiveMicros: 35,
  receiveMicrosPerKib: 5,
  messageMicros: 12,
  transactionMicros: 4,
  persistMicros: 25,
};

/** BLS12-381 of a library that only nodes load, in checks of Ed25519: scripts/bench/signatures.ts. */
const blsInChecks = { sign: 3.8, verify: 8, add: 0.012 };

/** Many short samples: whatever else this machine did made some of them slower. */
const samples = 30;
const callsPerSample = 8;

/** Takes about a fifth of a second. @param nowMs a monotonic clock of this machine */
export function calibrateCosts(nowMs: () => number): SimulationCosts {
  const micros = (work: () => void): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let sample = 0; sample < samples; sample++) {
      const startMs = nowMs();
      for (let call = 0; call < callsPerSample; call++) work();
      best = Math.min(best, nowMs() - startMs);
    }
    return (best * 1_000) / callsPerSample;
  };
  const message = Buffer.alloc(96, 7);
  const kib64 = Buffer.alloc(64 * 1024, 7);
  const native = (
    { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject },
    digest: string | null,
    signatureBytes: number,
  ): SchemeCosts => {
    const signature = sign(digest, message, privateKey);
    return {
      signMicros: micros(() => sign(digest, message, privateKey)),
      verifyMicros: micros(() => verify(digest, message, publicKey, signature)),
      signatureBytes,
      addMicros: null,
    };
  };
  const ed25519 = native(generateKeyPairSync('ed25519'), null, 64);
  const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const schemes: Record<SignatureSchemeName, SchemeCosts> = {
    ed25519,
    'ecdsa-p256': native(p256, 'sha256', 64),
    'ml-dsa-44': native(generateKeyPairSync('ml-dsa-44'), null, 2_420),
    'ml-dsa-65': native(generateKeyPairSync('ml-dsa-65'), null, 3_309),
    'ml-dsa-87': native(generateKeyPairSync('ml-dsa-87'), null, 4_627),
    'bls12-381': {
      signMicros: blsInChecks.sign * ed25519.verifyMicros,
      verifyMicros: blsInChecks.verify * ed25519.verifyMicros,
      signatureBytes: 96,
      addMicros: blsInChecks.add * ed25519.verifyMicros,
    },
  };
  const scale = ed25519.verifyMicros / reference.verifyMicros;
  return {
    schemes,
    hashMicros: micros(() => hash('sha256', message, 'buffer')),
    hashMicrosPerKib: micros(() => hash('sha256', kib64, 'buffer')) / 64,
    turnMicros: scale * reference.turnMicros,
    sendMicros: scale * reference.sendMicros,
    sendMicrosPerKib: scale * reference.sendMicrosPerKib,
    receiveMicros: scale * reference.receiveMicros,
    receiveMicrosPerKib: scale * reference.receiveMicrosPerKib,
    messageMicros: scale * reference.messageMicros,
    transactionMicros: scale * reference.transactionMicros,
    persistMicros: scale * reference.persistMicros,
  };
}
