import { type EvidenceList, evidenceMax } from '../contract/index.ts';
import type { Evidence } from '../engine/seam/evidence.ts';

/** Offences remembered, so that none counts twice; far more than a node ever keeps pieces of. */
const offencesMax = 16_384;

/** What this node can prove against others: one piece for each offence, round and offender. */
export interface EvidenceLog {
  /** @returns whether it is news */
  add(evidence: Evidence): boolean;
  list(): EvidenceList;
  /** All that were ever found. */
  readonly count: number;
}

export function createEvidenceLog(): EvidenceLog {
  const kept: Evidence[] = [];
  const offences = new Set<string>();
  let count = 0;
  return {
    add(evidence) {
      const { offence, round, offender } = evidence;
      const key = `${offence} ${round} ${offender}`;
      if (offences.has(key)) return false;
      offences.add(key);
      if (offences.size > offencesMax) forgetOldest(offences);
      count += 1;
      if (kept.length < evidenceMax) kept.push(evidence);
      return true;
    },
    list: () => ({ evidence: [...kept], count }),
    get count() {
      return count;
    },
  };
}

function forgetOldest(keys: Set<string>): void {
  for (const oldest of keys) {
    keys.delete(oldest);
    return;
  }
}
