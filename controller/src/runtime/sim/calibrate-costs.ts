import { generateKeyPairSync, hash, sign, verify } from 'node:crypto';
import type { Costs } from './costs.ts';

/**
 * What a message costs besides its signatures, on the machine of `reference`: found by running the
 * same networks on the runtime `process` (scripts/bench/simulation.ts prints both).
 */
const reference = {
  /** Of a verification there: this machine's tells how much faster or slower it is. */
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

const rounds = 400;

/** Takes about a tenth of a second. */
export function calibrateCosts(nowMs: () => number): Costs {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const message = Buffer.alloc(96, 7);
  const kib = Buffer.alloc(64 * 1024, 7);
  const signature = sign(null, message, privateKey);
  const micros = (work: () => void, times: number): number => {
    for (let i = 0; i < times / 4; i++) work();
    const parts = Array.from({ length: 5 }, () => {
      const startMs = nowMs();
      for (let i = 0; i < times / 5; i++) work();
      return ((nowMs() - startMs) * 1_000) / (times / 5);
    });
    // The quickest: whatever else this machine did made the others slower.
    return Math.min(...parts);
  };
  const verifyMicros = micros(() => verify(null, message, publicKey, signature), rounds);
  const hashMicros = micros(() => hash('sha256', message, 'buffer'), 10 * rounds);
  const scale = verifyMicros / reference.verifyMicros;
  return {
    signMicros: micros(() => sign(null, message, privateKey), rounds),
    verifyMicros,
    hashMicros,
    hashMicrosPerKib: micros(() => hash('sha256', kib, 'buffer'), rounds / 4) / 64,
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
