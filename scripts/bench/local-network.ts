import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type Configure,
  type ConsensusKey,
  consensusKeySchema,
  type EngineParameters,
  endpoints,
  type Identity,
  identitySchema,
  type LoadStart,
  type LoadStatus,
  loadStatusSchema,
  type NodeResults,
  nodeEnvironment,
  type Readiness,
  readinessSchema,
  resultsSchema,
  type SignatureSchemeName,
} from '../../node-image/src/contract/index.ts';

/**
 * Real node processes on loopback, driven through the control API alone: what the node's own
 * benchmarks and integration tests stand on. The testbed itself uses its process runtime.
 */
export interface LocalNode {
  readonly index: number;
  readonly controlUrl: string;
  /** Standard error so far: JSON lines. */
  log(): string;
  get<T>(path: string, parse: (value: unknown) => T): Promise<T>;
  post(path: string, body: unknown): Promise<{ readonly status: number; readonly json: unknown }>;
  readonly pid: number;
  /** Exit code, or the signal's name; null while it runs. */
  exit(): number | string | null;
  kill(signal: NodeJS.Signals): Promise<number | string | null>;
  /** Starts the process again with the same environment. */
  restart(): Promise<void>;
}

export interface LocalNetwork extends AsyncDisposable {
  readonly nodes: readonly LocalNode[];
  readonly folder: string;
}

export const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const bundlePath: string = join(root, 'dist', 'node', 'main.mjs');

const WAIT_MS = 180_000;

/** Starts processes; nothing is configured yet. They end, and their folders go, on disposal. */
export async function startLocalNetwork(options: {
  readonly nodeCount: number;
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Of another build than this tree's. */
  readonly bundle?: string;
}): Promise<LocalNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-nodes-'));
  const nodes: RunningNode[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.kill('SIGKILL')));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ports = await freePorts(2 * options.nodeCount);
    for (let index = 0; index < options.nodeCount; index++) {
      const controlPort = ports[2 * index] ?? 0;
      const command = [...(options.execArgv ?? []), options.bundle ?? bundlePath];
      const node = new RunningNode(index, controlPort, command, {
        // As in node-image/Dockerfile.
        MALLOC_ARENA_MAX: '1',
        ...options.env,
        [nodeEnvironment.runId]: 'local',
        [nodeEnvironment.nodeIndex]: String(index),
        [nodeEnvironment.controlListen]: `127.0.0.1:${controlPort}`,
        [nodeEnvironment.dataListen]: `127.0.0.1:${ports[2 * index + 1] ?? 0}`,
        [nodeEnvironment.stateDir]: join(folder, String(index)),
      });
      nodes.push(node);
    }
    await Promise.all(nodes.map((node) => node.restart()));
    return { nodes, folder, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** As in a scenario that names none of them. */
export const defaultEngine: EngineParameters = {
  protocol: 'jolteon',
  baseTimeoutMs: 1_000,
  idleDelayMs: 100,
  batchTxMax: 4_000,
  batchBytesMax: 512 * 1024,
  batchAgeMsMax: 2,
  mempoolTxMax: 100_000,
  forwardLeaders: 3,
};

export type Edges = readonly (readonly [number, number])[];

interface FormOptions {
  /** Who has a link to whom; null: everybody to everybody. */
  readonly edges?: Edges | null;
  /** Absent: with the keys of the transport. */
  readonly signature?: SignatureSchemeName;
}

/** Configures all nodes, waits until every link is up, starts consensus. */
export async function formNetwork(
  nodes: readonly LocalNode[],
  engine: EngineParameters = defaultEngine,
  chainId = `local-${process.pid}`,
  { edges = null, signature }: FormOptions = {},
): Promise<readonly Identity[]> {
  const identities = await Promise.all(nodes.map(identityOf));
  const keyed = signature === undefined ? {} : { signature, keys: await keysOf(nodes, signature) };
  await Promise.all(
    nodes.map((node) =>
      accepted(node, endpoints.configure, {
        ...configurationFor(node.index, identities, engine, { chainId, ...keyed }),
        ...(edges === null ? {} : topologyFor(node.index, edges)),
      }),
    ),
  );
  await Promise.all(nodes.map((node) => until(node, 'ready', ({ state }) => state === 'ready')));
  await Promise.all(nodes.map((node) => accepted(node, endpoints.start, {})));
  return identities;
}

function topologyFor(index: number, edges: Edges): Pick<Configure, 'links' | 'topology'> {
  const links = edges.flatMap(([a, b]) => (a === index ? [b] : b === index ? [a] : []));
  return { links, topology: { edges: edges.map(([a, b]) => [a, b]) } };
}

export function identityOf(node: LocalNode): Promise<Identity> {
  return node.get(endpoints.identity, (value) => identitySchema.parse(value));
}

export function configurationFor(
  index: number,
  identities: readonly Identity[],
  engine: EngineParameters = defaultEngine,
  { chainId = 'local', signature, keys }: KeyedChain = {},
): Configure {
  return {
    chainId,
    signature,
    committee: identities.map(({ peerId, publicKeyHex, dataAddress }, position) => ({
      index: position,
      peerId,
      publicKeyHex,
      dataAddress,
      consensusKey: keys?.[position],
    })),
    links: identities.map((_, position) => position).filter((position) => position !== index),
    engine,
    resume: 'at-once',
  };
}

interface KeyedChain {
  readonly chainId?: string;
  readonly signature?: SignatureSchemeName;
  /** Of all nodes, in their order. */
  readonly keys?: readonly ConsensusKey[];
}

/** Has every node make a key of this scheme, as the deployment of a run does. */
function keysOf(
  nodes: readonly LocalNode[],
  scheme: SignatureSchemeName,
): Promise<readonly ConsensusKey[]> {
  return Promise.all(
    nodes.map(async (node) => {
      return consensusKeySchema.parse(await accepted(node, endpoints.consensusKey, { scheme }));
    }),
  );
}

export interface LoadOutcome {
  readonly results: readonly NodeResults[];
  /** Transactions that were still on their way when the drain was given up. */
  readonly pending: number;
}

/** Runs one load on all nodes and waits for its end and the drain. */
export async function runLoad(
  nodes: readonly LocalNode[],
  load: Pick<LoadStart, 'arrivals' | 'sizeBytes' | 'warmupMs' | 'measureMs'> & {
    readonly totalTxPerSec: number;
    readonly drainMsMax: number;
  },
): Promise<LoadOutcome> {
  const startUnixMs = Date.now() + 200 + 10 * nodes.length;
  const { totalTxPerSec, drainMsMax, ...order } = load;
  await Promise.all(
    nodes.map((node) =>
      accepted(node, endpoints.loadStart, {
        ...order,
        rateTxPerSec: totalTxPerSec / nodes.length,
        seed: node.index + 1,
        startUnixMs,
      } satisfies LoadStart),
    ),
  );
  const endUnixMs = startUnixMs + load.warmupMs + load.measureMs;
  await sleep(endUnixMs - Date.now());
  let pending = Number.POSITIVE_INFINITY;
  while (pending > 0 && Date.now() < endUnixMs + drainMsMax) {
    await sleep(100);
    const statuses = await Promise.all(nodes.map(loadStatusOf));
    const isOver = statuses.every(({ state }) => state === 'drain' || state === 'done');
    if (isOver) pending = statuses.reduce((sum, status) => sum + status.pending, 0);
  }
  const results = await Promise.all(
    nodes.map((node) => node.get(endpoints.results, (value) => resultsSchema.parse(value))),
  );
  return { results, pending };
}

export function loadStatusOf(node: LocalNode): Promise<LoadStatus> {
  return node.get(endpoints.load, (value) => loadStatusSchema.parse(value));
}

export async function accepted(node: LocalNode, path: string, body: unknown): Promise<unknown> {
  const { status, json } = await node.post(path, body);
  if (status === 200) return json;
  throw new Error(`Node ${node.index} refused ${path} (${status}): ${JSON.stringify(json)}`);
}

/** Polls /v1/ready until it is as wanted. */
export async function until(
  node: LocalNode,
  what: string,
  isSo: (readiness: Readiness) => boolean,
  waitMs: number = WAIT_MS,
): Promise<Readiness> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const readiness = await node.get(endpoints.ready, (value) => readinessSchema.parse(value));
    if (isSo(readiness)) return readiness;
    if (Date.now() > deadline) {
      throw new Error(
        `Node ${node.index} was not ${what} after ${waitMs} ms: ${JSON.stringify(readiness)}\n${node.log()}`,
      );
    }
    await sleep(15);
  }
}

class RunningNode implements LocalNode {
  readonly index: number;
  readonly controlUrl: string;
  readonly #command: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;
  #log = '';

  constructor(
    index: number,
    controlPort: number,
    command: readonly string[],
    env: Readonly<Record<string, string>>,
  ) {
    this.index = index;
    this.controlUrl = `http://127.0.0.1:${controlPort}`;
    this.#command = command;
    this.#env = env;
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  log(): string {
    return this.#log;
  }

  async restart(): Promise<void> {
    const child = spawn(process.execPath, this.#command, {
      env: this.#env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString('utf8')).slice(-100_000);
    });
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      try {
        await this.get(endpoints.health, () => null);
        return;
      } catch (error) {
        if (this.exit() !== null || Date.now() > deadline) {
          throw new Error(`Node ${this.index} did not open its control port.\n${this.#log}`, {
            cause: error,
          });
        }
      }
      await sleep(5);
    }
  }

  async get<T>(path: string, parse: (value: unknown) => T): Promise<T> {
    const reply = await fetch(this.controlUrl + path, {
      signal: AbortSignal.timeout(WAIT_MS),
    }).catch((cause: unknown) => {
      const how = `exit ${this.exit() ?? 'none'}\n${this.#log.slice(-2_000)}`;
      throw new Error(`Node ${this.index} did not answer GET ${path}: ${how}`, { cause });
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`GET ${path} of node ${this.index}: ${reply.status} ${text}`);
    return parse(JSON.parse(text));
  }

  async post(path: string, body: unknown): Promise<{ status: number; json: unknown }> {
    const reply = await fetch(this.controlUrl + path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(WAIT_MS),
    });
    return { status: reply.status, json: await reply.json() };
  }

  exit(): number | string | null {
    return this.#child?.exitCode ?? this.#child?.signalCode ?? null;
  }

  async kill(signal: NodeJS.Signals): Promise<number | string | null> {
    const child = this.#child;
    if (child === null || this.exit() !== null) return this.exit();
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return this.exit();
  }
}

/** Resident memory of a process in bytes, from the kernel. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      return address !== null && typeof address === 'object' ? address.port : 0;
    }),
  );
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
