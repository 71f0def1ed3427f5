import { Agent } from 'node:http';
import { endpoints } from '../../../node-image/src/contract/index.ts';
import { messageOf } from '../lib/message-of.ts';
import { chosenSampleNames, seriesName } from './chosen-series.ts';
import { createPageSource, fetchPage, type PageSource } from './http-page.ts';
import { createNodeProgress } from './node-progress.ts';
import type {
  ObserveDependencies,
  ScrapeOutcome,
  ScrapeRound,
  Scraper,
  ScraperOptions,
} from './observation.ts';
import { parsePrometheusText } from './prometheus-text.ts';
import { createSampleColumns } from './sample-columns.ts';

/**
 * Scrapes `/metrics` of every node once per period while a repetition runs. It must not bend what
 * it measures: connections are kept, few scrapes are under way at once, a slow node is missed and
 * not waited for, and samples sit in columns until the measurement is over.
 */

const CONCURRENCY = 8;
const SAMPLES_MAX = 1_000_000;
/** Distinct series over all nodes; the contract's own are about 30. */
const SERIES_MAX = 1_000;
/** Ticks that went by while this process did not run; more are not worth a row each. */
const SKIPPED_TICKS_MAX = 600;

/** 1 s up to 30 nodes, 2 s up to 100, 5 s beyond: keeps the cost of scraping level. */
export function scrapePeriodMs(nodeCount: number): number {
  if (nodeCount <= 30) return 1_000;
  return nodeCount <= 100 ? 2_000 : 5_000;
}

/** Begins at once. Never rejects or throws because of a node: what went wrong is in the outcome. */
export function startScraper(options: ScraperOptions, deps: ObserveDependencies): Scraper {
  const { clock } = deps;
  const stopping = new AbortController();
  const until = AbortSignal.any([deps.signal, stopping.signal]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 });
  const ledger = createLedger(options);
  const { periodMs } = options;
  const timeoutMs = Math.min(options.timeoutMs ?? periodMs, periodMs);

  const runRound = async (): Promise<void> => {
    const at = clock.now();
    const ended = AbortSignal.any([until, clock.timeoutSignal(timeoutMs)]);
    let answered = 0;
    const queue = ledger.healthyFirst();
    const worker = async (): Promise<void> => {
      for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
        if (ended.aborted) {
          if (!until.aborted) ledger.missed(target, `its turn did not come in ${timeoutMs} ms`);
          continue;
        }
        const scrapedAt = clock.now();
        try {
          const text = await fetchPage(target.page, { agent, signal: ended });
          ledger.answered(target, text, scrapedAt, clock.monotonicMs());
          answered++;
        } catch (error) {
          if (until.aborted) return;
          ledger.missed(target, describe(error, timeoutMs));
          target.isStuck = true;
        }
      }
    };
    const workers = Math.min(options.concurrency ?? CONCURRENCY, queue.length);
    await Promise.all(Array.from({ length: workers }, worker));
    // A round cut short by the end of the measurement says nothing about the nodes.
    if (!until.aborted) ledger.closeRound({ at, due: options.nodes.length, answered });
  };

  const scraping = (async () => {
    let dueMs = clock.monotonicMs();
    while (!until.aborted) {
      await runRound();
      dueMs += periodMs;
      const lateMs = clock.monotonicMs() - dueMs;
      // Ticks during which this process did not run at all are missed, not made up for.
      const skipped = Math.min(Math.max(0, Math.floor(lateMs / periodMs)), SKIPPED_TICKS_MAX);
      for (let tick = 0; tick < skipped && !until.aborted; tick++) {
        ledger.closeRound({ at: clock.now(), due: options.nodes.length, answered: 0 });
      }
      dueMs += skipped * periodMs;
      const waitMs = Math.max(0, dueMs - clock.monotonicMs());
      await clock.sleep(waitMs, { signal: until }).catch(() => undefined);
    }
  })();

  let outcome: Promise<ScrapeOutcome> | undefined;
  return {
    live: () => ledger.live(),
    stop() {
      stopping.abort();
      outcome ??= scraping.then(() => {
        agent.destroy();
        return ledger.outcome();
      });
      return outcome;
    },
  };
}

interface Target {
  readonly position: number;
  readonly nodeIndex: number;
  readonly page: PageSource;
  /** The last scrape that was tried failed. */
  isStuck: boolean;
  missedCount: number;
  lastError: string;
}

/** Everything that is noted while scraping; knows no network. */
function createLedger(options: ScraperOptions) {
  const targets = options.nodes.map(
    ({ nodeIndex, controlUrl }, position): Target => ({
      position,
      nodeIndex,
      page: createPageSource(controlUrl, endpoints.metrics),
      isStuck: false,
      missedCount: 0,
      lastError: '',
    }),
  );
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
    /** Stuck nodes come last, so that they take nobody's place. */
    healthyFirst(): Target[] {
      const healthy = targets.filter(({ isStuck }) => !isStuck);
      return healthy.concat(targets.filter(({ isStuck }) => isStuck));
    },
    answered(target: Target, text: string, at: Date, monotonicMs: number): void {
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
    missed(target: Target, error: string): void {
      target.missedCount++;
      target.lastError = error;
    },
    closeRound(round: ScrapeRound): void {
      rounds.push(round);
    },
    live: () => progress.live(rounds.at(-1)?.answered ?? 0),
    outcome: (): ScrapeOutcome => ({
      samples: columns.materialise([...seriesIndexes.keys()]),
      rounds,
      completeness: completenessOf(rounds),
      samplesDropped: columns.dropped + seriesDropped,
      linesBad,
      resets,
      missed: targets
        .filter(({ missedCount }) => missedCount > 0)
        .map(({ nodeIndex, missedCount, lastError }) => ({
          nodeIndex,
          count: missedCount,
          lastError,
        })),
      safetyViolationsReported: progress.safetyViolationsReported,
    }),
  };
}

/** Answered over due, 0-1; 1 when nothing was due. */
export function completenessOf(rounds: readonly ScrapeRound[]): number {
  const due = rounds.reduce((sum, round) => sum + round.due, 0);
  return due === 0 ? 1 : rounds.reduce((sum, round) => sum + round.answered, 0) / due;
}

function describe(error: unknown, timeoutMs: number): string {
  const isTimeout = (error as Error | null)?.name === 'TimeoutError'; // any value can be thrown
  return isTimeout ? `no whole answer in ${timeoutMs} ms` : messageOf(error);
}
