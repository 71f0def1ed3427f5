import type { RunFinding } from '../../model/finding.ts';
import type { Cell } from '../../model/plan.ts';
import { mean } from '../describe.ts';
import { compareBlocks } from './compare-blocks.ts';
import { type ComparablePair, comparePairs, type MeasureEffect } from './compare-pairs.ts';
import type { ComparedMetric } from './compared-metrics.ts';
import { type ComparedSide, sidesOf } from './compared-side.ts';
import type { Comparison } from './comparison.ts';
import { findDifferences } from './find-differences.ts';
import { cellsAlong, valueOn } from './pair-cells.ts';

export interface AxisComparison {
  readonly axis: string;
  /** Values as they are printed; the first stands for what was before. */
  readonly values: readonly [older: string, newer: string];
  readonly significance: number;
}

/**
 * Two values of an axis of one run. Repetitions are done in blocks, every cell once per block in
 * shuffled order: what a block has in common cancels, so this is the comparison that decides.
 */
export function compareAxis(finding: RunFinding, options: AxisComparison): Comparison {
  const { axis, values, significance } = options;
  const located = sidesOf(finding).map((side) => ({ side, coordinates: side.cell.coordinates }));
  const blocks = blocksOf(finding);
  const pairs = cellsAlong(located, axis).flatMap((group): readonly ComparablePair[] => {
    const [older, newer] = values.map(
      (value) => group.find((one) => valueOn(one, axis) === value)?.side,
    );
    if (older === undefined || newer === undefined) return [];
    return [
      {
        coordinates: newer.cell.coordinates.filter((one) => one.axis !== axis),
        a: values[0],
        b: values[1],
        older,
        newer,
        // Of one run on one host: what differs between the two is what is under test.
        refused: findDifferences(older, newer, varyingKeys(older.cell, newer.cell)),
        measure: measureBlocks(older, newer, blocks),
      },
    ];
  });
  return comparePairs(pairs, { significance, design: 'paired-blocks', underTest: [] });
}

/** Everything that the plan says of a cell: only whether the two can be used is left to ask. */
function varyingKeys(a: Cell, b: Cell): readonly string[] {
  return [...new Set([...Object.keys(a.settings), ...Object.keys(b.settings), ...cellKeys])];
}
const cellKeys = ['nodes', 'placement', 'limits', 'timeline', 'roles', 'topology', 'network'];

type Blocks = ReadonlyMap<string, number>;

function blocksOf({ run }: RunFinding): Blocks {
  return new Map(
    run.plan.order.map(({ cellId, repetition, block }) => [`${cellId} ${repetition}`, block]),
  );
}

function measureBlocks(older: ComparedSide, newer: ComparedSide, blocks: Blocks): MeasureEffect {
  return (metric) => {
    const [from, to] = [byBlock(older, metric, blocks), byBlock(newer, metric, blocks)];
    const shared = [...from].flatMap(([block, before]) => {
      const after = to.get(block);
      return after === undefined ? [] : [{ before, after }];
    });
    if (shared.length === 0) return null;
    return {
      older: mean(shared.map(({ before }) => before)),
      newer: mean(shared.map(({ after }) => after)),
      effect: compareBlocks(shared.map(({ before, after }) => after / before)),
      noise: null,
    };
  };
}

function byBlock(
  { repetitions }: ComparedSide,
  { read }: ComparedMetric,
  blocks: Blocks,
): ReadonlyMap<number, number> {
  return new Map(
    repetitions.flatMap(({ cellId, repetition, figures }) => {
      const value = read(figures);
      const block = blocks.get(`${cellId} ${repetition}`) ?? repetition;
      return value === null || value <= 0 ? [] : [[block, value] as const];
    }),
  );
}
