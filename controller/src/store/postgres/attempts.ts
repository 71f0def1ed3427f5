/** Attempts of one run; the last of each repetition unless all are asked for. $1 is the run. */
export const attemptFilter = {
  last: 'select attempt_key from testbed.run_attempts where run_id = $1 and is_last',
  all: 'select attempt_key from testbed.run_attempts where run_id = $1',
} as const;

/** Rows of one table, sorted into the attempts they belong to. */
export type ByAttempt<T> = ReadonlyMap<number, readonly T[]>;

export function groupByAttempt<Row extends { readonly attempt_key: number }, T>(
  rows: readonly Row[],
  decode: (row: Row) => T,
): ByAttempt<T> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(row.attempt_key);
    if (group === undefined) groups.set(row.attempt_key, [decode(row)]);
    else group.push(decode(row));
  }
  return groups;
}
