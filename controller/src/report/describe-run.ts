/** A run in words, shared by the terminal and the HTML report. */
import { formatBytes, formatDuration, formatNumber } from '../lib/units.ts';
import type { Headline } from '../model/finding.ts';
import type { RunRecord } from '../model/record.ts';

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
