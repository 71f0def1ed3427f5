import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { evidenceSchema } from '../../../node-image/src/contract/index.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { findFlaw } from '../judge/check-evidence.ts';
import { fileReason } from '../lib/file-reason.ts';
import type { StoredRun } from '../model/record.ts';

/** Evidence of a stored run, or of a file that one was written to, checked anew by whoever asks. */

/** One piece, and what a third party makes of it now. */
export interface CheckedEvidence extends z.infer<typeof evidenceSchema> {
  /** `n4, repetition 1, attempt 1` */
  readonly where: string;
  readonly publicKeyHex: string | null;
  readonly isAgainstHonest: boolean;
  /** Why it proves nothing; null: it proves what it says. */
  readonly flaw: string | null;
}

const committeeSchema = z.object({
  chainId: z.string(),
  scheme: z.string(),
  publicKeys: z.array(z.string()),
});

/** What is read of `result.json`; everything else in it is left alone. */
const documentSchema = z.object({
  repetitions: z.array(
    z.object({
      cellId: z.string(),
      repetition: z.number(),
      attempt: z.number(),
      byzantine: z
        .object({
          members: z.array(z.object({ nodeIndex: z.number() })),
          evidence: z.array(evidenceSchema),
          committee: committeeSchema.nullable(),
        })
        .optional(),
    }),
  ),
});
export type EvidenceSource = z.infer<typeof documentSchema>;

/** @throws TestbedError EVIDENCE_UNREADABLE */
export async function readEvidenceFile(path: string): Promise<EvidenceSource> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(`${path} cannot be read: ${fileReason(error)}.`, error);
  }
  try {
    return documentSchema.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(`${path} is no result of this testbed.`, error);
  }
}

function unreadable(message: string, cause: unknown): TestbedError {
  return new TestbedError('EVIDENCE_UNREADABLE', message, {
    hint: 'Evidence is in result.json, which `testbed export RUN --format json` writes; its form is in docs/evidence.md.',
    cause,
  });
}

/** Every piece, checked by the keys that are stored beside it. Pure. */
export function checkAll({ repetitions }: EvidenceSource | StoredRun): readonly CheckedEvidence[] {
  return repetitions.flatMap(({ cellId, repetition, attempt, byzantine }) => {
    const { members = [], evidence = [], committee = null } = byzantine ?? {};
    const where = `${cellId}, repetition ${repetition + 1}, attempt ${attempt + 1}`;
    return evidence.map(({ offence, round, offender, first, second }): CheckedEvidence => {
      const piece = { offence, round, offender, first, second };
      return {
        where,
        ...piece,
        publicKeyHex: committee?.publicKeys[offender] ?? null,
        isAgainstHonest: !members.some(({ nodeIndex }) => nodeIndex === offender),
        flaw: committee === null ? 'no keys are stored with it' : findFlaw(piece, committee),
      };
    });
  });
}
