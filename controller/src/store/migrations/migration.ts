/** One step of the schema. Once released its text never changes: a checksum of it is stored. */
export interface Migration {
  /** Counts from 1 without gaps. */
  readonly version: number;
  readonly name: string;
  /** Runs inside the migration transaction; no parameters, nothing from input. */
  readonly sql: string;
}
