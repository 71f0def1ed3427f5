import type { Effect } from '../comparison/effect.ts';
import { clamp, geometricScore, type Part, weakestPart } from './weigh.ts';

/** How much a trend or a comparison can bear, 0-100 with its weakest part. */
export interface SeriesQuality {
  readonly score: number;
  readonly weakest: string | null;
}

export interface SeriesEvidence {
  readonly sessions: number;
  /** Sessions that were comparable, of all that were looked at, 0-1. */
  readonly comparableShare: number;
  /** Robust coefficient of variation of the session values. */
  readonly noise: number;
  /** Mean quality of their cells, 0-100. */
  readonly pointQuality: number;
}

/** min(1, (n-2)/10)^.3 share^.3 clamp(1 - rCV/.3)^.2 (quality/100)^.2; below five sessions at most 40. */
export function trendQuality(evidence: SeriesEvidence): SeriesQuality {
  const found = combine([
    { name: 'sessions', weight: 0.3, value: clamp((evidence.sessions - 2) / 10) },
    ...commonParts(evidence),
  ]);
  return evidence.sessions < 5 ? { ...found, score: Math.min(40, found.score) } : found;
}

/** The same with the design in place of the number of sessions. */
export function comparisonQuality(
  effect: Pick<Effect, 'design' | 'count'>,
  evidence: Omit<SeriesEvidence, 'sessions'>,
): SeriesQuality {
  const value = designFactor(effect);
  return combine([{ name: 'design', weight: 0.3, value }, ...commonParts(evidence)]);
}

function designFactor({ design, count }: Pick<Effect, 'design' | 'count'>): number {
  if (count < 4) return 0.3;
  return design === 'paired-blocks' || design === 'history' ? 1 : 0.6;
}

function commonParts(evidence: Omit<SeriesEvidence, 'sessions'>): readonly Part[] {
  return [
    { name: 'comparable', weight: 0.3, value: evidence.comparableShare },
    { name: 'noise', weight: 0.2, value: clamp(1 - evidence.noise / 0.3) },
    { name: 'points', weight: 0.2, value: clamp(evidence.pointQuality / 100) },
  ];
}

function combine(parts: readonly Part[]): SeriesQuality {
  return { score: 100 * (geometricScore(parts) ?? 0), weakest: weakestPart(parts) };
}
