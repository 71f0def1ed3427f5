import type { Aggregation, SignedStatement } from '../seam/crypto.ts';

/** Somebody's statement, and what is said to be the signature of it. */
export interface Claim extends SignedStatement {
  readonly signature: Uint8Array;
}

/** What is left of some claims when the false ones are gone. */
export interface Proof {
  readonly parts: readonly Claim[];
  /** One for each part, or one of all of them. */
  readonly signatures: readonly Uint8Array[];
  /** Whose signature was false. */
  readonly culprits: readonly number[];
}

/**
 * Quorums under a scheme that adds signatures up: taken as they come, and checked as one. Only if
 * that fails are they checked one by one. What is handed on was made or checked here: an aggregate
 * that others made is never a part of another, nor true because its members are known to agree.
 */
export class Aggregates {
  readonly #aggregation: Aggregation;
  readonly #isTrue: (signer: number, message: Uint8Array, signature: Uint8Array) => boolean;
  /** A false signature of theirs was found: they do not get to spoil a quorum again. */
  readonly #suspects = new Set<number>();
  #checks = 0;

  constructor(
    aggregation: Aggregation,
    isTrue: (signer: number, message: Uint8Array, signature: Uint8Array) => boolean,
  ) {
    this.#aggregation = aggregation;
    this.#isTrue = isTrue;
  }

  /** Of aggregates; those of single signatures are counted by whoever makes them. */
  get checks(): number {
    return this.#checks;
  }

  /** Whether what this member signs may wait to be checked with what others sign. */
  mayWait(signer: number): boolean {
    return !this.#suspects.has(signer);
  }

  prove(claims: readonly Claim[]): Proof {
    const whole = this.#add(claims);
    if (whole !== null && this.holds(claims, whole)) {
      return { parts: claims, signatures: [whole], culprits: [] };
    }
    const parts: Claim[] = [];
    const culprits: number[] = [];
    for (const claim of claims) {
      if (this.#isTrue(claim.signer, claim.message, claim.signature)) parts.push(claim);
      else culprits.push(claim.signer);
    }
    for (const culprit of culprits) this.#suspects.add(culprit);
    const rest = this.#add(parts);
    return { parts, signatures: rest === null ? [] : [rest], culprits };
  }

  /** Whether all of them said so. */
  holds(statements: readonly SignedStatement[], aggregate: Uint8Array): boolean {
    this.#checks++;
    return this.#aggregation.verify(statements, aggregate);
  }

  #add(claims: readonly Claim[]): Uint8Array | null {
    if (claims.length === 0) return null;
    return this.#aggregation.aggregate(claims.map(({ signature }) => signature));
  }
}
