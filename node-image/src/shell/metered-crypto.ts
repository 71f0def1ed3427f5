import type { Crypto } from '../engine/seam/crypto.ts';

/** What signatures cost a node: how many there were, and the time that they took. */
export interface SignatureCosts {
  made: number;
  makingMs: number;
  /** Checks, each of one signature or of one aggregate. */
  checked: number;
  checkingMs: number;
}

export const NO_SIGNATURES: Readonly<SignatureCosts> = {
  made: 0,
  makingMs: 0,
  checked: 0,
  checkingMs: 0,
};

/** The same, with what it costs added up in `costs`. Adding signatures up is a part of checking. */
export function meteredCrypto(crypto: Crypto, costs: SignatureCosts, nowMs: () => number): Crypto {
  const checking = <T>(count: number, check: () => T): T => {
    const startedMs = nowMs();
    const outcome = check();
    costs.checked += count;
    costs.checkingMs += nowMs() - startedMs;
    return outcome;
  };
  const { aggregation } = crypto;
  return {
    hash: crypto.hash,
    sign(message) {
      const startedMs = nowMs();
      const signature = crypto.sign(message);
      costs.made += 1;
      costs.makingMs += nowMs() - startedMs;
      return signature;
    },
    verify: (signer, message, signature) =>
      checking(1, () => crypto.verify(signer, message, signature)),
    aggregation: aggregation && {
      aggregate: (signatures) => checking(0, () => aggregation.aggregate(signatures)),
      verify: (statements, aggregate) =>
        checking(1, () => aggregation.verify(statements, aggregate)),
    },
  };
}
