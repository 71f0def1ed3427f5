/** Two runs side by side: cells paired by their values on the axes that both have. Pure. */
import { pairCells } from '../analyse/comparison/pair-cells.ts';
import type { CellFinding, Estimate, RunFinding } from '../model/finding.ts';
import type { CellSettings } from '../model/plan.ts';
import type { Verdict } from '../model/record.ts';
import { wordCell } from '../model/word-cell.ts';
import { allFigures } from './figures.ts';

export interface ComparedValue {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly values: number[];
}

export interface ComparedFigure {
  /** Column name in CSV. */
  readonly figure: string;
  readonly title: string;
  readonly unit: string;
  readonly a: ComparedValue | null;
  readonly b: ComparedValue | null;
  /** b over a. */
  readonly ratio: number | null;
  /** The intervals do not overlap; null where one is missing. */
  readonly isApart: boolean | null;
}

export interface ComparedCell {
  readonly title: string;
  readonly nodeCount: number;
  readonly verdictA: Verdict | null;
  readonly verdictB: Verdict | null;
  readonly figures: ComparedFigure[];
}

export interface RunComparison {
  readonly headlines: { readonly a: string; readonly b: string };
  readonly differences: { readonly what: string; readonly a: string; readonly b: string }[];
  readonly cells: ComparedCell[];
}

export function compareRuns(a: RunFinding, b: RunFinding): RunComparison {
  return {
    headlines: { a: a.headline.text, b: b.headline.text },
    differences: differencesOf(a, b),
    cells: pairCells(a.cells, b.cells).flatMap((group) => pairUp(group.a, group.b)),
  };
}

/** Each of one with each of the other: an axis that only one run has makes several of a value. */
function pairUp(ofA: readonly CellFinding[], ofB: readonly CellFinding[]): ComparedCell[] {
  if (ofA.length === 0) return ofB.map((cell) => pair(null, cell));
  if (ofB.length === 0) return ofA.map((cell) => pair(cell, null));
  return ofA.flatMap((a) => ofB.map((b) => pair(a, b)));
}

function pair(a: CellFinding | null, b: CellFinding | null): ComparedCell {
  const longer = [a, b]
    .flatMap((cell) => (cell === null ? [] : [cell]))
    .reduce((x, y) => (y.coordinates.length > x.coordinates.length ? y : x));
  return {
    title: wordCell(longer),
    nodeCount: longer.nodeCount,
    verdictA: a?.verdict ?? null,
    verdictB: b?.verdict ?? null,
    figures: allFigures.flatMap(({ column, title, heading, ofCell }) => {
      const one = a === null ? null : comparedValueOf(ofCell(a));
      const other = b === null ? null : comparedValueOf(ofCell(b));
      if (one === null && other === null) return [];
      const compared = { figure: column, title, unit: heading, a: one, b: other };
      return [{ ...compared, ratio: ratioOf(one, other), isApart: areApart(one, other) }];
    }),
  };
}

function comparedValueOf(estimate: Estimate | null): ComparedValue | null {
  if (estimate === null) return null;
  const { mean, interval, values } = estimate;
  return { mean, low: interval?.low ?? null, high: interval?.high ?? null, values: [...values] };
}

function ratioOf(a: ComparedValue | null, b: ComparedValue | null): number | null {
  return a === null || b === null || a.mean === 0 ? null : b.mean / a.mean;
}

function areApart(a: ComparedValue | null, b: ComparedValue | null): boolean | null {
  if (a?.low == null || a.high === null || b?.low == null || b.high === null) return null;
  return a.high < b.low || b.high < a.low;
}

function differencesOf(
  { run: a }: RunFinding,
  { run: b }: RunFinding,
): RunComparison['differences'] {
  const facts = [a, b].map(({ runtime, hosts, provenance, plan }) => ({
    runtime,
    shaper: plan.shaper,
    host: hosts
      .map(({ hostname, cpuModel, cores }) => `${hostname}, ${cpuModel}, ${cores} cores`)
      .join('; '),
    kernel: hosts.map(({ kernel }) => kernel).join('; '),
    'node image': `${provenance.nodeImageName} (${provenance.nodeImage.slice(0, 19)})`,
    testbed: provenance.gitCommit ?? provenance.testbedVersion,
    load: listed(plan.cells.map(({ settings }) => describeLoad(settings))),
    'measured window': listed(
      plan.cells.map(({ settings }) => `${settings.phases.measureMs / 1_000} s`),
    ),
    seed: String(plan.scenario.seed),
  }));
  const [ofA, ofB] = facts;
  if (ofA === undefined || ofB === undefined) return [];
  const keys = Object.keys(ofA) as (keyof typeof ofA)[]; // of the literal above
  return keys
    .filter((what) => ofA[what] !== ofB[what])
    .map((what) => ({ what, a: ofA[what], b: ofB[what] }));
}

function describeLoad({ load }: CellSettings): string {
  return `${load.rateTxPerSec} tx/s of ${load.sizeBytes} B, ${load.arrivals}`;
}

/** Each once. */
function listed(texts: readonly string[]): string {
  return [...new Set(texts)].join('; ');
}
