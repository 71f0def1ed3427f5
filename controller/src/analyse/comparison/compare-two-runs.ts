import type { RunFinding } from '../../model/finding.ts';
import { wordCell } from '../../model/word-cell.ts';
import { mean } from '../describe.ts';
import { type ComparablePair, comparePairs, type MeasureEffect } from './compare-pairs.ts';
import { compareSessions } from './compare-sessions.ts';
import { type ComparedSide, sidesOf, valuesOf } from './compared-side.ts';
import type { Comparison } from './comparison.ts';
import { type Difference, findDifferences, findSoftwareDifferences } from './find-differences.ts';
import { pairCells } from './pair-cells.ts';
import { measureSessionNoise } from './session-noise.ts';

export interface TwoRunOptions {
  /** Keys that may differ: the factor under test. */
  readonly factors: readonly string[];
  readonly significance: number;
}

/**
 * Two sessions at different times, cell by cell. How much two sessions of one unchanged system
 * differ is not known from two, so it is assumed, and said to be.
 */
export function compareTwoRuns(a: RunFinding, b: RunFinding, options: TwoRunOptions): Comparison {
  const { factors, significance } = options;
  const located = (finding: RunFinding) =>
    sidesOf(finding).map((side) => ({ side, coordinates: side.cell.coordinates }));
  const pairs = pairCells(located(a), located(b)).flatMap((group): readonly ComparablePair[] =>
    group.a.flatMap(({ side: older }) =>
      group.b.map(({ side: newer }) => ({
        coordinates: longer(older, newer).cell.coordinates,
        a: older.run.id,
        b: newer.run.id,
        older,
        newer,
        refused: findDifferences(older, newer, factors),
        measure: measureSessions(older, newer),
      })),
    ),
  );
  const count = Math.min(
    ...pairs.map(({ older, newer }) =>
      Math.min(older.repetitions.length, newer.repetitions.length),
    ),
  );
  return comparePairs(pairs, {
    significance,
    design: count < 4 ? 'smoke' : 'lone',
    underTest: findSoftwareDifferences(a.run, b.run),
  });
}

/** Cells that only one of two runs has: they are compared with nothing, and named. */
export function listUnpaired(
  a: RunFinding,
  b: RunFinding,
): { readonly a: readonly string[]; readonly b: readonly string[] } {
  const groups = pairCells(a.cells, b.cells);
  return {
    a: groups.filter((group) => group.b.length === 0).flatMap((group) => group.a.map(wordCell)),
    b: groups.filter((group) => group.a.length === 0).flatMap((group) => group.b.map(wordCell)),
  };
}

/** Keys of all refused pairs, each once with its first values. */
export function mergeRefused({ pairs }: Comparison): readonly Difference[] {
  const merged = new Map<string, Difference>();
  for (const one of pairs.flatMap(({ refused }) => refused)) {
    if (!merged.has(one.key)) merged.set(one.key, one);
  }
  return [...merged.values()];
}

function longer(a: ComparedSide, b: ComparedSide): ComparedSide {
  return b.cell.coordinates.length > a.cell.coordinates.length ? b : a;
}

function measureSessions(older: ComparedSide, newer: ComparedSide): MeasureEffect {
  return (metric) => {
    const [from, to] = [valuesOf(older, metric), valuesOf(newer, metric)];
    if (from.length === 0 || to.length === 0) return null;
    const noise = measureSessionNoise([]);
    const effect = compareSessions(from, to, noise.tau);
    return { older: mean(from), newer: mean(to), effect, noise };
  };
}
