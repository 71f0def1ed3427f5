import { createControlAgent, createNodeClient, type NodeClient } from '../control/node-client.ts';
import {
  type DeployRequest,
  identifyNodes,
  joinNodes,
  startConsensus,
} from '../deploy/deploy-network.ts';
import { rejoinNode } from '../deploy/rejoin-node.ts';
import type { WatchGap } from '../judge/repetition-evidence.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/message-of.ts';
import { collectFromSurvivors, collectResults } from '../load/collect-results.ts';
import { awaitDrain, type LoadRequest, startLoad, stopLoad } from '../load/drive-load.ts';
import { wordCell } from '../model/word-cell.ts';
import { startHostSampler } from '../observe/host-sampler.ts';
import type { HostSampler, Scraper } from '../observe/observation.ts';
import { scrapePeriodMs, startScraper } from '../observe/scrape-nodes.ts';
import type { NodeHandle, RunningNetwork } from '../runtime/runtime.ts';
import { createNodeEvents, type NodeEvents } from './node-events.ts';
import type { PhaseLog } from './phase-log.ts';
import type { OutcomeDraft } from './repetition-outcome.ts';
import {
  limitsOf,
  type RepetitionDependencies,
  type RepetitionRequest,
} from './repetition-request.ts';
import { createShaping, type NetworkShaping } from './shape-network.ts';
import { createPlaceTeller } from './tell-places.ts';
import { watchNodes } from './watch-nodes.ts';

/** The stages of one repetition in order: deploy and shape, observe, load, drain, collect. */

const LIVE_EVERY_MS = 1_000;
const LAST_COLLECTION_MS = 10_000;

interface Attempt extends Pick<RepetitionRequest, 'runId' | 'cell' | 'attempt'> {
  readonly repetition: number;
}

/** Deploys, shapes, loads, observes and collects; fills `draft` as it goes. */
export async function measureNetwork(
  network: RunningNetwork,
  request: RepetitionRequest,
  deps: RepetitionDependencies,
  log: PhaseLog,
  draft: OutcomeDraft,
): Promise<void> {
  const { clock, stop, kill, onProgress } = deps;
  const tellPlaces = createPlaceTeller(network, onProgress);
  tellPlaces();
  const agent = createControlAgent();
  const clients = network.nodes.map((node) => createNodeClient(whereItIs(node, network), agent));
  const isShaped = request.cell.settings.shaper !== 'none';
  const failed = new AbortController();
  // Whoever wants it to end does not wait for a node to be started and let in again.
  const hurry = AbortSignal.any([kill, stop, failed.signal]);
  const { timeline } = request.cell;
  const events = createNodeEvents(network, timeline, { clock, hurry, onProgress });
  const { holds, onDisturbance } = events;
  const isPlanned = holds.wasDown;
  await using watch = watchNodes(network, limitsOf(request), {
    clock,
    signal: kill,
    isShaped,
    isPlanned,
  });
  watch.signal.addEventListener('abort', () => failed.abort());
  /** Nobody pressed Ctrl-C and all nodes live. */
  const calm = AbortSignal.any([kill, stop, watch.signal]);
  /** The same, but a gentle stop does not cut the collection short. */
  const alive = AbortSignal.any([kill, watch.signal]);
  const shaping = createShaping(
    {
      shaper: request.cell.settings.shaper,
      cellNetwork: request.cell.network,
      network,
      clients,
      seed: request.planned.seed,
      allowMismatch: request.allowMismatch,
      onDisturbance,
      holds,
      timeline,
      watchHost: () => watchHost(network, request, { clock, signal: calm }),
    },
    { clock, signal: calm, onProgress },
  );
  try {
    const { repetition } = request.planned;
    const deploy = deployRequest({ ...request, repetition }, clients);
    await bringUp(network, deploy, shaping, deps, calm, log, draft);
    const observers = startObservers(network, request, { clock, signal: alive });
    try {
      await measure(
        { clients, scraper: observers.scraper, shaping, events, deploy, tellPlaces },
        request,
        deps,
        { calm, alive },
        log,
        draft,
      );
    } finally {
      keepGaps(watch.gaps(), request, draft, log);
      draft.hostOutcome = observers.host.stop();
      draft.scrapes = await observers.scraper.stop();
    }
  } catch (error) {
    await collectLast(clients, draft, kill);
    throw error;
  } finally {
    await shaping?.end();
    const ofNetwork = (await shaping?.timeline()) ?? [];
    draft.timeline = [...draft.timeline, ...ofNetwork].sort((a, b) => a.eventIndex - b.eventIndex);
    draft.away = clients.flatMap(({ nodeIndex }) => (holds.isDown(nodeIndex) ? [nodeIndex] : []));
    draft.network = shaping?.record() ?? null;
    draft.hostNote = shaping?.hostNote ?? null;
    agent.destroy();
  }
}

/** Where a node answers may be another place after it was started again. */
function whereItIs({ nodeIndex, name }: NodeHandle, { processes }: RunningNetwork) {
  return {
    nodeIndex,
    name,
    get controlUrl() {
      return processes.controlUrl(nodeIndex);
    },
  };
}

/** What the nodes of one attempt are told. */
export function deployRequest(
  { runId, cell, repetition, attempt }: Attempt,
  clients: readonly NodeClient[],
): DeployRequest {
  return {
    runId,
    chainId: `${runId}/${cell.id}/${repetition}/${attempt}`,
    engine: cell.settings.engine,
    node: cell.settings.node,
    readyMsMax: cell.settings.phases.readyMsMax,
    clients,
    edges: cell.network.edges,
    // A node that comes back without its shaping must not say a word before it has it again.
    resume: cell.settings.shaper === 'none' ? 'at-once' : 'when-configured',
  };
}

/**
 * Nodes wait until their links are shaped. The kernel's links are measured before anybody joins;
 * links inside the nodes' own transport have to be up for it.
 */
async function bringUp(
  network: RunningNetwork,
  deploy: DeployRequest,
  shaping: NetworkShaping | null,
  { clock, onProgress }: RepetitionDependencies,
  signal: AbortSignal,
  log: PhaseLog,
  draft: OutcomeDraft,
): Promise<void> {
  const inKernel = shaping?.shaper.kind === 'netem';
  const begunMs = clock.monotonicMs();
  // What the measuring of the network takes is no fault of the nodes.
  const remainingMs = (): number =>
    deploy.readyMsMax + (shaping?.verifiedMs ?? 0) - (clock.monotonicMs() - begunMs);
  const options = {
    clock,
    signal,
    remainingMs,
    onReady: (ready: number, total: number) => onProgress({ kind: 'nodes-ready', ready, total }),
    onLate: (nodeIndex: number, text: string) => log.note('answered-late', text, nodeIndex),
  };
  log.enter(inKernel ? 'shape' : 'ready');
  const identities = await identifyNodes(deploy, options);
  draft.identities = identities;
  await shaping?.setUp();
  if (inKernel) {
    await shaping?.verify();
    log.enter('ready');
  }
  const deployment = await joinNodes(deploy, identities, options);
  draft.deployment = deployment;
  const tookMs = deployment.readyAt.getTime() - network.createdAt.getTime();
  draft.bringUpMs = tookMs - (shaping?.verifiedMs ?? 0);
  if (shaping !== null && !inKernel) {
    log.enter('shape');
    await shaping.verify();
  }
  await shaping?.begin((nodeIndex) => rejoinNode(nodeIndex, deployment, deploy, { clock, signal }));
  await startConsensus(deploy, { signal });
}

function startObservers(
  network: RunningNetwork,
  request: RepetitionRequest,
  deps: { readonly clock: Clock; readonly signal: AbortSignal },
): { readonly scraper: Scraper; readonly host: HostSampler } {
  return {
    scraper: startScraper(
      { nodes: network.nodes, periodMs: scrapePeriodMs(network.nodes.length) },
      deps,
    ),
    host: watchHost(network, request, deps),
  };
}

function watchHost(
  network: RunningNetwork,
  { host, ownPids }: RepetitionRequest,
  deps: { readonly clock: Clock; readonly signal: AbortSignal },
): HostSampler {
  const all: Iterable<number> = {
    *[Symbol.iterator]() {
      for (const { pid } of network.nodes) if (pid !== null) yield pid;
      yield* ownPids;
    },
  };
  return startHostSampler({ local: host.local, ownPids: all }, deps);
}

interface Signals {
  readonly calm: AbortSignal;
  readonly alive: AbortSignal;
}

interface Stages {
  readonly clients: readonly NodeClient[];
  readonly scraper: Scraper;
  readonly shaping: NetworkShaping | null;
  readonly events: NodeEvents;
  readonly deploy: DeployRequest;
  readonly tellPlaces: () => void;
}

/** Warm-up, window, drain and collection. A gentle stop closes the window early. */
async function measure(
  stages: Stages,
  request: RepetitionRequest,
  deps: RepetitionDependencies,
  { calm, alive }: Signals,
  log: PhaseLog,
  draft: OutcomeDraft,
): Promise<void> {
  const { clock, stop } = deps;
  const { clients, shaping, events, deploy } = stages;
  const { settings } = request.cell;
  const load: LoadRequest = {
    clients,
    load: settings.load,
    phases: settings.phases,
    seed: request.planned.seed,
    isAway: events.holds.isDown,
  };
  log.enter('warmup');
  const started = await startLoad(load, { clock, signal: calm });
  const { window } = started;
  draft.window = window;
  const { measureAt, endAt } = window;
  const { deployment } = draft;
  const begun = { wall: clock.now().getTime(), monotonic: clock.monotonicMs() };
  try {
    await watchUntil(draft.window.measureAt, stages, request, deps, calm);
    log.enter('measure');
    await alongside(
      [
        (signal) => shaping?.runChanges(measureAt, signal) ?? Promise.resolve(),
        async (signal) => {
          if (deployment === null) return;
          const parts = { clients, deployment, deploy, shaping, load: { ...load, ...started } };
          draft.timeline = await events.run(parts, signal);
        },
      ],
      () => watchUntil(endAt, stages, request, deps, calm),
      calm,
    );
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
  draft.loadStatuses = drain.statuses;
  if (drain.pending > 0) log.note('undrained', `${drain.pending} transactions were still pending`);
  await shaping?.conclude(alive);
  log.enter('collect');
  draft.collected = await collectResults(clients, { signal: alive });
  for (const { nodeIndex, resultsError, logError } of draft.collected) {
    for (const error of [resultsError, logError]) {
      if (error !== null) log.note('not-collected', messageOf(error), nodeIndex);
    }
  }
}

/**
 * Carries `sides` out while `main` lasts: what is not over with it is ended with it, and waited for,
 * so that it can take back what it did; a failure of any is the failure of all.
 */
async function alongside(
  sides: readonly ((signal: AbortSignal) => Promise<void>)[],
  main: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const working = sides.map((side) => side(AbortSignal.any([signal, over.signal])));
  const settled = Promise.allSettled(working);
  try {
    await main();
  } finally {
    over.abort();
    await settled;
  }
  for (const outcome of await settled) {
    if (outcome.status === 'rejected' && outcome.reason !== over.signal.reason) {
      throw outcome.reason;
    }
  }
}

/** Sleeps to `until`, telling once a second how the network does. */
async function watchUntil(
  until: Date,
  { scraper, tellPlaces }: Stages,
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
      offeredTxPerSec: request.cell.settings.load.rateTxPerSec,
      committedHeight: view.committedHeight,
      nodesAnswering: view.nodesAnswering,
      nodesTotal: view.nodesTotal,
    });
    onProgress({ kind: 'nodes-seen', nodes: scraper.nodes() });
    tellPlaces();
  }
}

/** That nobody watched is told also where it was too short for a verdict, or before the window. */
function keepGaps(
  gaps: readonly WatchGap[],
  { cell, planned }: RepetitionRequest,
  draft: OutcomeDraft,
  log: PhaseLog,
): void {
  draft.unwatched = gaps;
  for (const { from, to, why } of gaps) {
    const seconds = ((to.getTime() - from.getTime()) / 1_000).toFixed(1);
    const text = `Nothing watched the nodes for ${seconds} s: ${why.replace(/\.$/, '')}.`;
    log.note('unwatched', text);
    draft.notices = [
      ...draft.notices,
      `${wordCell(cell)}, repetition ${planned.repetition + 1}: ${text}`,
    ];
  }
}

/**
 * Whatever failed: what is left still knows whether the logs agree, and a fork is worse than any
 * failure. Before the nodes had been joined nobody could commit.
 */
async function collectLast(
  clients: readonly NodeClient[],
  draft: OutcomeDraft,
  kill: AbortSignal,
): Promise<void> {
  if (kill.aborted || draft.deployment === null) return;
  const signal = AbortSignal.any([kill, AbortSignal.timeout(LAST_COLLECTION_MS)]);
  draft.collected = await collectFromSurvivors(clients, draft.collected, { signal });
}
