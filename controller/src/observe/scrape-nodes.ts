import { messageOf } from '../lib/message-of.ts';
import type { ScrapeOutcome } from '../model/observation.ts';
import type { ObserveDependencies, Scraper, ScraperOptions } from './observation.ts';
import { createScrapeLedger, type Target } from './scrape-ledger.ts';

/**
 * Scrapes `/metrics` of every node once per period while a repetition runs. It must not bend what
 * it measures: few scrapes are under way at once, a slow node is missed and
 * not waited for, and samples sit in columns until the measurement is over.
 */

const CONCURRENCY = 8;
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
  const ledger = createScrapeLedger(options);
  const { periodMs } = options;
  const timeoutMs = Math.min(options.timeoutMs ?? periodMs, periodMs);

  const runRound = async (): Promise<void> => {
    const at = clock.now();
    const ended = AbortSignal.any([until, clock.timeoutSignal(timeoutMs)]);
    let answered = 0;
    const missed: number[] = [];
    const miss = (target: Target, why: string, wasTried: boolean): void => {
      ledger.missed(target, why, wasTried);
      missed.push(target.nodeIndex);
    };
    const queue = ledger.targetsInTurn();
    const worker = async (): Promise<void> => {
      for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
        if (ended.aborted) {
          if (until.aborted) return;
          miss(target, `its turn did not come in ${timeoutMs} ms`, false);
          continue;
        }
        const scrapedAt = clock.now();
        target.askedMs = clock.monotonicMs();
        try {
          const text = await target.node.metrics({ signal: ended });
          if (ledger.answered(target, text, scrapedAt, clock.monotonicMs())) answered++;
          else missed.push(target.nodeIndex);
        } catch (error) {
          if (until.aborted) return;
          miss(target, describe(error, timeoutMs), true);
        }
      }
    };
    const workers = Math.min(options.concurrency ?? CONCURRENCY, queue.length);
    await Promise.all(Array.from({ length: workers }, worker));
    // A round cut short by the end of the measurement says nothing about the nodes.
    if (!until.aborted) ledger.closeRound({ at, due: options.nodes.length, answered, missed });
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
        ledger.closeRound({ at: clock.now(), due: options.nodes.length, answered: 0, missed: [] });
      }
      dueMs += skipped * periodMs;
      const waitMs = Math.max(0, dueMs - clock.monotonicMs());
      await clock.sleep(waitMs, { signal: until }).catch(() => undefined);
    }
  })();

  let outcome: Promise<ScrapeOutcome> | undefined;
  return {
    live: () => ledger.live(),
    nodes: () => ledger.nodes(),
    stop() {
      stopping.abort();
      outcome ??= scraping.then(() => ledger.outcome());
      return outcome;
    },
  };
}

function describe(error: unknown, timeoutMs: number): string {
  const isTimeout = (error as Error | null)?.name === 'TimeoutError'; // any value can be thrown
  return isTimeout ? `no whole answer in ${timeoutMs} ms` : messageOf(error);
}
