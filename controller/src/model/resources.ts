/** Limits as a scenario asks for them; what they come to on a host is in the capacity of a plan. */
export interface ResourceSpec {
  /**
   * Cores per node, fractions allowed; null = no limit. `fair` is the cores of the host over the
   * largest size: a plan keeps the word, so that it is the same on every machine.
   */
  readonly cpus: number | 'fair' | null;
  /** Bytes per node; null = no limit. */
  readonly memoryBytes: number | null;
  readonly pidsMax: number;
}
