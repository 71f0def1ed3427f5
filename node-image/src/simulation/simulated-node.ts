import { hash } from 'node:crypto';
import type { SimulationCosts } from '../contract/index.ts';
import { ProblemError } from '../shell/control/problem.ts';
import { createRoutes } from '../shell/control/routes.ts';
import { createLog } from '../shell/log.ts';
import { NodeShell } from '../shell/node-shell.ts';
import { createChance } from '../shell/shaping/chance.ts';
import { createShaper } from '../shell/shaping/shaper.ts';
import type { Machine, Processor } from './machine.ts';
import { microsPerMs } from './machine.ts';
import { createMemoryState } from './memory-state.ts';
import type { VirtualNetwork } from './network.ts';
import { createNodeTime, createSimulatedMeter } from './node-time.ts';
import { createSimulatedKeys } from './simulated-keys.ts';

export interface NodeRequest {
  readonly method: string;
  readonly path: string;
  /** Text of the body; none if absent. */
  readonly body?: string | undefined;
}

export interface NodeReply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** One node of a simulation: the same shell, engine and links as a real one, its process made up. */
export interface SimulatedNode {
  readonly isUp: boolean;
  readonly exit: NodeExit | null;
  /** Settles when the node has answered, which may take virtual time. */
  ask(request: NodeRequest): Promise<NodeReply>;
  start(state: 'kept' | 'empty'): Promise<void>;
  end(exit: NodeExit): void;
  pause(): void;
  resume(): void;
  limit(cpus: number | null): void;
  /** The last lines that it wrote. */
  log(lines: number): string;
  readonly sighting: Sighting;
}

export interface NodeExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly atMs: number;
}

export interface Sighting {
  readonly state: 'running' | 'paused' | 'gone';
  readonly startedMs: number;
  readonly cpuMicros: number;
  readonly cpus: number | null;
}

export interface SimulatedNodeOptions {
  readonly runId: string;
  readonly nodeIndex: number;
  readonly seed: number;
  readonly cpus: number | null;
  readonly costs: SimulationCosts;
}

interface Process {
  readonly shell: NodeShell;
  readonly processor: Processor;
  readonly ask: (request: NodeRequest) => Promise<NodeReply>;
  /** Rejects when the process ends: nobody waits for what it will never say. */
  readonly ended: Promise<never>;
  readonly end: () => void;
}

const logLinesMax = 500;

export function createSimulatedNode(
  options: SimulatedNodeOptions,
  { machine, network }: { readonly machine: Machine; readonly network: VirtualNetwork },
): SimulatedNode {
  const { nodeIndex, seed } = options;
  const key = hash('sha256', `${seed}|${nodeIndex}`, 'buffer');
  const state = createMemoryState(new Uint8Array(key));
  const peerId = `simulated-${nodeIndex}`;
  let lines: string[] = [];
  let process: Process | null = null;
  let exit: NodeExit | null = null;
  let startedMs = machine.nowMs;
  let isPaused = false;
  let cpus = options.cpus;
  let starts = 0;

  const createProcess = (): Process => {
    const processor = machine.createProcessor();
    processor.speed = cpus ?? 1;
    const clock = createNodeTime(machine, processor);
    const shaper = createShaper({ selfIndex: nodeIndex, clock });
    const chance = createChance(`${seed}|${nodeIndex}|${starts++}`);
    const write = (line: string): void => {
      lines.push(line);
      if (lines.length > 2 * logLinesMax) lines = lines.slice(-logLinesMax);
    };
    const dataAddress = `127.0.0.1:${10_000 + nodeIndex}`;
    const shell = new NodeShell(
      {
        runId: options.runId,
        nodeIndex,
        control: { address: '127.0.0.1', port: 1 },
        data: { address: '127.0.0.1', port: 10_000 + nodeIndex },
        stateDir: '',
      },
      {
        software: 'prsm-testbed-node/1 (simulated)',
        state: state.open(() => processor.spend(options.costs.persistMicros / microsPerMs)),
        clock,
        log: createLog(write, () => new Date(clock.wallMs()), { node: nodeIndex }),
        random: chance,
        memory: { limitBytes: Number.POSITIVE_INFINITY, machineBytes: 2 ** 36 },
        shaper,
        process: createSimulatedMeter(clock, processor),
        keyDesk: createSimulatedKeys(nodeIndex, key, { processor, costs: options.costs }),
        openHost: async () => network.open({ peerId, dataAddress, processor, shaper }),
        readContainer: () => null,
        onLoad: () => undefined,
        onShutdownRequest: () =>
          processor.soon(() => node.end({ code: 0, signal: null, atMs: clock.nowMs() })),
      },
    );
    processor.onTurnEnd = createSettling(shell, processor, options.costs);
    const routes = createRoutes(shell);
    let end = (): void => undefined;
    const ended = new Promise<never>((_resolve, reject) => {
      end = () => reject(new Error('ECONNRESET: the simulated node has ended'));
    });
    ended.catch(() => undefined);
    const answered = (request: NodeRequest): Promise<NodeReply> =>
      new Promise((resolve, reject) => {
        processor.post(() => {
          answer(routes, request).then(resolve, (error: unknown) => {
            if (error instanceof ProblemError) resolve(problemReply(error));
            else reject(error);
          });
        });
      });
    const ask = (request: NodeRequest): Promise<NodeReply> =>
      Promise.race([answered(request), ended]);
    return { shell, processor, ask, ended, end };
  };

  const node: SimulatedNode = {
    get isUp() {
      return process !== null;
    },
    get exit() {
      return exit;
    },
    async ask(request) {
      if (process === null) throw new Error('ECONNREFUSED: the simulated node is down');
      return process.ask(request);
    },
    async start(found) {
      if (found === 'empty') {
        node.end({ code: null, signal: 'SIGKILL', atMs: machine.nowMs });
        state.empty();
      }
      if (process !== null) return;
      exit = null;
      isPaused = false;
      startedMs = machine.nowMs;
      process = createProcess();
      const { shell, processor, ended } = process;
      const booted = new Promise<void>((resolve, reject) => {
        processor.post(() => void shell.boot().then(resolve, reject));
      });
      await Promise.race([booted, ended]);
    },
    end(how) {
      if (process === null) return;
      process.processor.halt();
      process.end();
      network.vanish(peerId);
      process = null;
      exit = how;
    },
    pause() {
      isPaused = true;
      process?.processor.pause();
    },
    resume() {
      isPaused = false;
      process?.processor.resume();
    },
    limit(next) {
      cpus = next;
      if (process !== null) process.processor.speed = next ?? 1;
    },
    log: (count) => lines.slice(-count).join(''),
    get sighting(): Sighting {
      return {
        state: process === null ? 'gone' : isPaused ? 'paused' : 'running',
        startedMs,
        cpuMicros: Math.round((process?.processor.spentMs ?? 0) * 1_000),
        cpus,
      };
    },
  };
  return node;
}

/** What messages and transactions cost besides their bytes and signatures, by what was counted. */
function createSettling(
  shell: NodeShell,
  processor: Processor,
  costs: SimulationCosts,
): () => void {
  let messages = 0;
  let transactions = 0;
  return () => {
    const { traffic, engine } = shell.figures();
    const messagesNow = traffic.messagesReceived + traffic.messagesSent;
    const transactionsNow = engine?.counters.transactionsCommitted ?? 0;
    const micros =
      costs.messageMicros * (messagesNow - messages) +
      costs.transactionMicros * (transactionsNow - transactions);
    messages = messagesNow;
    transactions = transactionsNow;
    processor.spend(micros / microsPerMs);
  };
}

async function answer(
  routes: ReturnType<typeof createRoutes>,
  { method, path, body }: NodeRequest,
): Promise<NodeReply> {
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) throw new ProblemError(404, 'NOT_FOUND', `There is no ${path}.`);
  const endpoint = method === 'GET' || method === 'POST' ? route[method] : undefined;
  if (endpoint === undefined) {
    throw new ProblemError(405, 'METHOD_NOT_ALLOWED', `${path} does not take ${method}.`);
  }
  const reply = await endpoint(method === 'POST' ? parseBody(body) : undefined);
  if ('text' in reply)
    return { status: reply.status, contentType: reply.contentType, text: reply.text };
  return {
    status: reply.status,
    contentType: 'application/json',
    text: JSON.stringify(reply.json),
  };
}

function parseBody(text: string | undefined): unknown {
  if (text === undefined || text === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ProblemError(400, 'BAD_REQUEST', `The body is not JSON: ${why}.`);
  }
}

function problemReply({ status, code, message }: ProblemError): NodeReply {
  const text = JSON.stringify({ code, message });
  return { status, contentType: 'application/json', text };
}
