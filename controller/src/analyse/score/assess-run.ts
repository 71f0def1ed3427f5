import { groupBy } from '../../lib/group-by.ts';
import { sizeAxis } from '../../model/axis.ts';
import type { CellFinding, RunFinding } from '../../model/finding.ts';
import { wordCell } from '../../model/word-cell.ts';
import type { Severity } from '../comparison/decide.ts';
import { deliveryMin, deliveryOf } from '../delivery.ts';
import { mean, median, scaledMad } from '../describe.ts';
import { recommend } from '../recommend/recommend.ts';
import { assessGroup, isHostLimited, isUsable, lowestLoad } from './assess-group.ts';
import type { GroupAssessment, RunAssessment } from './assessment.ts';
import { gradeRun, type ScoreInput } from './grade-run.ts';
import { scoreLikeSeed } from './seed-score.ts';

export interface AssessOptions {
  /** Latency objective of p99; null without one. */
  readonly objectiveMs: number | null;
  /** Of a comparison with what was before; null without one. */
  readonly regression: Severity | null;
}

const loadAxis = 'load.rate';

/** Everything that the score of a run rests on, with its grade and what to do next. */
export function assessRun(finding: RunFinding, options: AssessOptions): RunAssessment {
  const { run, cells, headline } = finding;
  const parts = [...groupBy(cells, placeOf).values()];
  const groups = parts.map((own) =>
    assessGroup(own, parts.length === 1 ? '' : placeOf(own[0]), run),
  );
  const quality = cells.length === 0 ? 0 : mean(cells.map((cell) => cell.quality.score));
  const unusable = cells.filter((cell) => !isUsable(cell) || isHostLimited(cell));
  const grade = gradeRun(scoreInput(finding, groups, options.objectiveMs), {
    isUnsafe: headline.kind === 'safety-violation',
    regression: options.regression,
    quality,
    unusableShare: cells.length === 0 ? 1 : unusable.length / cells.length,
  });
  const seed = seedOf(cells);
  return { grade, quality, seed, groups, recommendations: recommend(finding, groups, quality) };
}

/** Everything but size and load. */
function placeOf(cell: CellFinding | undefined): string {
  const others = (cell?.coordinates ?? []).filter(
    ({ axis }) => axis !== sizeAxis && axis !== loadAxis,
  );
  return wordCell({ coordinates: others });
}

/** The largest size that carried the lowest load: where latency is of the network, not of a queue. */
function referenceOf(cells: readonly CellFinding[]): CellFinding | undefined {
  const lowest = [...groupBy(cells, ({ nodeCount }) => nodeCount).values()].flatMap(
    (own) => lowestLoad(own) ?? [],
  );
  const carried = lowest.filter((cell) => (deliveryOf(cell) ?? 0) >= deliveryMin);
  return [...carried].sort((a, b) => b.nodeCount - a.nodeCount)[0];
}

function scoreInput(
  { cells }: RunFinding,
  groups: readonly GroupAssessment[],
  objectiveMs: number | null,
): ScoreInput {
  const usable = cells.filter(isUsable);
  const reference = referenceOf(cells);
  const p50Ms = reference?.latency.p50?.mean;
  const p99Ms = reference?.latency.p99?.mean ?? reference?.latency.p95?.mean;
  const successes = usable
    .filter((cell) => cell === lowestLoad(cells.filter((one) => sameButLoad(one, cell))))
    .flatMap(({ successRatio }) => successRatio?.mean ?? []);
  const variations = usable.flatMap(({ throughputTxPerSec }) => {
    const values = throughputTxPerSec?.values ?? [];
    return values.length < 3 ? [] : [scaledMad(values) / median(values)];
  });
  return {
    scaling: groups.flatMap(({ retention }) =>
      retention.slice(1).flatMap(({ value }) => value ?? []),
    ),
    ramps: groups
      .flatMap(({ ramps }) => ramps)
      .flatMap(({ saturation, ...ramp }) =>
        saturation.kind === 'saturated' || saturation.kind === 'not-reached'
          ? [
              {
                least: ramp.leastTxPerSec,
                most: ramp.mostTxPerSec,
                last: saturation.lastSustainedTxPerSec,
                isReached: saturation.kind === 'saturated',
              },
            ]
          : [],
      ),
    latency: p50Ms === undefined || p99Ms === undefined ? null : { p50Ms, p99Ms, objectiveMs },
    errorRatio: successes.length === 0 ? null : 1 - mean(successes),
    variation: variations.length === 0 ? null : median(variations),
  };
}

function sameButLoad(a: CellFinding, b: CellFinding): boolean {
  return a.nodeCount === b.nodeCount && placeOf(a) === placeOf(b);
}

/** Its recommended most nodes: the largest size that carried what was offered. */
function seedOf(cells: readonly CellFinding[]): RunAssessment['seed'] {
  const reference = referenceOf(cells) ?? cells.find(isUsable);
  const carried = cells.filter((cell) => isUsable(cell) && (deliveryOf(cell) ?? 0) >= deliveryMin);
  const latencyMs = reference?.latency.mean?.mean;
  const throughputTxPerSec = reference?.throughputTxPerSec?.mean;
  const successRatio = reference?.successRatio?.mean;
  if (latencyMs === undefined || throughputTxPerSec === undefined || successRatio === undefined) {
    return null;
  }
  const nodesMax = Math.max(0, ...carried.map(({ nodeCount }) => nodeCount));
  const figures = { throughputTxPerSec, latencyMs, successRatio, nodesMax };
  return { ...scoreLikeSeed(figures), figures };
}
