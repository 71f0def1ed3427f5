/** Starts the processes of a network, and ends them. */
import { join } from 'node:path';
import { connectNodes } from '../../control/http-node-client.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import { mapPool } from '../../lib/pool.ts';
import type { NodeResources } from '../../model/plan.ts';
import { formatOwner } from '../owner.ts';
import type {
  NodeHandle,
  OwnedObject,
  RunningNetwork,
  StartOptions,
  StartRequest,
  StopOptions,
} from '../runtime.ts';
import { choosePorts, LOOPBACK } from './choose-ports.ts';
import {
  logPath,
  type NodeProcess,
  type NodeProcessSpec,
  readLogTail,
  spawnNode,
  waitForPort,
} from './node-process.ts';
import {
  assertAlive,
  createNodeProcesses,
  type StartedNode,
  signalProcess,
} from './node-processes.ts';
import type { NodeProgram } from './node-program.ts';
import type { ProcessRuntimeOptions } from './process-options.ts';
import { nodesFolder, removeProcesses } from './remove-processes.ts';

type Options = ProcessRuntimeOptions &
  StartOptions & { readonly program: NodeProgram; readonly clock: Clock };

/** Starting a node is work for one core; more than a few at once only wait for each other. */
const PARALLEL = 8;
const PORT_ATTEMPTS_MAX = 4;
const STOP_SIGNAL_MS = 60_000;
/** As Node and other languages say it. */
const ADDRESS_TAKEN = /EADDRINUSE|address already in use/i;

export async function startProcesses(
  request: StartRequest,
  options: Options,
): Promise<RunningNetwork> {
  const { signal, ledger, clock, onNodeStarted, dataFolder } = options;
  signal.throwIfAborted();
  const objects = plannedObjects(request, dataFolder);
  await ledger.intend(objects);
  const createdAt = clock.now();
  let started = 0;
  const processes: NodeProcess[] = [];
  try {
    const ports = await choosePorts(2 * request.nodes.length, portSeed(request, 0));
    const nodes = await mapPool(request.nodes, PARALLEL, async ({ index: nodeIndex }) => {
      signal.throwIfAborted();
      const nodePorts = ports.slice(2 * nodeIndex, 2 * nodeIndex + 2);
      const node = await startNode(request, nodeIndex, nodePorts, options);
      processes.push(node.process);
      started += 1;
      onNodeStarted?.(started, request.nodes.length);
      return node;
    });
    signal.throwIfAborted();
    return runningNetwork(request, nodes, { ...options, objects, createdAt });
  } catch (error) {
    try {
      await removeAll(objects, options);
    } catch (removal) {
      const code = error instanceof TestbedError ? error.code : 'NODE_START_FAILED';
      throw new TestbedError(
        code,
        `${messageOf(error)} And what had been started is still there: ${messageOf(removal)}`,
        { hint: 'Remove it with: ./scripts/testbed clean', cause: error },
      );
    }
    throw error;
  }
}

function plannedObjects(request: StartRequest, dataFolder: string): OwnedObject[] {
  const { runId, nodes } = request;
  const folder = networkFolder(request, dataFolder);
  const processes = nodes.map(({ index }): OwnedObject => {
    return { runtime: 'process', kind: 'process', name: processName(request, index), runId };
  });
  return [{ runtime: 'process', kind: 'folder', name: folder, runId }, ...processes];
}

function processName({ networkName }: StartRequest, nodeIndex: number): string {
  return `testbed-${networkName}-node${nodeIndex}`;
}

function networkFolder({ runId, networkName }: StartRequest, dataFolder: string): string {
  return join(nodesFolder(dataFolder, runId), networkName);
}

/** Starts a node, on other ports if somebody took its own in the moment before. */
async function startNode(
  request: StartRequest,
  nodeIndex: number,
  firstPorts: readonly number[],
  options: Options,
): Promise<StartedNode> {
  let ports = firstPorts;
  for (let attempt = 1; ; attempt++) {
    const [controlPort = 0, dataPort = 0] = ports;
    const name = processName(request, nodeIndex);
    const spec: NodeProcessSpec = {
      runId: request.runId,
      nodeIndex,
      name,
      owner: formatOwner(options.owner),
      program: options.program,
      folder: networkFolder(request, options.dataFolder),
      controlPort,
      dataPort,
    };
    const process = await spawnNode(spec);
    await waitForPort(controlPort, process, options);
    if (attempt < PORT_ATTEMPTS_MAX && (await lostItsPort(spec, process))) {
      ports = await choosePorts(2, portSeed(request, attempt * request.nodes.length + nodeIndex));
      continue;
    }
    // Our own bundle is known to start: its end is for whoever watches the nodes.
    if (request.image.command !== undefined) await assertAlive(spec, process);
    return createStarted({ nodeIndex, name }, spec, process);
  }
}

/** What is known of the node stays; its process is the one that runs now. */
function createStarted(
  facts: Omit<NodeHandle, 'pid'>,
  spec: NodeProcessSpec,
  process: NodeProcess,
): StartedNode {
  const started = { spec, process };
  const handle = {
    ...facts,
    get pid() {
      return started.process.pid;
    },
  };
  return Object.assign(started, { handle });
}

async function lostItsPort(spec: NodeProcessSpec, process: NodeProcess): Promise<boolean> {
  const exit = process.exit();
  if (exit === null || exit.code === 0) return false;
  return (await readLogTail(logPath(spec), 50)).match(ADDRESS_TAKEN) !== null;
}

function runningNetwork(
  request: StartRequest,
  nodes: readonly StartedNode[],
  options: Options & { readonly objects: readonly OwnedObject[]; readonly createdAt: Date },
): RunningNetwork {
  const folder = networkFolder(request, options.dataFolder);
  const { clients, close } = connectNodes(
    nodes.map(({ handle: { nodeIndex, name }, spec }) => {
      return { nodeIndex, name, controlUrl: `http://${LOOPBACK}:${spec.controlPort}` };
    }),
  );
  let stopping: Promise<void> | undefined;
  const stop = (how: StopOptions): Promise<void> => {
    stopping ??= (async () => {
      // A node may wait for the end of its connections before it ends.
      close();
      await endGently(nodes, how, options.clock);
      await removeAll(options.objects, options);
    })().catch((error: unknown) => {
      stopping = undefined;
      throw error;
    });
    return stopping;
  };
  return {
    nodes: nodes.map(({ handle }) => handle),
    clients,
    dataAddresses: nodes.map(() => LOOPBACK),
    namespaces: null,
    processes: createNodeProcesses(nodes, options.clock),
    createdAt: options.createdAt,
    warnings: [limitsWarning(request.nodes)],
    exits: async () => nodes.map(({ process }) => process.exit()),
    // A process that has ended is started again by nobody, and loopback is never taken away.
    onDisturbance: null,
    logs: (nodeIndex, lines) => readLogTail(logPath({ folder, nodeIndex }), lines),
    stop,
    [Symbol.asyncDispose]: () => stop({ graceMs: 0 }),
  };
}

function limitsWarning(nodes: StartRequest['nodes']): string {
  const texts = nodes.map(({ resources }) => describeLimits(resources));
  const kinds = new Set(texts.filter((text) => text !== ''));
  const limits = kinds.size === 0 ? '' : ` (asked for: ${[...kinds].join('; ')} each)`;
  return (
    `Nodes ran as processes of one machine, without limits${limits}, over its loopback ` +
    'interface.'
  );
}

function describeLimits({ cpus, memoryBytes }: NodeResources): string {
  const asked = [
    cpus === null ? [] : [`${cpus} CPUs`],
    memoryBytes === null ? [] : [`${Math.round(memoryBytes / 2 ** 20)} MiB of memory`],
  ];
  return asked.flat().join(' and ');
}

/** SIGTERM, and time to follow it. */
async function endGently(
  nodes: readonly StartedNode[],
  { graceMs, hurry = new AbortController().signal, onKilled = () => undefined }: StopOptions,
  clock: Clock,
): Promise<void> {
  if (graceMs <= 0) return;
  for (const { process: node } of nodes) {
    if (node.exit() !== null) continue;
    signalProcess(node.pid, 'SIGTERM');
    // One that is paused would not hear of it.
    signalProcess(-node.pid, 'SIGCONT');
  }
  const waiting = new AbortController();
  // A sleep, not a timeout signal: those do not keep this process alive until the nodes ended.
  const signal = AbortSignal.any([waiting.signal, hurry]);
  const timeUp = clock.sleep(graceMs, { signal }).catch(() => undefined);
  await Promise.race([Promise.all(nodes.map(({ process: node }) => node.ended)), timeUp]);
  waiting.abort();
  if (hurry.aborted) return;
  // SIGKILL follows, whoever is left.
  for (const { process: node, handle } of nodes) {
    if (node.exit() === null) onKilled(handle.nodeIndex);
  }
}

async function removeAll(
  objects: readonly OwnedObject[],
  { clock, dataFolder, ledger }: Options,
): Promise<void> {
  const signal = clock.timeoutSignal(STOP_SIGNAL_MS);
  await removeProcesses(objects, { dataFolder, clock, signal });
  await ledger.removed(objects);
}

/** FNV-1a of the name: networks of one host look for ports in different places. */
function portSeed({ networkName }: StartRequest, attempt: number): number {
  let value = 0x811c9dc5;
  for (const character of `${networkName} ${attempt}`) {
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return value >>> 0;
}
