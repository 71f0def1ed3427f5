/**
 * Names and labels of everything that is created in Docker. The labels are how objects are found
 * again by somebody who knows nothing but the run, or nothing at all.
 */
import { parseRunId, type RunId } from '../../model/ids.ts';
import type { OwnedObject, StartRequest } from '../runtime.ts';

export const labels = {
  run: 'testbed.run',
  repetition: 'testbed.repetition',
  node: 'testbed.node',
  owner: 'testbed.owner',
  /** The one network of nodes that this object is part of; two attempts share a repetition. */
  network: 'testbed.network',
  /** What serves the testbed beside runs, such as those of compose/compose.yaml; no object of a run. */
  service: 'testbed.service',
} as const;

export type NetworkRole = 'data' | 'control';

export function nodeName(networkName: string, nodeIndex: number): string {
  return `testbed-${networkName}-node${nodeIndex}`;
}

export function bridgeName(networkName: string, role: NetworkRole): string {
  return `testbed-${networkName}-${role}`;
}

/** The helper that shapes the links of a network. */
export function shaperName(networkName: string): string {
  return `testbed-${networkName}-shaper`;
}

/** The container that tries whether links can be shaped. */
export function probeName(runId: RunId): string {
  return `testbed-${runId}-probe`;
}

/** Labels common to all objects of one network of nodes. */
export function networkLabels(
  request: Pick<StartRequest, 'runId' | 'repetitionId' | 'networkName'>,
  owner: string,
): Record<string, string> {
  return {
    [labels.run]: request.runId,
    [labels.repetition]: request.repetitionId,
    [labels.network]: request.networkName,
    [labels.owner]: owner,
  };
}

/** Everything a network will consist of, in the order in which it is created. */
export function plannedObjects(
  request: Pick<StartRequest, 'runId' | 'networkName' | 'nodes' | 'shaped'>,
): OwnedObject[] {
  const { runId, networkName, nodes, shaped } = request;
  const object = (kind: OwnedObject['kind'], name: string): OwnedObject => ({
    runtime: 'docker',
    kind,
    name,
    runId,
  });
  return [
    object('network', bridgeName(networkName, 'data')),
    object('network', bridgeName(networkName, 'control')),
    ...(shaped ? [object('container', shaperName(networkName))] : []),
    ...nodes.map(({ index }) => object('container', nodeName(networkName, index))),
  ];
}

/** The run that an object says it belongs to; undefined if it is none of ours. */
export function runIdOf(found: Readonly<Record<string, string>>): RunId | undefined {
  const text = found[labels.run];
  return text === undefined ? undefined : parseRunId(text);
}
