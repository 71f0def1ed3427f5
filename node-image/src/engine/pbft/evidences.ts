import type { Evidence } from '../seam/evidence.ts';
import { toHex } from '../shared/bytes.ts';

/** Offences remembered so as not to be told twice. */
const rememberedMax = 1_024;

export interface Signed {
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** Makes evidence, one piece for each offence, round and offender. */
export class Evidences {
  readonly #told = new Set<string>();

  has(offence: Evidence['offence'], round: number, offender: number): boolean {
    return this.#told.has(`${offence}/${round}/${offender}`);
  }

  /**
   * @param both verified
   * @returns null if it was told before
   */
  make(
    { offence, round, offender }: Pick<Evidence, 'offence' | 'round' | 'offender'>,
    both: readonly [Signed, Signed],
  ): Evidence | null {
    if (this.has(offence, round, offender)) return null;
    this.#told.add(`${offence}/${round}/${offender}`);
    if (this.#told.size > rememberedMax) {
      for (const oldest of this.#told) {
        this.#told.delete(oldest);
        break;
      }
    }
    const [first, second] = both.map(({ bytes, signature }) => ({
      signedHex: toHex(bytes),
      signatureHex: toHex(signature),
    }));
    if (first === undefined || second === undefined) return null;
    return { offence, round, offender, first, second };
  }
}
