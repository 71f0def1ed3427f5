/** A value given on the command line; stands in for whatever the file says at `path`. */
export interface Override {
  readonly path: readonly string[];
  readonly value: unknown;
  /** How to call it in a message: `--rate`. */
  readonly option: string;
}
