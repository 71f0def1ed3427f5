/** A started network of containers: how its nodes ended, what they said, and its end. */
import { connectNodes } from '../../control/http-node-client.ts';
import type { Clock } from '../../lib/clock.ts';
import type {
  NodeNamespaces,
  NodeProcesses,
  ObjectLedger,
  RunningNetwork,
  StartRequest,
  StopOptions,
} from '../runtime.ts';
import { CONTROL_PORT } from './container-spec.ts';
import type { ControlReach } from './control-reach.ts';
import type { DisturbanceWatch } from './disturbances.ts';
import type { DockerClient, FoundContainer } from './docker-client.ts';
import { endNodes } from './end-nodes.ts';
import { createExits } from './node-exits.ts';
import { labels, plannedObjects } from './object-names.ts';
import { removeObjects } from './remove-objects.ts';
import { noteAddress, type StartedNode } from './start-nodes.ts';

export interface RunningNetworkParts {
  readonly request: StartRequest;
  readonly nodes: readonly StartedNode[];
  readonly reach: ControlReach;
  readonly createdAt: Date;
  /** Processes that the kernel had killed for memory before the first node was created. */
  readonly oomKillsBefore: number | null;
  /** See readOomKills. */
  readonly readOomKills: () => Promise<number | null>;
  readonly warnings: readonly string[];
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly ledger: ObjectLedger;
  readonly namespaces: NodeNamespaces | null;
  readonly processes: NodeProcesses;
  readonly disturbances: DisturbanceWatch;
  /** Lets go of what holds the networks besides the nodes. */
  readonly release: (signal: AbortSignal) => Promise<void>;
  /** Told of containers of others that were taken off these networks. */
  readonly onCutOff: (text: string) => void;
}

const LOG_CALL_MS = 20_000;
const STOP_MS_BASE = 60_000;
const STOP_MS_PER_NODE = 1_000;

export function createRunningNetwork(parts: RunningNetworkParts): RunningNetwork {
  const { request, nodes, createdAt, warnings, clock, client } = parts;
  const connected = connectNodes(nodes);
  const exits = createExits({
    ...parts,
    networkName: request.networkName,
    onListed: (found) => noteAddresses(parts, found),
  });
  let stopping: Promise<void> | undefined;
  const stop = (options: StopOptions): Promise<void> => {
    // A stop that failed may be tried again; one that is under way or has worked is the answer.
    stopping ??= stopNetwork(parts, options, connected.close).catch((error: unknown) => {
      stopping = undefined;
      throw error;
    });
    return stopping;
  };
  return {
    nodes,
    clients: connected.clients,
    dataAddresses: nodes.map(({ dataAddress }) => dataAddress),
    namespaces: parts.namespaces,
    processes: parts.processes,
    createdAt,
    warnings,
    exits,
    onDisturbance: parts.disturbances.onDisturbance,
    logs: async (nodeIndex, lines) => {
      const node = nodes[nodeIndex];
      if (node === undefined) throw new RangeError(`${request.networkName} has no ${nodeIndex}`);
      const signal = clock.timeoutSignal(LOG_CALL_MS);
      const log = node.formerLog + (await client.readLogs(node.containerId, lines, { signal }));
      return node.formerLog === '' ? log : lastLines(log, lines);
    },
    stop,
    [Symbol.asyncDispose]: () => stop({ graceMs: 0 }),
  };
}

/**
 * Removes everything that carries the label of this network, within a deadline of its own.
 * @throws TestbedError with what is left
 */
export async function removeNetworkOf(
  parts: Pick<
    RunningNetworkParts,
    'request' | 'client' | 'clock' | 'ledger' | 'release' | 'onCutOff'
  >,
): Promise<void> {
  const { request, client, clock, ledger, release, onCutOff } = parts;
  const deadlineMs = STOP_MS_BASE + STOP_MS_PER_NODE * request.nodes.length;
  await release(clock.timeoutSignal(deadlineMs));
  // Nobody may cancel it: the deadline alone ends it, and then as an error that says what is left.
  const { signal } = new AbortController();
  const mine = [`${labels.network}=${request.networkName}`, `${labels.run}=${request.runId}`];
  await removeObjects(client, clock, { labels: mine, deadlineMs, signal, onCutOff });
  await ledger.removed(plannedObjects(request));
}

function lastLines(log: string, lines: number): string {
  return `${log.replace(/\n$/, '').split('\n').slice(-lines).join('\n')}\n`;
}

async function stopNetwork(
  parts: RunningNetworkParts,
  options: StopOptions,
  disconnect: () => void,
): Promise<void> {
  const { client, clock, nodes, request } = parts;
  await parts.disturbances.close();
  const ending = { networkName: request.networkName, nodes, disconnect };
  await endNodes(client, clock, ending, options);
  await removeNetworkOf(parts);
}

function noteAddresses(
  { nodes, reach }: RunningNetworkParts,
  found: readonly FoundContainer[],
): void {
  const ports = new Map(found.map(({ id, publishedPorts }) => [id, publishedPorts[CONTROL_PORT]]));
  for (const node of nodes) noteAddress(node, reach, ports.get(node.containerId));
}
