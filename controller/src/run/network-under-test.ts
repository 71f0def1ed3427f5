import type { DeployRequest } from '../deploy/deploy-network.ts';
import type { RunningNetwork } from '../runtime/runtime.ts';
import { createNodeEvents, type NodeEvents } from './node-events.ts';
import { deployRequest, limitsOf, type Turn } from './repetition-request.ts';
import { createShaping, type NetworkShaping } from './shape-network.ts';
import { watchHost } from './watch-host.ts';
import { type NodeWatch, watchNodes } from './watch-nodes.ts';

/** The network of one repetition, and everybody who holds on to it while it is measured. */
export interface NetworkUnderTest extends Turn {
  readonly network: RunningNetwork;
  readonly watched: WatchedNetwork;
  /** Null when nothing is shaped. */
  readonly shaping: NetworkShaping | null;
  readonly deploy: DeployRequest;
}

export interface WatchedNetwork extends AsyncDisposable {
  readonly events: NodeEvents;
  readonly watch: NodeWatch;
  /** Fires when somebody pressed Ctrl-C, or a node has ended by itself. */
  readonly calm: AbortSignal;
  /** The same, but a gentle stop does not cut the collection short. */
  readonly alive: AbortSignal;
}

/** Watches from now on, until it is disposed of. */
export function watchNetwork(network: RunningNetwork, { request, deps }: Turn): WatchedNetwork {
  const { clock, stop, kill, onProgress } = deps;
  const { settings } = request.cell;
  const failed = new AbortController();
  // Whoever wants it to end does not wait for a node to be started and let in again.
  const hurry = AbortSignal.any([kill, stop, failed.signal]);
  const events = createNodeEvents(network, request, { clock, hurry, onProgress });
  const watch = watchNodes(network, limitsOf(request), {
    clock,
    signal: kill,
    isShaped: settings.shaper !== 'none',
    isPlanned: events.holds.wasDown,
  });
  watch.signal.addEventListener('abort', () => failed.abort());
  return {
    events,
    watch,
    calm: AbortSignal.any([kill, stop, watch.signal]),
    alive: AbortSignal.any([kill, watch.signal]),
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
  };
}

/** @throws TestbedError SHAPER_UNAVAILABLE where the runtime gives no way to shape as planned */
export function putUnderTest(
  network: RunningNetwork,
  watched: WatchedNetwork,
  turn: Turn,
): NetworkUnderTest {
  const { request, deps } = turn;
  const { clock, onProgress } = deps;
  const { cell, planned, allowMismatch } = request;
  const { holds, onDisturbance } = watched.events;
  const signal = watched.calm;
  const shaping = createShaping(
    {
      shaper: cell.settings.shaper,
      cellNetwork: cell.network,
      network,
      seed: planned.seed,
      allowMismatch,
      onDisturbance,
      holds,
      timeline: cell.timeline,
      watchHost: () => watchHost(network, request, { clock, signal }),
    },
    { clock, signal, onProgress },
  );
  const { repetition } = planned;
  const { behaviours } = watched.events;
  const deploy = {
    ...deployRequest({ ...request, repetition }, network.clients),
    behaviourOf: behaviours.orderOf,
  };
  return { ...turn, network, watched, shaping, deploy };
}
