/**
 * Proof that a committee member signed two contradicting things; verifiable by anyone who has the
 * chain's public keys: both strings start with the protocol's domain and the chain id, and say
 * what they are (shared/signed-statement.ts).
 */
export interface Evidence {
  readonly offence: 'double-proposal' | 'double-vote' | 'double-give-up';
  /** Round, view or slot, as the protocol counts. */
  readonly round: number;
  readonly offender: number;
  readonly first: SignedBytes;
  readonly second: SignedBytes;
}

export interface SignedBytes {
  readonly signedHex: string;
  readonly signatureHex: string;
}
