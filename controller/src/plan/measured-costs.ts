/**
 * What things cost, as measured; every estimate is made of these. They are for planning only and
 * never appear in a result. Where they were measured is said with each.
 */
import type { RuntimeKind } from '../model/scenario.ts';

export interface MeasuredCosts {
  /** Resident memory of one node without connections (bundled node process, Node 24). */
  readonly nodeBytes: number;
  /** Both ends of one TCP + Noise + yamux connection together. */
  readonly connectionBytes: number;
  /** Processor time of dialling and handshaking one connection, both ends together. */
  readonly connectionCpuMs: number;
  /** From the start of a node process to its control port, processor time. */
  readonly nodeStartCpuMs: number;
  /** Nodes brought up and taken down per second, everything of the runtime included. */
  readonly startsPerSec: number;
  readonly stopsPerSec: number;
  /** Per repetition, whatever its size: networks, barriers, canary, collection, store. */
  readonly overheadMs: number;
  /** Shaping all links and measuring every pair of regions: the most that verification takes. */
  readonly shapeMs: number;
  /** A drain of a network that keeps up with its load. */
  readonly drainMs: number;
}

const common = {
  nodeBytes: 70 * 1024 ** 2,
  connectionBytes: 0.26 * 1024 ** 2,
  connectionCpuMs: 11,
  nodeStartCpuMs: 120,
  overheadMs: 3_000,
  shapeMs: 10_000,
  drainMs: 1_000,
} as const;

/** In one thread of the controller; how long a window takes depends on what happens in it. */
const simulated = {
  ...common,
  nodeBytes: 2 * 1024 ** 2,
  connectionBytes: 20 * 1024,
  connectionCpuMs: 0.5,
  nodeStartCpuMs: 5,
  startsPerSec: 200,
  stopsPerSec: 10_000,
} as const;

/**
 * Measured on 2 virtual cores. Docker: Engine 20.10 starts about 6 containers a second and
 * removes about 7 that can leave (50 in 8 and 7 s). Process: spawning is bound by the start-up of Node.js itself.
 * A connection costs what is said among 40 nodes, none of which has run that code before.
 */
export const measuredCosts: Readonly<Record<RuntimeKind, MeasuredCosts>> = {
  docker: { ...common, startsPerSec: 6, stopsPerSec: 7 },
  process: { ...common, startsPerSec: 12, stopsPerSec: 50 },
  sim: simulated,
};

/** Limits of Linux that a network on one host meets. */
export const kernelLimits = {
  /** Ports of one bridge (BR_MAX_PORTS is 1024, port 0 is not used). */
  bridgePortsMax: 1023,
  /** net.ipv4.neigh.default.gc_thresh3 as kernels ship it; shared by all network namespaces. */
  neighbourEntriesDefault: 1024,
} as const;
