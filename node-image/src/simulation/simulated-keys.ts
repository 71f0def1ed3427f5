import { hash } from 'node:crypto';
import type { Configure, SignatureSchemeName, SimulationCosts } from '../contract/index.ts';
import type { Crypto } from '../engine/seam/crypto.ts';
import type { KeyDesk } from '../shell/key-desk.ts';
import { meteredCrypto, NO_SIGNATURES, type SignatureCosts } from '../shell/metered-crypto.ts';
import type { Processor } from './machine.ts';
import { createSimulatedCrypto } from './simulated-crypto.ts';

/** The keys of a simulated node: 32 bytes that stand for a pair of whatever scheme is asked for. */
export function createSimulatedKeys(
  nodeIndex: number,
  seed: Uint8Array,
  { processor, costs }: { readonly processor: Processor; readonly costs: SimulationCosts },
): KeyDesk {
  const spent: SignatureCosts = { ...NO_SIGNATURES };
  const keyOf = (purpose: string): string =>
    hash('sha256', Buffer.concat([seed, Buffer.from(purpose)]));
  const cryptoOf = (keys: readonly string[], name: SignatureSchemeName): Crypto =>
    createSimulatedCrypto(
      nodeIndex,
      keys.map((key) => Buffer.from(key, 'hex')),
      { processor, costs, scheme: costs.schemes[name] },
    );
  const transportCrypto = ({ committee }: Configure): Crypto =>
    cryptoOf(
      committee.map(({ publicKeyHex }) => publicKeyHex),
      'ed25519',
    );
  const consensusCrypto = (configuration: Configure): Crypto => {
    const { committee, signature } = configuration;
    if (signature === undefined) return transportCrypto(configuration);
    return cryptoOf(
      committee.map(({ consensusKey }) => consensusKey?.publicKeyHex ?? ''),
      signature,
    );
  };
  return {
    publicKeyHex: keyOf('transport'),
    costs: spent,
    consensusKey: async ({ scheme }) => ({ publicKeyHex: keyOf(scheme) }),
    consensusCrypto: async (configuration) =>
      meteredCrypto(consensusCrypto(configuration), spent, () => processor.nowMs),
    transportCrypto,
  };
}
