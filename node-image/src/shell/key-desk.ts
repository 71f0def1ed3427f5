import { hkdfSync } from 'node:crypto';
import type {
  Configure,
  ConsensusKey,
  ConsensusKeyOrder,
  SignatureSchemeName,
} from '../contract/index.ts';
import type { Crypto } from '../engine/seam/crypto.ts';
import { ed25519 } from '../signatures/ed25519.ts';
import { loadScheme } from '../signatures/registry.ts';
import type { MemberKey, SignatureScheme, SigningKey } from '../signatures/scheme.ts';
import { findKeyFault } from './configuration-faults.ts';
import { ProblemError } from './control/problem.ts';
import { meteredCrypto, NO_SIGNATURES, type SignatureCosts } from './metered-crypto.ts';
import { createNodeCrypto } from './node-crypto.ts';

/**
 * What this node signs with: the key of its transport, whose Ed25519 also names its peer, and apart
 * from it a key of consensus, of the scheme that is asked for. All are made of seeds in the state
 * folder, and nothing but public keys leaves this file.
 */
export interface KeyDesk {
  /** Of the transport, raw. */
  readonly publicKeyHex: string;
  readonly costs: Readonly<SignatureCosts>;
  /** @throws ProblemError SCHEME_MISSING if this machine lacks the library behind it */
  consensusKey(order: ConsensusKeyOrder): Promise<ConsensusKey>;
  /**
   * What the members of this committee sign their consensus with.
   * @throws ProblemError for keys that are missing, not valid, or not proven to be their members' own
   */
  consensusCrypto(configuration: Configure): Promise<Crypto>;
  /** For what relays hand on: signed by its origin with the key of its transport. */
  transportCrypto(configuration: Configure): Crypto;
}

export interface KeyDeskOptions {
  readonly nodeIndex: number;
  /** 32 random bytes each, of which nothing else is made. */
  readonly transportSeed: Uint8Array;
  readonly consensusSeed: Uint8Array;
  readonly nowMs: () => number;
}

export function createKeyDesk(options: KeyDeskOptions): KeyDesk {
  const { nodeIndex, transportSeed, consensusSeed, nowMs } = options;
  const transportKey = ed25519.createKey(transportSeed);
  const costs: SignatureCosts = { ...NO_SIGNATURES };

  const ownKey = (scheme: SignatureScheme): SigningKey => {
    const purpose = `prsm-testbed/consensus-key/1|${scheme.name}`;
    return scheme.createKey(Buffer.from(hkdfSync('sha256', consensusSeed, '', purpose, 32)));
  };
  const metered = (crypto: Crypto): Crypto => meteredCrypto(crypto, costs, nowMs);

  const transportCrypto = ({ committee }: Configure): Crypto => {
    const members = committee.map(({ publicKeyHex }) => memberKey({ publicKeyHex }));
    return createNodeCrypto(transportKey, ed25519.importKeys(members));
  };

  return {
    publicKeyHex: toHex(transportKey.publicKey),
    costs,
    consensusKey: async ({ scheme }) => described(ownKey(await load(scheme))),
    async consensusCrypto(configuration) {
      // Told of no scheme, its members sign with the keys that name them.
      if (configuration.signature === undefined) return metered(transportCrypto(configuration));
      const scheme = await load(configuration.signature);
      const key = ownKey(scheme);
      const fault = findKeyFault(configuration, { index: nodeIndex, ...described(key) });
      if (fault !== null) throw new ProblemError(400, 'BAD_REQUEST', `${fault}.`);
      const members = configuration.committee.flatMap(({ consensusKey }) =>
        consensusKey === undefined ? [] : [memberKey(consensusKey)],
      );
      return metered(createNodeCrypto(key, scheme.importKeys(members)));
    },
    transportCrypto,
  };
}

async function load(name: SignatureSchemeName): Promise<SignatureScheme> {
  try {
    return await loadScheme(name);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ProblemError(409, 'SCHEME_MISSING', why);
  }
}

function described({ publicKey, possession }: MemberKey): ConsensusKey {
  return {
    publicKeyHex: toHex(publicKey),
    ...(possession === null ? {} : { possessionHex: toHex(possession) }),
  };
}

function memberKey({ publicKeyHex, possessionHex }: ConsensusKey): MemberKey {
  return {
    publicKey: Buffer.from(publicKeyHex, 'hex'),
    possession: possessionHex === undefined ? null : Buffer.from(possessionHex, 'hex'),
  };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
