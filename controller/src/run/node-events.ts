import type { NodeClient } from '../control/node-client.ts';
import { awaitPart } from '../deploy/await-part.ts';
import type { DeployRequest } from '../deploy/deploy-network.ts';
import { rejoinNode } from '../deploy/rejoin-node.ts';
import { type BehaviourDesk, createBehaviourDesk } from '../faults/behaviour-desk.ts';
import type { Revive } from '../faults/fault.ts';
import { createNodeHolds, type NodeHolds } from '../faults/node-holds.ts';
import { runFaults } from '../faults/run-faults.ts';
import type { Clock } from '../lib/clock.ts';
import { type LoadRequest, resumeLoad, type StartedLoad } from '../load/drive-load.ts';
import type { Deployment } from '../model/deployment.ts';
import type { ProgressListener } from '../model/progress.ts';
import type { TimelineRecord } from '../model/timeline.ts';
import type { Disturbance, OnDisturbance, RunningNetwork } from '../runtime/runtime.ts';
import type { RepetitionRequest } from './repetition-request.ts';
import type { NetworkShaping } from './shape-network.ts';

/**
 * What a plan does to the nodes of one repetition: the faults stage, with what it needs of others.
 * A node that is started again is shaped, told where it belongs, and given what is left of its load.
 */
export interface NodeEvents {
  /** Nodes that are held at the moment, for whoever looks at nodes. */
  readonly holds: NodeHolds;
  /** How nodes are to break the rules at the moment. */
  readonly behaviours: BehaviourDesk;
  /** Tells of nodes that were started again. */
  readonly onDisturbance: OnDisturbance;
  /** Resolves when all is over and taken back; with the signal at the latest. */
  run(parts: NodeEventParts, signal: AbortSignal): Promise<readonly TimelineRecord[]>;
}

export interface NodeEventParts {
  readonly clients: readonly NodeClient[];
  readonly deployment: Deployment;
  readonly deploy: DeployRequest;
  readonly shaping: NetworkShaping | null;
  readonly load: LoadRequest & StartedLoad;
}

export function createNodeEvents(
  network: RunningNetwork,
  { cell: { nodes, timeline }, planned: { seed } }: Pick<RepetitionRequest, 'cell' | 'planned'>,
  {
    clock,
    hurry,
    onProgress,
  }: {
    readonly clock: Clock;
    readonly hurry: AbortSignal;
    readonly onProgress: ProgressListener;
  },
): NodeEvents {
  const holds = createNodeHolds(clock);
  const behaviours = createBehaviourDesk(nodes, seed);
  const bell = createBell();
  // A runtime that tells by itself is not told for.
  const ring = network.onDisturbance === null ? bell.ring : () => undefined;
  return {
    holds,
    behaviours,
    onDisturbance: network.onDisturbance ?? bell.onDisturbance,
    run: ({ clients, deployment, deploy, shaping, load }, signal) => {
      const orders = clients.map(() => load.orders);
      const resume = async (nodeIndex: number, options: { readonly signal: AbortSignal }) => {
        const given = orders[nodeIndex] ?? 0;
        orders[nodeIndex] = given + 1;
        const rest = { endAt: load.window.endAt, orders: given };
        await resumeLoad(load, nodeIndex, rest, { clock, ...options });
      };
      const revive: Revive = async (nodeIndex, options) => {
        const client = clients[nodeIndex];
        if (client === undefined) throw new RangeError(`There is no node ${nodeIndex}`);
        ring({ nodeIndex, kind: 'restarted', at: clock.now() });
        // Where links are shaped, whoever shapes them again lets the node in.
        if (shaping === null)
          await rejoinNode(nodeIndex, deployment, deploy, { ...options, clock });
        else await awaitPart(client, { ...options, clock });
        if (!signal.aborted) await resume(nodeIndex, options);
      };
      return runFaults(
        {
          timeline,
          measureAt: load.window.measureAt,
          clients,
          processes: network.processes,
          holds,
          behaviours,
          revive,
          onThaw: async (nodeIndex, options) => shaping?.catchUp(nodeIndex, options),
          onProgress: (text) => onProgress({ kind: 'node-event', text }),
        },
        { clock, signal, hurry },
      );
    },
  };
}

function createBell(): {
  readonly ring: (event: Disturbance) => void;
  readonly onDisturbance: OnDisturbance;
} {
  const listeners = new Set<(event: Disturbance) => void>();
  return {
    ring: (event) => {
      for (const listener of listeners) listener(event);
    },
    onDisturbance: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
