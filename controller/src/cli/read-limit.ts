import { TestbedError } from '../errors/testbed-error.ts';

const limitMax = 10_000;

/** `--limit` of verbs that list stored runs. @throws TestbedError USAGE */
export function readLimit(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= limitMax) return limit;
  throw new TestbedError(
    'USAGE',
    `--limit takes a whole number from 1 to ${limitMax}, not "${text}".`,
  );
}
