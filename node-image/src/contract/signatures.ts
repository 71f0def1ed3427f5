import * as z from 'zod';

/**
 * The key with which a member signs what it says in consensus (capability `signatures`): apart from
 * the key of its transport, of a scheme that the scenario chooses. In words: docs/node-contract.md.
 */
export const signatureSchemeNames = [
  'ed25519',
  'ecdsa-p256',
  'ml-dsa-44',
  'ml-dsa-65',
  'ml-dsa-87',
  'bls12-381',
] as const;
export const signatureSchemeSchema = z.enum(signatureSchemeNames);
export type SignatureSchemeName = z.infer<typeof signatureSchemeSchema>;

const hex = z.string().regex(/^([0-9a-f]{2})+$/);

/**
 * Body of POST /v1/consensus-key, before `configure`: make a key of this scheme. Asked again, also
 * after a restart that found the state empty, a node answers with the same key.
 */
export const consensusKeyOrderSchema = z.strictObject({ scheme: signatureSchemeSchema });
export type ConsensusKeyOrder = z.infer<typeof consensusKeyOrderSchema>;

/**
 * The public half, raw, and for schemes whose signatures aggregate a proof that its owner has the
 * other half: else a member could choose its key such that it cancels those of others.
 */
export const consensusKeySchema = z.object({
  publicKeyHex: hex,
  possessionHex: hex.optional(),
});
export type ConsensusKey = z.infer<typeof consensusKeySchema>;
