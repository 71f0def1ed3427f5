import { endpoints } from '../../../node-image/src/contract/index.ts';
import { chosenSampleNames, seriesName } from './chosen-series.ts';
import { createPageSource, type PageSource } from './http-page.ts';
import { createNodeProgress } from './node-progress.ts';
import type {
  LiveView,
  ScrapeOutcome,
  ScrapeRound,
  ScraperOptions,
  ScrapeTarget,
} from './observation.ts';
import { parsePrometheusText } from './prometheus-text.ts';
import { createSampleColumns } from './sample-columns.ts';

/** Everything that is noted while scraping: samples, misses, rounds. Pure; opens no connection. */
export interface ScrapeLedger {
  /** In the order in which to ask: stuck nodes come last, so that they take nobody's place. */
  targetsInTurn(): Target[];
  answered(target: Target, text: string, at: Date, monotonicMs: number): void;
  /** @param wasTried false if its turn never came: that says nothing about the node */
  missed(target: Target, error: string, wasTried: boolean): void;
  closeRound(round: ScrapeRound): void;
  live(): LiveView;
  outcome(): ScrapeOutcome;
}

/** One node, as the scraper sees it. */
export interface Target {
  readonly position: number;
  readonly nodeIndex: number;
  readonly page: PageSource;
  /** The last scrape that was tried failed. */
  isStuck: boolean;
  missedCount: number;
  lastError: string;
}

const SAMPLES_MAX = 1_000_000;
/** Distinct series over all nodes; the contract's own are about 30. */
const SERIES_MAX = 1_000;

export function createScrapeLedger(options: ScraperOptions): ScrapeLedger {
  const targets = options.nodes.map(createTarget);
  const columns = createSampleColumns(options.samplesMax ?? SAMPLES_MAX);
  const progress = createNodeProgress(targets.length);
  const seriesIndexes = new Map<string, number>();
  const rounds: ScrapeRound[] = [];
  const resets: { nodeIndex: number; at: Date }[] = [];
  let linesBad = 0;
  let seriesDropped = 0;

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
      linesBad += page.linesBad;
      target.isStuck = false;
      for (const sample of page.samples) {
        // NaN and infinities say that a node does not know; no value is no row.
        if (!Number.isFinite(sample.value)) continue;
        const seriesIndex = seriesIndexOf(seriesName(sample));
        if (seriesIndex === undefined) seriesDropped++;
        else columns.append(target.nodeIndex, at.getTime(), seriesIndex, sample.value);
      }
      if (progress.note(target.position, monotonicMs, page.samples)) {
        resets.push({ nodeIndex: target.nodeIndex, at });
      }
    },
    missed(target, error, wasTried) {
      if (wasTried) target.isStuck = true;
      target.missedCount++;
      target.lastError = error;
    },
    closeRound(round) {
      rounds.push(round);
    },
    live: () => progress.live(rounds.at(-1)?.answered ?? 0),
    outcome: () => ({
      samples: columns.materialise([...seriesIndexes.keys()]),
      rounds,
      completeness: completenessOf(rounds),
      samplesDropped: columns.dropped + seriesDropped,
      linesBad,
      resets,
      missed: missedNodes(targets),
      safetyViolationsReported: progress.safetyViolationsReported,
    }),
  };
}

/** Answered over due, 0-1; 1 when nothing was due. */
export function completenessOf(rounds: readonly ScrapeRound[]): number {
  const due = rounds.reduce((sum, round) => sum + round.due, 0);
  return due === 0 ? 1 : rounds.reduce((sum, round) => sum + round.answered, 0) / due;
}

function createTarget({ nodeIndex, controlUrl }: ScrapeTarget, position: number): Target {
  const page = createPageSource(controlUrl, endpoints.metrics);
  return { position, nodeIndex, page, isStuck: false, missedCount: 0, lastError: '' };
}

function missedNodes(targets: readonly Target[]): ScrapeOutcome['missed'] {
  return targets
    .filter(({ missedCount }) => missedCount > 0)
    .map(({ nodeIndex, missedCount, lastError }) => ({ nodeIndex, count: missedCount, lastError }));
}
