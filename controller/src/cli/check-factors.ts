import { differenceKeys } from '../analyse/comparison/find-differences.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { nearest } from '../lib/nearest.ts';
import type { RunRecord } from '../model/record.ts';

/**
 * A factor that is misspelt would allow nothing, and what it was meant for would be refused.
 * @throws TestbedError USAGE for a key that no two runs can differ in
 */
export function checkFactors(factors: readonly string[], run: RunRecord, command: string): void {
  const known = differenceKeys(run);
  const unknown = factors.find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  throw new TestbedError(
    'USAGE',
    `There is no key "${unknown}" to differ in.${meant === undefined ? '' : ` Did you mean ${meant}?`} There are ${known.join(', ')}.`,
    { hint: `See \`testbed ${command} --help\`.` },
  );
}
