/** A run in words, shared by the terminal and the HTML report. */
import { formatBytes, formatDuration, formatNumber } from '../lib/units.ts';
import type { CellFinding, Headline } from '../model/finding.ts';
import type { RunRecord, Verdict } from '../model/record.ts';

/** The word that goes with the colour of a headline. */
export const headlineWords: Readonly<Record<Headline['kind'], string>> = {
  'safety-violation': 'SAFETY VIOLATION',
  failed: 'FAILED',
  invalid: 'INVALID',
  'host-limited': 'HOST-LIMITED',
  suspect: 'SUSPECT',
  valid: 'VALID',
};

/** How bad a headline is: green, yellow or red. */
export function headlineTone(kind: Headline['kind']): 'good' | 'caution' | 'bad' {
  switch (kind) {
    case 'valid':
      return 'good';
    case 'host-limited':
    case 'suspect':
      return 'caution';
    case 'safety-violation':
    case 'failed':
    case 'invalid':
      return 'bad';
  }
}

/** `docker, 600 tx/s offered (poisson, 128 B each), 5 repetitions of 20 s per size, seed 7` */
export function describeLoad(run: RunRecord): string {
  const { load, phases, repetitions, seed } = run.plan.scenario;
  const rate = `${formatNumber(load.rateTxPerSec, 1)} tx/s offered`;
  const times = `${repetitions} ${repetitions === 1 ? 'repetition' : 'repetitions'}`;
  return (
    `${run.runtime}, ${rate} (${load.arrivals}, ${formatBytes(load.sizeBytes)} each), ` +
    `${times} of ${formatDuration(phases.measureMs)} per size, seed ${seed}`
  );
}

/** A reason, and the sizes that share it. */
export interface Concern {
  /** `n = 4, 7` */
  readonly sizes: string;
  readonly verdict: Verdict;
  readonly text: string;
}

/** The reasons of all sizes, each text once per verdict, in order of size. */
export function listConcerns(cells: readonly CellFinding[]): readonly Concern[] {
  const concerns: { sizes: string; verdict: Verdict; text: string }[] = [];
  for (const cell of cells) {
    for (const { text } of cell.reasons) {
      const known = concerns.find((one) => one.text === text && one.verdict === cell.verdict);
      if (known === undefined) {
        concerns.push({ sizes: `n = ${cell.nodeCount}`, verdict: cell.verdict, text });
      } else known.sizes += `, ${cell.nodeCount}`;
    }
  }
  return concerns;
}
