import * as z from 'zod';

/**
 * What an honest node can prove against another (capability `evidence`). In words:
 * docs/node-contract.md.
 */

const hex = z.string().regex(/^([0-9a-f]{2})+$/);
const signedSchema = z.object({ signedHex: hex, signatureHex: hex });

/** Two strings, both signed by the offender, that an honest member never signs both of. */
export const evidenceSchema = z.object({
  offence: z.enum(['double-proposal', 'double-vote', 'double-give-up']),
  /** Round, view or slot, as the protocol counts. */
  round: z.number().int().min(0),
  offender: z.number().int().min(0),
  first: signedSchema,
  second: signedSchema,
});
export type NodeEvidence = z.infer<typeof evidenceSchema>;

/** Most pieces that a node keeps and hands out; of more it keeps the count. */
export const evidenceMax = 256;

/** Reply of GET /v1/evidence: one piece for each offence, round and offender, oldest first. */
export const evidenceListSchema = z.object({
  evidence: z.array(evidenceSchema).max(evidenceMax),
  /** All that were ever found, those beyond `evidenceMax` included. */
  count: z.number().int().min(0),
});
export type EvidenceList = z.infer<typeof evidenceListSchema>;
