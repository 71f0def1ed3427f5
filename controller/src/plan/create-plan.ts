/**
 * Scenario + seed -> plan. Pure and deterministic: the same scenario gives the same bytes on
 * every machine, and their hash is what two runs must share to be comparable. What depends on the
 * host is in estimate-capacity.ts.
 */
import { createHash } from 'node:crypto';
import { assert } from '../lib/assert.ts';
import { deepFreeze } from '../lib/freeze.ts';
import { createPrng, shuffle } from '../lib/prng.ts';
import { type CellId, createCellId } from '../model/ids.ts';
import type { ShaperKind } from '../model/network.ts';
import type { Cell, Plan, PlannedRepetition } from '../model/plan.ts';
import type { RuntimeKind, Scenario } from '../model/scenario.ts';
import { canonicalJson } from './canonical-json.ts';
import { needsShaping, planNetwork } from './plan-network.ts';
import { planTimeline } from './plan-timeline.ts';
import { createGraph } from './topology/create-graph.ts';

/**
 * Expands a scenario.
 * @param runtime the one that `auto` came to, or the scenario's own
 * @param shaper likewise, see resolve-shaper.ts
 */
export function createPlan(scenario: Scenario, runtime: RuntimeKind, shaper: ShaperKind): Plan {
  assert(scenario.runtime === 'auto' || scenario.runtime === runtime, 'plan for another runtime');
  assert(scenario.shaper === 'auto' || scenario.shaper === shaper, 'plan for another shaper');
  assert(shaper !== 'none' || !needsShaping(scenario), 'plan for a network that nobody shapes');
  const cells = scenario.nodes.map((nodeCount) => createCell(scenario, nodeCount, shaper));
  const order = orderRepetitions(cells, scenario);
  const body = { scenario, runtime, shaper, cells, order };
  return deepFreeze({ ...body, hash: hashPlan(body) });
}

/** SHA-256 over the canonical JSON of a plan without its hash, lower-case hex. */
export function hashPlan(body: Omit<Plan, 'hash'>): string {
  return createHash('sha256').update(canonicalJson(body)).digest('hex');
}

/**
 * Most faulty nodes that n can tolerate, and the votes that make a certificate:
 * f = floor((n-1)/3), q = floor((n+f)/2)+1. Two sets of q share a correct node for every n, not
 * only for n = 3f+1.
 */
export function createCell(scenario: Scenario, nodeCount: number, shaper: ShaperKind): Cell {
  assert(Number.isInteger(nodeCount) && nodeCount >= 1, `a network of ${nodeCount} nodes`);
  const faultyMax = Math.floor((nodeCount - 1) / 3);
  const graph = createGraph(scenario.topology ?? { kind: 'full' }, nodeCount);
  const network = planNetwork(scenario, nodeCount, shaper);
  return {
    id: createCellId(nodeCount),
    nodeCount,
    faultyMax,
    quorum: Math.floor((nodeCount + faultyMax) / 2) + 1,
    connections: graph?.edges.length ?? (nodeCount * (nodeCount - 1)) / 2,
    ...(graph === undefined ? {} : { graph: graph.figures }),
    network: graph === undefined ? network : { ...network, edges: graph.edges },
    timeline: planTimeline(scenario, network.regions),
  };
}

/**
 * Every cell once per block, shuffled inside the block: a host that slows down over the hours
 * then slows all sizes alike instead of becoming an effect of size (statistics B1).
 */
function orderRepetitions(
  cells: readonly Cell[],
  { repetitions, seed }: Scenario,
): PlannedRepetition[] {
  const prng = createPrng(seed);
  return Array.from({ length: repetitions }, (_, block) =>
    shuffle(cells, prng).map(({ id }) => ({
      cellId: id,
      repetition: block,
      block,
      seed: deriveSeed(seed, id, block),
    })),
  ).flat();
}

/**
 * Seed of one repetition, a function of its name alone: adding a size to the scenario leaves the
 * load of all others as it was.
 * @returns an integer in [0, 2^31)
 */
function deriveSeed(seed: number, cellId: CellId, repetition: number): number {
  const digest = createHash('sha256')
    .update(`testbed-seed|${seed}|${cellId}|${repetition}`)
    .digest();
  return digest.readUInt32BE(0) >>> 1;
}
