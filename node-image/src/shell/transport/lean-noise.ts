import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import type { ICryptoInterface, KeyPair } from '@chainsafe/libp2p-noise';
import { defaultCrypto } from '@chainsafe/libp2p-noise/crypto';
import type { ConnectionEncrypter, MessageStream, PrivateKey } from '@libp2p/interface';

type Bytes = Parameters<ICryptoInterface['hashSHA256']>[0];

const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const NOTHING = Buffer.alloc(0);

/**
 * The stock functions make OpenSSL keys anew from raw bytes for each of the three Diffie-Hellmans
 * of an end, and derive keys in JavaScript, which a node that has just started runs uncompiled.
 * Here a key stays the key it was made as, for as long as anybody holds its bytes.
 */
const privateKeys = new WeakMap<object, KeyObject>();
const publicKeys = new WeakMap<object, KeyObject>();

/** Noise's cryptography with a handshake that is computed natively; messages as in the stock one. */
export const leanNoiseCrypto: ICryptoInterface = {
  ...defaultCrypto,
  hashSHA256: (data) => hash('sha256', data.subarray(), 'buffer'),
  getHKDF(chainingKey, input) {
    const keys = new Uint8Array(hkdfSync('sha256', input, chainingKey, NOTHING, 96));
    return [keys.subarray(0, 32), keys.subarray(32, 64), keys.subarray(64)];
  },
  generateX25519KeyPair() {
    const { publicKey, privateKey } = generateKeyPairSync('x25519');
    return keyPairOf(publicKey, privateKey);
  },
  generateX25519KeyPairFromSeed(seed) {
    const privateKey = privateKeyOf(seed);
    return keyPairOf(createPublicKey(privateKey), privateKey);
  },
  generateX25519SharedKey: (privateKey, publicKey) =>
    diffieHellman({
      privateKey: privateKeys.get(privateKey) ?? privateKeyOf(privateKey),
      publicKey: publicKeys.get(publicKey) ?? publicKeyOf(publicKey),
    }),
};

/** What we touch of the class of encrypted connections, which is not exported. */
interface DecodingStream {
  readonly decoder?: { lengthDecoder: (bytes: Lengthy) => number };
}

interface Lengthy {
  readonly byteLength: number;
  getUint16(at: number): number;
}

/** No message of Noise is longer. */
const MESSAGE_BYTES_MAX = 0xffff;

/**
 * The stock decoder finds out that it has taken all of a chunk by an exception, stack and all, for
 * every chunk: a fifth of what it costs to receive a small message. A length that cannot have come
 * yet says the same. A connection of another shape is left as it is.
 */
export function decodingQuietly<Components>(
  create: (components: Components) => ConnectionEncrypter,
): (components: Components) => ConnectionEncrypter {
  return (components) => {
    const encrypter = create(components);
    const secureInbound = encrypter.secureInbound.bind(encrypter);
    const secureOutbound = encrypter.secureOutbound.bind(encrypter);
    encrypter.secureInbound = async (...given) => quietened(await secureInbound(...given));
    encrypter.secureOutbound = async (...given) => quietened(await secureOutbound(...given));
    return encrypter;
  };
}

function quietened<Secured extends { readonly connection: MessageStream }>(
  secured: Secured,
): Secured {
  const { decoder } = secured.connection as DecodingStream;
  if (decoder === undefined) return secured;
  decoder.lengthDecoder = (bytes) =>
    bytes.byteLength < 2 ? MESSAGE_BYTES_MAX : bytes.getUint16(0);
  return secured;
}

/**
 * Every handshake signs the same words, the static key of this node, and Ed25519 gives the same
 * signature each time (RFC 8032).
 */
export function signOnce(key: PrivateKey): PrivateKey {
  const sign = key.sign.bind(key);
  let last: { readonly message: Uint8Array; readonly signature: Uint8Array } | null = null;
  return Object.assign(key, {
    sign: async (message: Parameters<PrivateKey['sign']>[0]) => {
      const bytes = Uint8Array.from(message.subarray());
      if (last !== null && Buffer.compare(last.message, bytes) === 0) return last.signature;
      last = { message: bytes, signature: await sign(bytes) };
      return last.signature;
    },
  });
}

function keyPairOf(publicKey: KeyObject, privateKey: KeyObject): KeyPair {
  // As JSON Web Keys (RFC 8037), since DER takes twenty times as long to be written.
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const { d = '' } = privateKey.export({ format: 'jwk' });
  const pair = {
    publicKey: Buffer.from(x, 'base64url'),
    privateKey: Buffer.from(d, 'base64url'),
  };
  privateKeys.set(pair.privateKey, privateKey);
  return pair;
}

function privateKeyOf(raw: Bytes): KeyObject {
  const der = Buffer.concat([PKCS8_PREFIX, raw.subarray()]);
  return createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
}

function publicKeyOf(raw: Bytes): KeyObject {
  const der = Buffer.concat([SPKI_PREFIX, raw.subarray()]);
  const key = createPublicKey({ key: der, type: 'spki', format: 'der' });
  publicKeys.set(raw, key);
  return key;
}
