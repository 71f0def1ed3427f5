import { readGraph } from '../deploy/read-graph.ts';
import { messageOf } from '../lib/message-of.ts';
import { collectResults } from '../load/collect-results.ts';
import {
  awaitDrain,
  type LoadRequest,
  type StartedLoad,
  startLoad,
  stopLoad,
} from '../load/drive-load.ts';
import type { TimelineRecord } from '../model/timeline.ts';
import type { Scraper } from '../observe/observation.ts';
import { deploymentOf } from './bring-up.ts';
import type { NetworkUnderTest } from './network-under-test.ts';
import { tellUntil } from './observe-network.ts';
import { cut, type Ended, inTurn, type Phase, whole } from './phase.ts';
import type { Findings } from './repetition-outcome.ts';

/** Warm-up, window, drain and collection. A gentle stop closes the window early. */
export function loadNetwork(test: NetworkUnderTest, scraper: Scraper): Phase<Findings> {
  const { request, deps, watched, network, log } = test;
  const { settings } = request.cell;
  const load: LoadRequest = {
    clients: network.clients,
    load: settings.load,
    phases: settings.phases,
    seed: request.planned.seed,
    isAway: watched.events.holds.isDown,
  };
  return async (before) => {
    log.enter('warmup');
    const started = await startLoad(load, { clock: deps.clock, signal: watched.calm });
    const inWindow = measureWindow(test, { ...load, ...started }, scraper);
    const phases = [
      untilStopped(test, inWindow),
      drain(test, load),
      ask(test),
      conclude(test),
      collect(test),
    ];
    return inTurn(...phases)({ ...before, window: started.window });
  };
}

/** Warms up, and measures while the planned events happen; both clocks are read around it. */
function measureWindow(
  test: NetworkUnderTest,
  load: LoadRequest & StartedLoad,
  scraper: Scraper,
): Phase<Findings> {
  const { deps, watched, shaping, deploy, log, network } = test;
  const { clients } = network;
  const { measureAt, endAt } = load.window;
  const { isGone } = watched.watch;
  const live = { scraper, offeredTxPerSec: load.load.rateTxPerSec, isGone };
  const { calm } = watched;
  return async (before) => {
    await tellUntil(measureAt, live, deps, calm);
    log.enter('measure');
    const deployment = deploymentOf(before);
    const parts = { clients, deployment, deploy, shaping, load };
    const { found: timeline, failure } = await alongside(
      () => tellUntil(endAt, live, deps, calm),
      {
        toNodes: (signal) => watched.events.run(parts, signal),
        toNetwork: async (signal) => shaping?.runChanges(measureAt, signal),
      },
      calm,
    );
    return { found: { ...before, timeline }, failure };
  };
}

interface PlannedEvents {
  readonly toNodes: (signal: AbortSignal) => Promise<readonly TimelineRecord[]>;
  readonly toNetwork: (signal: AbortSignal) => Promise<void>;
}

/**
 * Carries events out while `main` lasts: what is not over with it is ended with it, and waited for,
 * so that it can take back what it did; a failure of any is the failure of all.
 */
async function alongside(
  main: () => Promise<void>,
  { toNodes, toNetwork }: PlannedEvents,
  signal: AbortSignal,
): Promise<Ended<readonly TimelineRecord[]>> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const working = Promise.allSettled([toNetwork(until), toNodes(until)]);
  const [mainOutcome] = await Promise.allSettled([main()]);
  over.abort();
  const [network, nodes] = await working;
  const timeline = nodes.status === 'fulfilled' ? nodes.value : [];
  for (const outcome of [mainOutcome, network, nodes]) {
    if (outcome.status === 'rejected' && outcome.reason !== over.signal.reason) {
      return cut(timeline, outcome.reason);
    }
  }
  return whole(timeline);
}

/** What a person ends gently is not cut: what there is of the window is drained and collected. */
function untilStopped(
  { deps, watched, network }: NetworkUnderTest,
  phase: Phase<Findings>,
): Phase<Findings> {
  const { clock, stop, onProgress } = deps;
  return async (before) => {
    const begun = { wall: clock.now().getTime(), monotonic: clock.monotonicMs() };
    const ended = await inTurn(phase)(before);
    const interrupted = ended.failure !== null;
    if (interrupted) {
      if (!stop.aborted || watched.alive.aborted) return ended;
      onProgress({ kind: 'stopping', reason: 'stopping the load and collecting what there is' });
      await stopLoad(network.clients, { clock, signal: watched.alive });
    }
    const clocks = {
      wallMs: clock.now().getTime() - begun.wall,
      monotonicMs: clock.monotonicMs() - begun.monotonic,
    };
    return whole({ ...ended.found, interrupted, clocks });
  };
}

function drain({ deps, watched, log }: NetworkUnderTest, load: LoadRequest): Phase<Findings> {
  return async (before) => {
    log.enter('drain');
    const { clock } = deps;
    const { statuses, pending } = await awaitDrain(load, { clock, signal: watched.alive });
    if (pending > 0) log.note('undrained', `${pending} transactions were still pending`);
    return whole({ ...before, loadStatuses: statuses });
  };
}

/** Who is linked to whom at the end. */
function ask({ deps, watched, deploy }: NetworkUnderTest): Phase<Findings> {
  const { clock } = deps;
  const { clients, edges } = deploy;
  const { isDown: isAway } = watched.events.holds;
  return async (before) => {
    const question = { occasion: 'end', clients, edges, isAway } as const;
    const atEnd = await readGraph(question, { clock, signal: watched.alive });
    return whole({ ...before, graphs: [...before.graphs, atEnd] });
  };
}

function conclude({ shaping, watched }: NetworkUnderTest): Phase<Findings> {
  return async (before) => {
    await shaping?.conclude(watched.alive);
    return whole(before);
  };
}

function collect({ network, watched, log }: NetworkUnderTest): Phase<Findings> {
  return async (before) => {
    log.enter('collect');
    const collected = await collectResults(network.clients, { signal: watched.alive });
    for (const { nodeIndex, resultsError, logError } of collected) {
      for (const error of [resultsError, logError]) {
        if (error !== null) log.note('not-collected', messageOf(error), nodeIndex);
      }
    }
    return whole({ ...before, collected });
  };
}
