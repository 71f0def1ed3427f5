import {
  type DeployOptions,
  identifyNodes,
  joinNodes,
  startConsensus,
} from '../deploy/deploy-network.ts';
import { readGraph } from '../deploy/read-graph.ts';
import { rejoinNode } from '../deploy/rejoin-node.ts';
import { orderRoles } from '../faults/order-roles.ts';
import type { Deployment } from '../model/deployment.ts';
import type { NetworkUnderTest } from './network-under-test.ts';
import { inTurn, type Phase, whole } from './phase.ts';
import type { Findings } from './repetition-outcome.ts';

/**
 * From started nodes to consensus over shaped links. Nodes wait until their links are shaped. The
 * kernel's links are measured before anybody joins; links inside the nodes' own transport have to
 * be up for it.
 */
export function bringUp(test: NetworkUnderTest): Phase<Findings> {
  const { shaping, log, deploy, watched } = test;
  const options = withinReadyTime(test);
  const identify: Phase<Findings> = async (before) =>
    whole({ ...before, identities: await identifyNodes(deploy, options) });
  const shape: Phase<Findings> = async (before) => {
    await shaping?.setUp();
    return whole(before);
  };
  const measure: Phase<Findings> = async (before) => {
    await shaping?.verify();
    return whole(before);
  };
  const join: Phase<Findings> = async (before) => {
    const deployment = await joinNodes(deploy, before.identities, options);
    return whole({ ...before, deployment, bringUpMs: bringUpMsOf(test, deployment) });
  };
  const begin: Phase<Findings> = async (before) => {
    const deployment = deploymentOf(before);
    const { clock } = test.deps;
    const signal = watched.calm;
    await shaping?.begin((nodeIndex, options) =>
      rejoinNode(nodeIndex, deployment, deploy, { clock, ...options }),
    );
    const { clients, edges } = deploy;
    const ask = { occasion: 'ready', clients, edges, isAway: () => false } as const;
    const graphs = [await readGraph(ask, { clock, signal })];
    const { identities } = before;
    await orderRoles(test.request.cell, { clients, identities }, watched.events.behaviours, {
      signal,
    });
    await startConsensus(deploy, { signal });
    return whole({ ...before, graphs });
  };
  const enter = (phase: 'shape' | 'ready'): Phase<Findings> => {
    return async (before) => {
      log.enter(phase);
      return whole(before);
    };
  };
  switch (shaping?.shaper.kind) {
    case 'netem':
      return inTurn(enter('shape'), identify, shape, measure, enter('ready'), join, begin);
    case 'userspace':
      return inTurn(enter('ready'), identify, shape, join, enter('shape'), measure, begin);
    case undefined:
      return inTurn(enter('ready'), identify, join, begin);
  }
}

/** @throws Error if the nodes have not been joined: that is a phase in the wrong place */
export function deploymentOf({ deployment }: Findings): Deployment {
  if (deployment === null) throw new Error('Broken invariant: nodes that have not been joined');
  return deployment;
}

/** What the measuring of the network takes is no fault of the nodes. */
function withinReadyTime({ deps, watched, deploy, shaping, log }: NetworkUnderTest): DeployOptions {
  const { clock, onProgress } = deps;
  const begunMs = clock.monotonicMs();
  return {
    clock,
    signal: watched.calm,
    remainingMs: () =>
      deploy.readyMsMax + (shaping?.verifiedMs ?? 0) - (clock.monotonicMs() - begunMs),
    onReady: (ready, total) => onProgress({ kind: 'nodes-ready', ready, total }),
    onLate: (nodeIndex, text) => log.note('answered-late', text, nodeIndex),
  };
}

function bringUpMsOf({ network, shaping }: NetworkUnderTest, { readyAt }: Deployment): number {
  return readyAt.getTime() - network.createdAt.getTime() - (shaping?.verifiedMs ?? 0);
}
