import type { CellId } from '../../model/ids.ts';
import type { Session } from '../../model/session.ts';
import { comparedMetrics } from '../comparison/compared-metrics.ts';
import { type ComparedSide, valuesOf } from '../comparison/compared-side.ts';
import { findDifferences } from '../comparison/find-differences.ts';
import { pairCells } from '../comparison/pair-cells.ts';
import { mean } from '../describe.ts';

export interface SessionRow {
  readonly run: string;
  readonly startedAt: Date;
  /** Commit or image, shortened. */
  readonly software: string;
  /** Keys in which it differs from the newest. */
  readonly differs: readonly string[];
  /** Counted repetitions. */
  readonly repetitions: number;
  /** Means by metric; null where there is none. */
  readonly values: Readonly<Record<string, number | null>>;
}

export interface TracedCell {
  readonly cellId: CellId;
  readonly rows: readonly SessionRow[];
}

/**
 * Every cell of the newest session over all of them.
 * @param sessions of one name, newest first
 */
export function traceSessions(
  sessions: readonly Session[],
  metrics: readonly string[],
): readonly TracedCell[] {
  const [newest] = sessions;
  if (newest === undefined) return [];
  const all = sessions.map(everySide);
  const cells = all[0] ?? [];
  return cells.map((cell) => ({
    cellId: cell.side.cell.id,
    rows: all.flatMap((sides) => {
      const group = pairCells(cells, sides).find(({ a }) => a.includes(cell));
      return (group?.b ?? []).slice(0, 1).map(({ side }) => rowOf(side, cell.side, metrics));
    }),
  }));
}

/** All cells, whether or not they have enough repetitions for a comparison. */
function everySide({ run, repetitions }: Session): readonly {
  readonly side: ComparedSide;
  readonly coordinates: ComparedSide['cell']['coordinates'];
}[] {
  return run.plan.cells.map((cell) => {
    const own = repetitions.filter(({ cellId, isCounted }) => isCounted && cellId === cell.id);
    return {
      side: { run, cell, verdict: 'valid', quality: null, events: [], repetitions: own },
      coordinates: cell.coordinates,
    };
  });
}

function rowOf(side: ComparedSide, newest: ComparedSide, metrics: readonly string[]): SessionRow {
  const { id, startedAt, provenance } = side.run;
  const values = comparedMetrics
    .filter(({ name }) => metrics.includes(name))
    .map((metric): [string, number | null] => {
      const found = valuesOf(side, metric);
      return [metric.name, found.length === 0 ? null : mean(found)];
    });
  return {
    run: id,
    startedAt,
    software: (provenance.gitCommit ?? provenance.nodeImage.replace(/^sha256:/, '')).slice(0, 10),
    differs: findDifferences(newest, side).map(({ key }) => key),
    repetitions: side.repetitions.length,
    values: Object.fromEntries(values),
  };
}
