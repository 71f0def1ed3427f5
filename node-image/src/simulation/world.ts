import type { SimulationCosts } from '../contract/index.ts';
import { createMachine, microsPerMs } from './machine.ts';
import { createVirtualNetwork } from './network.ts';
import { createSimulatedNode, type SimulatedNode } from './simulated-node.ts';

/**
 * A simulated network as a whole: nodes, the wire between them, and the time that passes for them
 * only when it is told to. Equal options and equal orders at equal times give equal results.
 */
export interface World {
  readonly nowMs: number;
  readonly nodes: readonly SimulatedNode[];
  /**
   * Carries out what happens up to `untilMs`; ends earlier when an answer that somebody waits for
   * is there.
   */
  advance(untilMs: number): Promise<void>;
  /** Somebody waits for this; `advance` stops when it settles. */
  await<T>(answer: Promise<T>): Promise<T>;
}

export interface WorldOptions {
  readonly runId: string;
  readonly seed: number;
  readonly startUnixMs: number;
  /** That all nodes share. */
  readonly cores: number;
  readonly costs: SimulationCosts;
  /** By index: the cores that each may use; null: no limit. */
  readonly cpus: readonly (number | null)[];
}

/** Between processes of one host; measured on loopback. */
const oneWayMs = 0.03;

export function createWorld(options: WorldOptions): World {
  const { costs } = options;
  const machine = createMachine({
    cores: options.cores,
    startUnixMs: options.startUnixMs,
    turnMs: costs.turnMicros / microsPerMs,
  });
  /** Promises inside the nodes may go on: they need a moment of real time. */
  let mayGoOn = false;
  let awaited = 0;
  let settled = 0;
  const network = createVirtualNetwork(machine, {
    oneWayMs,
    handshakeMs: handshakeMs(costs),
    costs,
    onPromise() {
      mayGoOn = true;
    },
  });
  const nodes = options.cpus.map((cpus, nodeIndex) =>
    createSimulatedNode(
      { runId: options.runId, seed: options.seed, nodeIndex, cpus, costs },
      { machine, network },
    ),
  );
  return {
    nodes,
    get nowMs() {
      return machine.nowMs;
    },
    async advance(untilMs) {
      const before = settled;
      await turnOfEventLoop();
      while (settled === before && machine.nextMs <= untilMs) {
        machine.step();
        if (!mayGoOn && awaited === 0) continue;
        mayGoOn = false;
        await turnOfEventLoop();
      }
      if (settled === before && machine.nowMs < untilMs) machine.idleUntil(untilMs);
    },
    async await(answer) {
      awaited += 1;
      try {
        return await answer;
      } finally {
        awaited -= 1;
        settled += 1;
      }
    },
  };
}

/** Noise XX at one end: a signature, a check, and Curve25519 products worth some more checks. */
function handshakeMs({ schemes: { ed25519 } }: SimulationCosts): number {
  return (6 * ed25519.verifyMicros + 2 * ed25519.signMicros) / microsPerMs;
}

/** Everything that promises were waiting to do is done. */
function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
