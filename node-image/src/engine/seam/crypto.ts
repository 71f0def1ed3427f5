/**
 * Signatures and hashes as a dependency: deterministic for the engine, so still pure. Real nodes
 * use the scheme of `signatures/` that the scenario names, and SHA-256; the simulator may use
 * something cheaper that cannot be forged inside the simulation.
 */
export interface Crypto {
  sign(message: Uint8Array): Uint8Array;
  /** False too for members that there are not, and for signatures of a wrong length. */
  verify(signer: number, message: Uint8Array, signature: Uint8Array): boolean;
  /** SHA-256, or a stand-in of the same length in the simulator. */
  hash(...parts: readonly Uint8Array[]): Uint8Array;
  /** Null where the scheme cannot aggregate: certificates then hold one signature per signer. */
  readonly aggregation: Aggregation | null;
}

/** One member's statement inside an aggregate. */
export interface SignedStatement {
  readonly signer: number;
  readonly message: Uint8Array;
}

/** Many signatures as one (BLS): of one message by many, or of many messages. */
export interface Aggregation {
  /** @returns one signature for all of them; null if one is not a signature at all */
  aggregate(signatures: readonly Uint8Array[]): Uint8Array | null;
  /** Whether every statement was signed. Statements of one message are checked together. */
  verify(statements: readonly SignedStatement[], aggregate: Uint8Array): boolean;
}
