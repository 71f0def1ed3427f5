import { describe, expect, it } from '@jest/globals';
import { evidenceListSchema, evidenceMax } from '../../../../node-image/src/contract/index.ts';
import type { Evidence } from '../../../../node-image/src/engine/seam/evidence.ts';
import { createEvidenceLog } from '../../../../node-image/src/shell/evidence-log.ts';

const signed = { signedHex: '01', signatureHex: '02' };
const piece = (round: number, offender = 0): Evidence => ({
  offence: 'double-vote',
  round,
  offender,
  first: signed,
  second: { ...signed, signedHex: '03' },
});

describe('the log of evidence', () => {
  it('keeps one piece for each offence, round and offender, oldest first', () => {
    const log = createEvidenceLog();
    expect([piece(2), piece(1), piece(2), piece(2, 1)].map((each) => log.add(each))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(log.list()).toEqual({ evidence: [piece(2), piece(1), piece(2, 1)], count: 3 });
  });

  it('counts what it has no room for', () => {
    const log = createEvidenceLog();
    for (let round = 0; round < evidenceMax + 10; round++) log.add(piece(round));
    const list = evidenceListSchema.parse(log.list());
    expect(list.count).toBe(evidenceMax + 10);
    expect(list.evidence).toHaveLength(evidenceMax);
    expect(list.evidence[0]).toEqual(piece(0));
    expect(log.add(piece(evidenceMax + 5))).toBe(false);
  });
});
