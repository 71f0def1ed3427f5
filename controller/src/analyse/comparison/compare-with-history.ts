import type { RunFinding } from '../../model/finding.ts';
import type { Session } from '../../model/session.ts';
import { mean, standardDeviation } from '../describe.ts';
import { compareHistory, sessionsMin, spreadFloor } from './compare-history.ts';
import { type ComparablePair, comparePairs, type MeasureEffect } from './compare-pairs.ts';
import { type ComparedSide, sidesOf, sidesOfSession, valuesOf } from './compared-side.ts';
import type { Comparison } from './comparison.ts';
import { findDifferences } from './find-differences.ts';
import { pairCells } from './pair-cells.ts';
import { measureSessionNoise } from './session-noise.ts';

/** A cell of the newest run with the same cell of every comparable session before it. */
export interface CellHistory {
  readonly newest: ComparedSide;
  /** In order of time. */
  readonly past: readonly ComparedSide[];
  /** Sessions that had this cell and are not comparable, by the first key that differs. */
  readonly refused: readonly { readonly run: string; readonly keys: readonly string[] }[];
}

/** @param sessions earlier than the finding, in any order */
export function collectHistory(
  finding: RunFinding,
  sessions: readonly Session[],
  factors: readonly string[] = [],
): readonly CellHistory[] {
  const ordered = [...sessions]
    .filter(({ run }) => run.id !== finding.run.id && run.startedAt < finding.run.startedAt)
    .sort((a, b) => a.run.startedAt.getTime() - b.run.startedAt.getTime());
  const located = (sides: readonly ComparedSide[]) =>
    sides.map((side) => ({ side, coordinates: side.cell.coordinates }));
  const newest = located(sidesOf(finding));
  const histories = newest.map(({ side }) => ({
    newest: side,
    past: [] as ComparedSide[],
    refused: [] as { run: string; keys: string[] }[],
  }));
  for (const session of ordered) {
    for (const { a, b } of pairCells(newest, located(sidesOfSession(session)))) {
      const own = histories.find((one) => one.newest === a[0]?.side);
      const [earlier] = b;
      if (own === undefined || earlier === undefined) continue;
      const keys = findDifferences(own.newest, earlier.side, [...factors, 'verdict', 'quality']);
      if (keys.length === 0 && a.length === 1 && b.length === 1) own.past.push(earlier.side);
      else own.refused.push({ run: session.run.id, keys: keys.map(({ key }) => key) });
    }
  }
  return histories;
}

/** The newest session against what comparable sessions before it say that the next one will be. */
export function compareWithHistory(
  histories: readonly CellHistory[],
  significance: number,
): Comparison {
  const pairs = histories.map(({ newest, past }): ComparablePair => {
    const before = past.at(-1) ?? newest;
    const usable = findDifferences(newest, newest);
    const few =
      past.length >= sessionsMin
        ? []
        : [{ key: 'history', a: `${past.length} comparable sessions`, b: `${sessionsMin} needed` }];
    return {
      coordinates: newest.cell.coordinates,
      a: `${past.length} sessions`,
      b: newest.run.id,
      older: before,
      newer: newest,
      refused: [...usable, ...few],
      measure: measureAgainst(newest, past),
    };
  });
  return comparePairs(pairs, { significance, design: 'history', underTest: [] });
}

function measureAgainst(newest: ComparedSide, past: readonly ComparedSide[]): MeasureEffect {
  return (metric) => {
    const values = valuesOf(newest, metric);
    const before = past.map((side) => valuesOf(side, metric)).filter((own) => own.length > 0);
    if (values.length === 0 || before.length < sessionsMin) return null;
    const logs = values.map(Math.log);
    const within = logs.length < 2 ? 0 : standardDeviation(logs) / Math.sqrt(logs.length);
    const effect = compareHistory(Math.exp(mean(logs)), {
      sessions: before.map((own) => Math.exp(mean(own.map(Math.log)))),
      withinSpread: within,
      floor: spreadFloor,
    });
    const noise = measureSessionNoise(before);
    return { older: mean(before.map(mean)), newer: mean(values), effect, noise };
  };
}
