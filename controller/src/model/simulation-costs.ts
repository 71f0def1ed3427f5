import type { RunRecord } from './record.ts';

/** A simulated run says with it what work it reckoned with: another cost is another machine. */
export const costsSentenceStart =
  'Simulated, not measured: nodes shared the cores of this host in virtual time, ';

/** What follows in the warnings of a simulated run; null: it did not come so far. */
export function costsOf({ warnings }: Pick<RunRecord, 'warnings'>): string | null {
  const said = warnings.filter((text) => text.startsWith(costsSentenceStart));
  return said.length === 0
    ? null
    : said.map((text) => text.slice(costsSentenceStart.length)).join('; ');
}
