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
  /** Sessions that had this cell and are not comparable, with the keys that differ. */
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
    refused: [] as { run: string; keys: readonly string[] }[],
  }));
  for (const session of ordered) {
    for (const { a, b } of pairCells(newest, located(sidesOfSession(session)))) {
      const own = histories.filter((one) => a.some(({ side }) => side === one.newest));
      const earlier = b.map(({ side }) => side);
      if (earlier.length === 0) continue;
      for (const history of own) {
        const { side, keys } = findSame(history.newest, earlier, factors);
        if (side !== null) history.past.push(side);
        else history.refused.push({ run: session.run.id, keys });
      }
    }
  }
  return histories;
}

/**
 * Which of the cells that a session has at the same coordinates is the same: one axis more makes
 * several of it. Equal in all comes first; of several that differ in a factor none is.
 */
function findSame(
  newest: ComparedSide,
  earlier: readonly ComparedSide[],
  factors: readonly string[],
): { readonly side: ComparedSide | null; readonly keys: readonly string[] } {
  const tried = earlier.map((side) => {
    const differing = findDifferences(newest, side, ['verdict', 'quality']).map(({ key }) => key);
    const keys = side.verdict === 'invalid' ? [...differing, 'verdict'] : differing;
    return { side, keys, refused: keys.filter((key) => !factors.includes(key)) };
  });
  const fit = tried.filter(({ refused }) => refused.length === 0);
  const same = fit.find(({ keys }) => keys.length === 0) ?? (fit.length === 1 ? fit[0] : undefined);
  if (same !== undefined) return { side: same.side, keys: [] };
  const [nearest] = [...tried].sort((a, b) => a.refused.length - b.refused.length);
  return { side: null, keys: (fit.length > 1 ? nearest?.keys : nearest?.refused) ?? [] };
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
