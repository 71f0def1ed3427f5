import type { SignatureSchemeName } from '../../../../node-image/src/contract/index.ts';

/** What work costs a simulated node, microseconds; node-image/src/simulation/costs.ts says of what. */
export interface Costs {
  readonly turnMicros: number;
  readonly sendMicros: number;
  readonly sendMicrosPerKib: number;
  readonly receiveMicros: number;
  readonly receiveMicrosPerKib: number;
  readonly messageMicros: number;
  readonly transactionMicros: number;
  readonly persistMicros: number;
  readonly schemes: Readonly<Record<SignatureSchemeName, SchemeCosts>>;
  readonly hashMicros: number;
  readonly hashMicrosPerKib: number;
}

export interface SchemeCosts {
  readonly signMicros: number;
  readonly verifyMicros: number;
  readonly signatureBytes: number;
  /** Null: the scheme cannot aggregate. */
  readonly addMicros: number | null;
}
