import { createControlAgent, createNodeClient, type NodeClient } from '../control/node-client.ts';
import { deployNetwork } from '../deploy/deploy-network.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/message-of.ts';
import { collectResults } from '../load/collect-results.ts';
import { awaitDrain, type LoadRequest, startLoad, stopLoad } from '../load/drive-load.ts';
import { startHostSampler } from '../observe/host-sampler.ts';
import type { HostSampler, Scraper } from '../observe/observation.ts';
import { scrapePeriodMs, startScraper } from '../observe/scrape-nodes.ts';
import type { RunningNetwork } from '../runtime/runtime.ts';
import type { PhaseLog } from './phase-log.ts';
import type { OutcomeDraft } from './repetition-outcome.ts';
import type { RepetitionDependencies, RepetitionRequest } from './run-repetition.ts';
import { watchNodes } from './watch-nodes.ts';

/** The stages of one repetition in order: deploy, observe, load, drain, collect. */

const LIVE_EVERY_MS = 1_000;
const LAST_COLLECTION_MS = 10_000;

/** Deploys, loads, observes and collects; fills `draft` as it goes. */
export async function measureNetwork(
  network: RunningNetwork,
  request: RepetitionRequest,
  deps: RepetitionDependencies,
  log: PhaseLog,
  draft: OutcomeDraft,
): Promise<void> {
  const { clock, stop, kill } = deps;
  const { scenario } = request.plan;
  const agent = createControlAgent();
  const clients = network.nodes.map((node) => createNodeClient(node, agent));
  await using watch = watchNodes(network, scenario.resources.memoryBytes, { clock, signal: kill });
  /** Nobody pressed Ctrl-C and all nodes live. */
  const calm = AbortSignal.any([kill, stop, watch.signal]);
  /** The same, but a gentle stop does not cut the collection short. */
  const alive = AbortSignal.any([kill, watch.signal]);
  try {
    log.enter('ready');
    draft.deployment = await deployNetwork(
      {
        runId: request.runId,
        chainId: `${request.runId}/${request.cell.id}/${request.planned.repetition}/${request.attempt}`,
        engine: scenario.engine,
        readyMsMax: scenario.phases.readyMsMax,
        clients,
      },
      {
        clock,
        signal: calm,
        onReady: (ready, total) => deps.onProgress({ kind: 'nodes-ready', ready, total }),
      },
    );
    draft.bringUpMs = draft.deployment.readyAt.getTime() - network.createdAt.getTime();
    const observers = startObservers(network, request, { clock, signal: alive });
    try {
      await measure(clients, observers.scraper, request, deps, { calm, alive }, log, draft);
    } catch (error) {
      await collectFromSurvivors(clients, draft, kill);
      throw error;
    } finally {
      draft.hostOutcome = observers.host.stop();
      draft.scrapes = await observers.scraper.stop();
    }
  } finally {
    agent.destroy();
  }
}

function startObservers(
  network: RunningNetwork,
  request: RepetitionRequest,
  deps: { readonly clock: Clock; readonly signal: AbortSignal },
): { readonly scraper: Scraper; readonly host: HostSampler } {
  const pids = network.nodes.flatMap(({ pid }) => (pid === null ? [] : [pid]));
  return {
    scraper: startScraper(
      { nodes: network.nodes, periodMs: scrapePeriodMs(network.nodes.length) },
      deps,
    ),
    host: startHostSampler(
      { local: request.host.local, ownPids: [...pids, ...request.ownPids] },
      deps,
    ),
  };
}

interface Signals {
  readonly calm: AbortSignal;
  readonly alive: AbortSignal;
}

/** Warm-up, window, drain and collection. A gentle stop closes the window early. */
async function measure(
  clients: readonly NodeClient[],
  scraper: Scraper,
  request: RepetitionRequest,
  deps: RepetitionDependencies,
  { calm, alive }: Signals,
  log: PhaseLog,
  draft: OutcomeDraft,
): Promise<void> {
  const { clock, stop } = deps;
  const { scenario } = request.plan;
  const load: LoadRequest = {
    clients,
    load: scenario.load,
    phases: scenario.phases,
    seed: request.planned.seed,
  };
  log.enter('warmup');
  draft.window = await startLoad(load, { clock, signal: calm });
  const begun = { wall: clock.now().getTime(), monotonic: clock.monotonicMs() };
  try {
    await watchUntil(draft.window.measureAt, scraper, request, deps, calm);
    log.enter('measure');
    await watchUntil(draft.window.endAt, scraper, request, deps, calm);
  } catch (error) {
    if (!stop.aborted || alive.aborted) throw error;
    draft.interrupted = true;
    deps.onProgress({ kind: 'stopping', reason: 'stopping the load and collecting what there is' });
    await stopLoad(clients, { clock, signal: alive });
  }
  draft.clocks = {
    wallMs: clock.now().getTime() - begun.wall,
    monotonicMs: clock.monotonicMs() - begun.monotonic,
  };
  log.enter('drain');
  const drain = await awaitDrain(load, { clock, signal: alive });
  if (drain.pending > 0) log.note('undrained', `${drain.pending} transactions were still pending`);
  log.enter('collect');
  draft.collected = await collectResults(clients, { signal: alive });
  for (const { nodeIndex, error } of draft.collected) {
    if (error !== null) log.note('not-collected', messageOf(error), nodeIndex);
  }
}

/** Sleeps to `until`, telling once a second how the network does. */
async function watchUntil(
  until: Date,
  scraper: Scraper,
  request: RepetitionRequest,
  { clock, onProgress }: RepetitionDependencies,
  signal: AbortSignal,
): Promise<void> {
  // Counted down on the monotonic clock, as the nodes do: a wall clock that is set moves nothing.
  const endsMs = clock.monotonicMs() + until.getTime() - clock.now().getTime();
  for (;;) {
    const leftMs = endsMs - clock.monotonicMs();
    if (leftMs <= 0) return;
    await clock.sleep(Math.min(leftMs, LIVE_EVERY_MS), { signal });
    const view = scraper.live();
    onProgress({
      kind: 'live',
      txPerSec: view.txPerSec ?? 0,
      offeredTxPerSec: request.plan.scenario.load.rateTxPerSec,
      committedHeight: view.committedHeight,
      nodesAnswering: view.nodesAnswering,
      nodesTotal: view.nodesTotal,
    });
  }
}

/** After a node died: what the others still know, above all whether their logs agree. */
async function collectFromSurvivors(
  clients: readonly NodeClient[],
  draft: OutcomeDraft,
  kill: AbortSignal,
): Promise<void> {
  if (kill.aborted) return;
  const signal = AbortSignal.any([kill, AbortSignal.timeout(LAST_COLLECTION_MS)]);
  draft.collected = await collectResults(clients, { signal }).catch(() => draft.collected);
}
