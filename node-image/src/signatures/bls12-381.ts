import type * as Library from '@chainsafe/blst';
import type { Aggregation, SignedStatement } from '../engine/seam/crypto.ts';
import type { CommitteeKeys, MemberKey, SignatureScheme } from './scheme.ts';

/**
 * BLS signatures over BLS12-381 (draft-irtf-cfrg-bls-signature, BLS_SIG_BLS12381G2_XMD:SHA-256_
 * SSWU_RO_POP_), public keys in G1 and signatures in G2 ("min-pk"). The other way round a signature
 * would be 48 bytes instead of 96, but a certificate holds one signature, while whoever checks one
 * adds up a quorum of public keys, and that is twice as fast in G1. It is also what Ethereum uses,
 * whose library this is.
 *
 * Aggregates are only safe among keys whose owners proved that they have them: each comes with a
 * signature of itself, under a prefix that no protocol's statements start with.
 */
export type BlsLibrary = typeof Library;

const PUBLIC_KEY_BYTES = 48;
const SIGNATURE_BYTES = 96;
const POSSESSION_PREFIX = Buffer.from('prsm-testbed/bls-possession/1|', 'utf8');

export function createBls12381(blst: BlsLibrary): SignatureScheme {
  return {
    name: 'bls12-381',
    publicKeyBytes: PUBLIC_KEY_BYTES,
    signatureBytes: SIGNATURE_BYTES,
    createKey(seed) {
      const secret = blst.SecretKey.fromKeygen(seed);
      const publicKey = secret.toPublicKey().toBytes();
      return {
        publicKey,
        possession: secret.sign(possessionOf(publicKey)).toBytes(),
        sign(message) {
          if (isPossession(message))
            throw new Error('A statement in the form of a proof of a key.');
          return secret.sign(message).toBytes();
        },
      };
    },
    importKeys(members) {
      const keys = members.map((member, index) => importKey(blst, member, index));
      checkPossessions(blst, members, keys);
      return committeeOf(blst, keys);
    },
  };
}

function committeeOf(blst: BlsLibrary, keys: readonly Library.PublicKey[]): CommitteeKeys {
  return {
    verify(signer, message, bytes) {
      const key = keys[signer];
      const signature = readSignature(blst, bytes);
      return key !== undefined && signature !== null && blst.verify(message, key, signature);
    },
    aggregation: {
      // Each may lie outside the group: the sum is checked when it is verified, and it is it that counts.
      aggregate(signatures) {
        if (signatures.some(({ length }) => length !== SIGNATURE_BYTES)) return null;
        try {
          return blst.aggregateSerializedSignatures([...signatures]).toBytes();
        } catch {
          return null;
        }
      },
      verify: (statements, aggregate) => verifyAggregate(blst, keys, statements, aggregate),
    } satisfies Aggregation,
  };
}

/** One pairing for each different message, and one for the aggregate. */
function verifyAggregate(
  blst: BlsLibrary,
  keys: readonly Library.PublicKey[],
  statements: readonly SignedStatement[],
  aggregate: Uint8Array,
): boolean {
  const signature = readSignature(blst, aggregate);
  const groups = groupByMessage(keys, statements);
  if (signature === null || groups === null) return false;
  const [only] = groups;
  if (only === undefined) return false;
  if (groups.length === 1) return blst.fastAggregateVerify(only.message, only.keys, signature);
  return blst.aggregateVerify(
    groups.map(({ message }) => message),
    groups.map((group) => blst.aggregatePublicKeys(group.keys)),
    signature,
  );
}

interface Group {
  readonly message: Uint8Array;
  readonly keys: Library.PublicKey[];
  readonly signers: Set<number>;
}

/** @returns null if a signer is not a member, or says the same twice */
function groupByMessage(
  keys: readonly Library.PublicKey[],
  statements: readonly SignedStatement[],
): readonly Group[] | null {
  const groups = new Map<string, Group>();
  for (const { signer, message } of statements) {
    const key = keys[signer];
    if (key === undefined) return null;
    const name = Buffer.from(message.buffer, message.byteOffset, message.length).toString('latin1');
    const group = groups.get(name) ?? { message, keys: [], signers: new Set() };
    if (group.signers.has(signer)) return null;
    group.signers.add(signer);
    group.keys.push(key);
    groups.set(name, group);
  }
  return [...groups.values()];
}

/** @returns null for what is no point of the group */
function readSignature(blst: BlsLibrary, bytes: Uint8Array): Library.Signature | null {
  if (bytes.length !== SIGNATURE_BYTES) return null;
  try {
    return blst.Signature.fromBytes(bytes, true);
  } catch {
    return null;
  }
}

function importKey(blst: BlsLibrary, { publicKey }: MemberKey, index: number): Library.PublicKey {
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    throw new Error(`The public key of member ${index} is not ${PUBLIC_KEY_BYTES} bytes.`);
  }
  try {
    return blst.PublicKey.fromBytes(publicKey, true);
  } catch (cause) {
    throw new Error(`The public key of member ${index} is not valid.`, { cause });
  }
}

/** All at once, which takes half the time; one by one only to say which is false. */
function checkPossessions(
  blst: BlsLibrary,
  members: readonly MemberKey[],
  keys: readonly Library.PublicKey[],
): void {
  const proofs = members.flatMap(({ publicKey, possession }, index) => {
    const pk = keys[index];
    const sig = possession === null ? null : readSignature(blst, possession);
    if (pk === undefined || sig === null) throw unproven(index);
    return [{ msg: possessionOf(publicKey), pk, sig }];
  });
  if (proofs.length === 0 || blst.verifyMultipleAggregateSignatures(proofs)) return;
  const culprit = proofs.findIndex(({ msg, pk, sig }) => !blst.verify(msg, pk, sig));
  if (culprit !== -1) throw unproven(culprit);
}

function unproven(index: number): Error {
  return new Error(`Member ${index} does not prove that it has the key that it gives as its own.`);
}

function possessionOf(publicKey: Uint8Array): Buffer {
  return Buffer.concat([POSSESSION_PREFIX, publicKey]);
}

function isPossession(message: Uint8Array): boolean {
  return POSSESSION_PREFIX.equals(message.subarray(0, POSSESSION_PREFIX.length));
}
