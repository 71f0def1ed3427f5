/**
 * Scenario + seed -> plan. Pure and deterministic: the same scenario gives the same bytes on
 * every machine, and their hash is what two runs must share to be comparable. What depends on the
 * host is in estimate-capacity.ts.
 */
import { createHash } from 'node:crypto';
import { assert } from '../lib/assert.ts';
import { deepFreeze } from '../lib/freeze.ts';
import { createPrng, shuffle } from '../lib/prng.ts';
import { type Axis, type Coordinate, keyOf, sizeAxis } from '../model/axis.ts';
import type { CellId } from '../model/ids.ts';
import type { ShaperKind } from '../model/network.ts';
import type { Cell, Plan, PlannedRepetition } from '../model/plan.ts';
import type { RuntimeKind, Scenario } from '../model/scenario.ts';
import { canonicalJson } from './canonical-json.ts';
import { rolesOf } from './draw-byzantine.ts';
import { listNodes, resourcesOf } from './list-nodes.ts';
import { nameCells } from './name-cells.ts';
import { needsShaping, planNetwork } from './plan-network.ts';
import { planTimeline } from './plan-timeline.ts';
import { settingsOf } from './settings-of.ts';
import { createGraph } from './topology/create-graph.ts';

/**
 * Expands a scenario: every size of every variation is a cell.
 * @param runtime the one that `auto` came to, or the scenario's own
 * @param shaper likewise, of what has to be shaped; see resolve-shaper.ts
 */
export function createPlan(scenario: Scenario, runtime: RuntimeKind, shaper: ShaperKind): Plan {
  assert(scenario.runtime === 'auto' || scenario.runtime === runtime, 'plan for another runtime');
  const { variations, ...shown } = scenario;
  const isVaried = variations !== undefined;
  assert(
    isVaried || scenario.shaper === 'auto' || scenario.shaper === shaper,
    'plan for another shaper',
  );
  const drafts = combine(scenario);
  const ids = nameCells(drafts.map(({ coordinates }) => coordinates));
  const cells = drafts.map((draft, index) => {
    const id = ids[index];
    assert(id !== undefined, 'a cell without a name');
    return createCell(id, draft, shaper);
  });
  const order = orderRepetitions(cells, scenario);
  const axes = [sizeAxisOf(drafts), ...(scenario.axes ?? [])];
  const shapers = cells.map((cell) => cell.settings.shaper);
  const shapes: ShaperKind = shapers.find((one) => one !== 'none') ?? 'none';
  const body = { scenario: shown, axes, runtime, shaper: shapes, cells, order };
  return deepFreeze({ ...body, hash: hashPlan(body) });
}

/** A cell before it is laid out. */
export interface CellDraft {
  readonly coordinates: readonly Coordinate[];
  readonly nodeCount: number;
  readonly asked: Omit<Scenario, 'axes' | 'variations'>;
}

/** Sizes first, ascending; of one size in the order of the variations. */
function combine(scenario: Scenario): CellDraft[] {
  const { variations = [{ coordinates: [], scenario }] } = scenario;
  const sizes = new Set(variations.flatMap((one) => one.scenario.nodes));
  return [...sizes]
    .sort((a, b) => a - b)
    .flatMap((nodeCount) =>
      variations
        .filter((one) => one.scenario.nodes.includes(nodeCount))
        .map((one) => ({
          coordinates: [sizeCoordinate(nodeCount), ...one.coordinates],
          nodeCount,
          asked: one.scenario,
        })),
    );
}

function sizeCoordinate(nodeCount: number): Coordinate {
  return { axis: sizeAxis, value: nodeCount, text: `${nodeCount}` };
}

function sizeAxisOf(drafts: readonly CellDraft[]): Axis {
  const sizes = [...new Set(drafts.map(({ nodeCount }) => nodeCount))];
  return {
    field: sizeAxis,
    kind: 'numeric',
    values: sizes.map((value) => ({ value, text: `${value}` })),
  };
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
export function createCell(id: CellId, draft: CellDraft, shaper: ShaperKind): Cell {
  const { asked, coordinates, nodeCount } = draft;
  assert(Number.isInteger(nodeCount) && nodeCount >= 1, `a network of ${nodeCount} nodes`);
  const faultyMax = Math.floor((nodeCount - 1) / 3);
  const graph = createGraph(asked.topology ?? { kind: 'full' }, nodeCount);
  const settings = settingsOf(asked, shaperOf(asked, shaper));
  const laidOut = planNetwork(asked, nodeCount, settings.shaper);
  const network = graph === undefined ? laidOut : { ...laidOut, edges: graph.edges };
  return {
    id,
    coordinates,
    settings,
    nodeCount,
    nodes: listNodes(
      network,
      resourcesOf(asked.network, asked.resources),
      rolesOf(asked.byzantine, nodeCount, asked.seed),
    ),
    faultyMax,
    quorum: Math.floor((nodeCount + faultyMax) / 2) + 1,
    connections: graph?.edges.length ?? (nodeCount * (nodeCount - 1)) / 2,
    ...(graph === undefined ? {} : { graph: graph.figures }),
    network,
    timeline: planTimeline(asked, network.regions),
  };
}

/** @param shaper what `auto` came to where something has to be shaped */
function shaperOf(asked: CellDraft['asked'], shaper: ShaperKind): ShaperKind {
  const needed = needsShaping(asked) ? shaper : 'none';
  const own = asked.shaper === 'auto' ? needed : asked.shaper;
  assert(own !== 'none' || !needsShaping(asked), 'plan for a network that nobody shapes');
  return own;
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
    shuffle(cells, prng).map(({ id, coordinates }) => ({
      cellId: id,
      repetition: block,
      block,
      seed: deriveSeed(seed, coordinates, block),
    })),
  ).flat();
}

/**
 * Seed of one repetition, a function of its cell's coordinates alone: neither another value of an
 * axis, nor another way to write a number, nor the order of the axes changes the load of any other.
 * @returns an integer in [0, 2^31)
 */
function deriveSeed(seed: number, coordinates: readonly Coordinate[], repetition: number): number {
  const own = coordinates.map((one): string =>
    one.axis === sizeAxis ? `n${one.value}` : JSON.stringify([one.axis, keyOf(one)]),
  );
  const digest = createHash('sha256')
    .update(`testbed-seed|${seed}|${own.sort().join('|')}|${repetition}`)
    .digest();
  return digest.readUInt32BE(0) >>> 1;
}
