import type { Scraper } from '../observe/observation.ts';
import { scrapePeriodMs, startScraper } from '../observe/scrape-nodes.ts';
import type { NetworkUnderTest } from './network-under-test.ts';
import { inTurn, type Phase } from './phase.ts';
import type { Findings } from './repetition-outcome.ts';
import type { RepetitionDependencies } from './repetition-request.ts';
import { watchHost } from './watch-host.ts';

/** The nodes are scraped and the host is sampled while the phases under it last. */
export function whileObserved(
  { network, request, deps, watched }: NetworkUnderTest,
  phasesUnder: (scraper: Scraper) => Phase<Findings>,
): Phase<Findings> {
  return async (before) => {
    const observing = { clock: deps.clock, signal: watched.alive };
    const { clients } = network;
    const periodMs = scrapePeriodMs(clients.length);
    const scraper = startScraper({ nodes: clients, periodMs }, observing);
    const host = watchHost(network, request, observing);
    const { found, failure } = await inTurn(phasesUnder(scraper))(before);
    const hostOutcome = host.stop();
    return { found: { ...found, hostOutcome, scrapes: await scraper.stop() }, failure };
  };
}

const LIVE_EVERY_MS = 1_000;

interface LiveNetwork {
  readonly scraper: Scraper;
  readonly offeredTxPerSec: number;
  readonly isGone: (nodeIndex: number) => boolean;
}

/** Sleeps to `until`, telling once a second how the network does, and once more where it is cut. */
export async function tellUntil(
  until: Date,
  live: LiveNetwork,
  { clock, onProgress }: RepetitionDependencies,
  signal: AbortSignal,
): Promise<void> {
  // Counted down on the monotonic clock, as the nodes do: a wall clock that is set moves nothing.
  const endsMs = clock.monotonicMs() + until.getTime() - clock.now().getTime();
  for (;;) {
    const leftMs = endsMs - clock.monotonicMs();
    if (leftMs <= 0) return;
    await clock
      .sleep(Math.min(leftMs, LIVE_EVERY_MS), { signal })
      .finally(() => tell(live, onProgress));
  }
}

function tell(
  { scraper, offeredTxPerSec, isGone }: LiveNetwork,
  onProgress: RepetitionDependencies['onProgress'],
): void {
  const { txPerSec, ...view } = scraper.live();
  onProgress({
    kind: 'live',
    txPerSec: txPerSec ?? 0,
    offeredTxPerSec,
    committedHeight: view.committedHeight,
    nodesAnswering: view.nodesAnswering,
    nodesTotal: view.nodesTotal,
  });
  const nodes = scraper.nodes();
  const gone = nodes.answered.flatMap((_, index) => (isGone(index) ? [index] : []));
  onProgress({ kind: 'nodes-seen', nodes, gone });
}
