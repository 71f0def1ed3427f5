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
  readonly signMicros: number;
  readonly verifyMicros: number;
  readonly hashMicros: number;
  readonly hashMicrosPerKib: number;
}
