import type { LiveNodes } from '../model/live-nodes.ts';
import type { ScrapeOutcome, ScrapeRound } from '../model/observation.ts';
import { chosenSampleNames, seriesName } from './chosen-series.ts';
import { readBuckets } from './latency-buckets.ts';
import { createNodeProgress } from './node-progress.ts';
import { createNodeView } from './node-view.ts';
import type { LiveView, ScraperOptions, ScrapeTarget } from './observation.ts';
import { type MetricSample, type MetricsPage, parsePrometheusText } from './prometheus-text.ts';
import { createSampleColumns } from './sample-columns.ts';

/** Everything that is noted while scraping: samples, misses, rounds. Pure; opens no connection. */
export interface ScrapeLedger {
  /** In the order in which to ask: stuck nodes come last, so that they take nobody's place. */
  targetsInTurn(): Target[];
  /** @returns false, and notes the node as missed, if the page holds no metric of the contract */
  answered(target: Target, text: string, at: Date, monotonicMs: number): boolean;
  /** @param wasTried false if its turn never came: that says nothing about the node */
  missed(target: Target, error: string, wasTried: boolean): void;
  closeRound(round: ScrapeRound): void;
  live(): LiveView;
  nodes(): LiveNodes;
  outcome(): ScrapeOutcome;
}

/** One node, as the scraper sees it. */
export interface Target {
  readonly position: number;
  readonly nodeIndex: number;
  readonly node: ScrapeTarget;
  /** The last scrape that was tried failed. */
  isStuck: boolean;
  /** When it was asked last, on the monotonic clock. */
  askedMs: number;
  missedCount: number;
  lastError: string;
  malformedCount: number;
  malformedFirst: string;
}

const SAMPLES_MAX = 1_000_000;
/** Distinct series over all nodes; the contract's own are about 30. */
const SERIES_MAX = 1_000;

export function createScrapeLedger(options: ScraperOptions): ScrapeLedger {
  const targets = options.nodes.map(createTarget);
  const columns = createSampleColumns(options.samplesMax ?? SAMPLES_MAX);
  const progress = createNodeProgress(targets.length);
  const view = createNodeView(targets.length);
  const seriesIndexes = new Map<string, number>();
  const rounds: ScrapeRound[] = [];
  const resets: { nodeIndex: number; at: Date }[] = [];
  const dropped = new Map<string, number>();

  const seriesIndexOf = (name: string): number | undefined => {
    const known = seriesIndexes.get(name);
    if (known !== undefined || seriesIndexes.size >= SERIES_MAX) return known;
    seriesIndexes.set(name, seriesIndexes.size);
    return seriesIndexes.size - 1;
  };

  return {
    targetsInTurn() {
      const healthy = targets.filter(({ isStuck }) => !isStuck);
      return healthy.concat(targets.filter(({ isStuck }) => isStuck));
    },
    answered(target, text, at, monotonicMs) {
      const page = parsePrometheusText(text, { wanted: chosenSampleNames });
      if (page.samples.length === 0) {
        miss(target, `a page without any metric of the contract${describeBad(page)}`);
        return false;
      }
      target.isStuck = false;
      const samples = page.samples.filter(isPossible);
      noteMalformed(target, page, samples);
      for (const sample of samples) {
        // NaN and infinities say that a node does not know; no value is no row.
        if (!Number.isFinite(sample.value)) continue;
        const series = seriesIndexOf(seriesName(sample));
        const isKept =
          series !== undefined &&
          columns.append(target.nodeIndex, at.getTime(), series, sample.value);
        if (!isKept) dropped.set(sample.name, (dropped.get(sample.name) ?? 0) + 1);
      }
      if (progress.note(target.position, monotonicMs, samples)) {
        resets.push({ nodeIndex: target.nodeIndex, at });
      }
      const tookMs = monotonicMs - target.askedMs;
      view.answered(target.position, { samples, latency: readBuckets(text), monotonicMs, tookMs });
      return true;
    },
    missed(target, error, wasTried) {
      if (wasTried) miss(target, error);
      else note(target, error);
    },
    closeRound(round) {
      rounds.push(round);
      for (const { position, nodeIndex } of targets) {
        if (round.missed.includes(nodeIndex)) view.missed(position);
      }
    },
    live: () => progress.live(rounds.at(-1)?.answered ?? 0),
    nodes: () => view.view(),
    outcome: () => ({
      samples: columns.materialise([...seriesIndexes.keys()]),
      rounds,
      completeness: completenessOf(rounds),
      dropped: [...dropped].map(([metric, count]) => ({ metric, count })),
      malformed: malformedNodes(targets),
      resets,
      missed: missedNodes(targets),
      safetyViolations: progress.safetyViolations.flatMap((count, position) => {
        const nodeIndex = targets[position]?.nodeIndex;
        return count === 0 || nodeIndex === undefined ? [] : [{ nodeIndex, count }];
      }),
    }),
  };
}

/** Answered over due, 0-1; 1 when nothing was due. */
export function completenessOf(rounds: readonly ScrapeRound[]): number {
  const due = rounds.reduce((sum, round) => sum + round.due, 0);
  return due === 0 ? 1 : rounds.reduce((sum, round) => sum + round.answered, 0) / due;
}

function createTarget(node: ScrapeTarget, position: number): Target {
  return { position, nodeIndex: node.nodeIndex, node, isStuck: false, ...noFaults };
}

const noFaults = {
  askedMs: 0,
  missedCount: 0,
  lastError: '',
  malformedCount: 0,
  malformedFirst: '',
};

function note(target: Target, error: string): void {
  target.missedCount++;
  target.lastError = error;
}

function miss(target: Target, error: string): void {
  target.isStuck = true;
  note(target, error);
}

/** Nothing that the contract names is ever negative, and what is no time is counted in whole. */
function isPossible({ name, value }: MetricSample): boolean {
  return !(value < 0) && (name.includes('seconds') || !Number.isFinite(value) || value % 1 === 0);
}

function noteMalformed(target: Target, page: MetricsPage, possible: readonly MetricSample[]): void {
  const count = page.linesBad + page.samples.length - possible.length;
  if (count > 0 && target.malformedCount === 0) {
    const impossible = page.samples.find((sample) => !isPossible(sample));
    target.malformedFirst =
      impossible === undefined
        ? describeLine(page)
        : `${seriesName(impossible)} is ${impossible.value}`;
  }
  target.malformedCount += count;
}

function describeBad(page: MetricsPage): string {
  return page.firstBad === null ? '' : ` (${describeLine(page)})`;
}

function describeLine({ firstBad }: MetricsPage): string {
  return firstBad === null ? '' : `line ${firstBad.line} is ${JSON.stringify(firstBad.text)}`;
}

function malformedNodes(targets: readonly Target[]): ScrapeOutcome['malformed'] {
  return targets
    .filter(({ malformedCount }) => malformedCount > 0)
    .map(({ nodeIndex, malformedCount: count, malformedFirst: first }) => ({
      nodeIndex,
      count,
      first,
    }));
}

function missedNodes(targets: readonly Target[]): ScrapeOutcome['missed'] {
  return targets
    .filter(({ missedCount }) => missedCount > 0)
    .map(({ nodeIndex, missedCount, lastError }) => ({ nodeIndex, count: missedCount, lastError }));
}
