import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { SimulationCosts } from '../../../../node-image/src/contract/index.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { TimedWorld } from './virtual-clock.ts';

/** The controller's end of a simulated network: orders to its thread, and their answers. */
export interface Simulation extends TimedWorld {
  ask(nodeIndex: number, request: NodeRequest): Promise<NodeReply>;
  start(nodeIndex: number, state: 'kept' | 'empty'): Promise<void>;
  end(nodeIndex: number, signal: string): Promise<void>;
  pause(nodeIndex: number): Promise<void>;
  resume(nodeIndex: number): Promise<void>;
  limit(nodeIndex: number, cpus: number | null): Promise<void>;
  log(nodeIndex: number, lines: number): Promise<string>;
  exits(): Promise<readonly (SimulatedExit | null)[]>;
  sight(nodeIndex: number): Promise<Sighting>;
  close(): Promise<void>;
}

export interface NodeRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string | undefined;
}

const replySchema = z.object({ status: z.number(), contentType: z.string(), text: z.string() });
export type NodeReply = z.infer<typeof replySchema>;

const exitSchema = z.object({
  code: z.number().nullable(),
  signal: z.string().nullable(),
  atMs: z.number(),
});
export type SimulatedExit = z.infer<typeof exitSchema>;

const sightingSchema = z.object({
  state: z.enum(['running', 'paused', 'gone']),
  startedMs: z.number(),
  cpuMicros: z.number(),
  cpus: z.number().nullable(),
});
export type Sighting = z.infer<typeof sightingSchema>;

const answerSchema = z.object({
  number: z.number(),
  value: z.unknown().optional(),
  error: z.string().optional(),
});

export interface SimulationOptions {
  readonly runId: string;
  readonly seed: number;
  readonly startUnixMs: number;
  readonly cores: number;
  readonly costs: SimulationCosts;
  /** By node: the cores that each may use; null: no limit. */
  readonly cpus: readonly (number | null)[];
}

interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** @param bundlePath of node-image/src/simulation/worker.ts */
export function openSimulation(bundlePath: string, options: SimulationOptions): Simulation {
  const worker = new Worker(bundlePath, { workerData: options });
  const waiters = new Map<number, Waiter>();
  let orders = 0;
  let over: Error | null = null;

  const end = (error: Error): void => {
    over ??= error;
    for (const { reject } of waiters.values()) reject(over);
    waiters.clear();
  };
  worker.on('message', (message: unknown) => {
    const { number, value, error } = answerSchema.parse(message);
    const waiter = waiters.get(number);
    waiters.delete(number);
    if (error === undefined) waiter?.resolve(value);
    else waiter?.reject(new Error(error));
  });
  worker.on('error', (cause) => end(broken(cause)));
  worker.on('exit', () => end(broken(new Error('its thread has ended'))));

  const order = (content: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (over !== null) {
        reject(over);
        return;
      }
      const number = orders++;
      waiters.set(number, { resolve, reject });
      worker.postMessage({ number, order: content });
    });

  return {
    advance: async (untilMs) => z.number().parse(await order({ kind: 'advance', untilMs })),
    ask: async (nodeIndex, request) =>
      replySchema.parse(await order({ kind: 'ask', nodeIndex, ...request })),
    start: async (nodeIndex, state) => void (await order({ kind: 'start', nodeIndex, state })),
    end: async (nodeIndex, signal) => void (await order({ kind: 'end', nodeIndex, signal })),
    pause: async (nodeIndex) => void (await order({ kind: 'pause', nodeIndex })),
    resume: async (nodeIndex) => void (await order({ kind: 'resume', nodeIndex })),
    limit: async (nodeIndex, cpus) => void (await order({ kind: 'limit', nodeIndex, cpus })),
    log: async (nodeIndex, lines) =>
      z.string().parse(await order({ kind: 'log', nodeIndex, lines })),
    exits: async () => z.array(exitSchema.nullable()).parse(await order({ kind: 'exits' })),
    sight: async (nodeIndex) => sightingSchema.parse(await order({ kind: 'sight', nodeIndex })),
    close: async () => void (await worker.terminate()),
  };
}

function broken(cause: Error): TestbedError {
  return new TestbedError('SIMULATION_BROKEN', `The simulation has ended: ${cause.message}.`, {
    hint: 'This is a bug in the testbed, or the machine is out of memory: fewer nodes need less.',
    cause,
  });
}
