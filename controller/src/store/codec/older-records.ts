import { sizeAxis } from '../../model/axis.ts';
import type { PlannedRegion } from '../../model/network.ts';
import type { Cell, Plan } from '../../model/plan.ts';
import type {
  HostFacts,
  HostSampleRecord,
  NodeRecord,
  Provenance,
  RepetitionRecord,
  RunRecord,
} from '../../model/record.ts';
import type { ResourceSpec } from '../../model/resources.ts';
import type { Scenario } from '../../model/scenario.ts';
import { listNodes } from '../../plan/list-nodes.ts';
import { settingsOf } from '../../plan/settings-of.ts';

/*
 * Records of testbeds that shaped nothing yet have no word for it, those that varied nothing but the
 * size have it in no cell, and those that had one host do not number it. They are completed where they come in, so that everybody else finds
 * every field.
 */

type Later<T, Key extends keyof T> = Omit<T, Key> & Partial<Pick<T, Key>>;

/** Limits were those of a region before nodes had any. */
type OlderNetwork = Omit<Cell['network'], 'regions'> & {
  readonly regions: readonly (PlannedRegion & { readonly resources?: ResourceSpec })[];
};

type OlderCell = Later<Omit<Cell, 'network'>, 'settings' | 'coordinates' | 'nodes' | 'timeline'> & {
  readonly network?: OlderNetwork;
};

type OlderPlan = Later<Omit<Plan, 'scenario' | 'cells'>, 'shaper' | 'axes'> & {
  readonly scenario: Later<Scenario, 'network' | 'shaper' | 'timeline' | 'expect'> & {
    /** What a timeline was called when only the network changed. */
    readonly changes?: Scenario['timeline'];
  };
  readonly cells: readonly OlderCell[];
};

/** @param stored what was written from a Plan, by this testbed or an older one */
export function completePlan(stored: unknown): Plan {
  // Only our own writers make these values; plan_hash lets anybody check it.
  const older = stored as OlderPlan;
  const hasNodes = older.cells.every(({ nodes }) => nodes !== undefined);
  if (hasNodes && older.scenario.timeline !== undefined) return stored as Plan;
  const shaper = older.shaper ?? 'none';
  const { changes = [], ...asked } = older.scenario;
  const scenario: Scenario = {
    network: unshapedSpec,
    shaper: 'none',
    timeline: changes,
    expect: [],
    ...asked,
  };
  const sizes = older.cells.map(({ nodeCount }) => nodeCount);
  return {
    ...older,
    scenario,
    axes: older.axes ?? [
      {
        field: sizeAxis,
        kind: 'numeric',
        values: sizes.map((value) => ({ value, text: `${value}` })),
      },
    ],
    shaper,
    cells: older.cells.map((cell) => completeCell(cell, scenario, shaper)),
  };
}

/** Everything but the size was the same in all cells, and stood in the scenario alone. */
function completeCell(cell: OlderCell, scenario: Scenario, shaper: Plan['shaper']): Cell {
  const { nodeCount } = cell;
  const stored: OlderNetwork = cell.network ?? unshapedNetwork(cell);
  const limits = new Map(stored.regions.map(({ name, resources }) => [name, resources]));
  const regions = stored.regions.map(({ resources: _resources, ...region }) => region);
  const network = { ...stored, regions };
  return {
    ...cell,
    coordinates: cell.coordinates ?? [{ axis: sizeAxis, value: nodeCount, text: `${nodeCount}` }],
    settings: cell.settings ?? settingsOf(scenario, shaper),
    nodes: listNodes(network, (place) => limits.get(place) ?? scenario.resources),
    network,
    timeline: cell.timeline ?? [],
  };
}

type OlderRun = Later<Omit<RunRecord, 'plan' | 'provenance'>, 'hosts'> & {
  readonly plan: unknown;
  readonly provenance: Later<Provenance, 'claims'>;
  /** The only one there was. */
  readonly host?: HostFacts;
};

/**
 * Without `claims` where older testbeds did not ask what nodes say they are; with a `host` where there
 * could be no other.
 */
export function completeRun({ host, ...stored }: OlderRun): RunRecord {
  const { provenance } = stored;
  const claims = provenance.claims ?? { source: null, nodes: [] };
  return {
    ...stored,
    hosts: stored.hosts ?? (host === undefined ? [] : [host]),
    plan: completePlan(stored.plan),
    provenance: { ...provenance, claims },
  };
}

type OlderRepetition = Later<
  Omit<RepetitionRecord, 'nodes' | 'hostSamples'>,
  'network' | 'timeline' | 'graphs'
> & {
  readonly nodes: readonly Later<NodeRecord, 'host'>[];
  readonly hostSamples: readonly Later<HostSampleRecord, 'host'>[];
};

/** Without `network`, `timeline`, `graphs` and the number of the host in records of older testbeds. */
export function completeRepetition(stored: OlderRepetition): RepetitionRecord {
  return {
    ...stored,
    nodes: stored.nodes.map((node) => ({ ...node, host: node.host ?? 0 })),
    hostSamples: stored.hostSamples.map((sample) => ({ ...sample, host: sample.host ?? 0 })),
    network: stored.network ?? null,
    timeline: stored.timeline ?? [],
    graphs: stored.graphs ?? [],
  };
}

const unshapedSpec: Scenario['network'] = {
  title: 'unshaped',
  regions: [{ name: 'all', share: { kind: 'rest' } }],
  groups: [],
  upBitsPerSec: null,
  downBitsPerSec: null,
  links: [],
};

function unshapedNetwork({ nodeCount }: Pick<Cell, 'nodeCount'>): Cell['network'] {
  const indexes = Array.from({ length: nodeCount }, (_, index) => index);
  // Room for the network, its gateway and its broadcast address besides the nodes.
  const prefix = 32 - Math.ceil(Math.log2(nodeCount + 3));
  return {
    regions: [
      {
        index: 0,
        name: 'all',
        nodes: indexes,
        block: { offset: 0, prefix },
        upBitsPerSec: null,
        downBitsPerSec: null,
      },
    ],
    regionOf: indexes.map(() => 0),
    addressing: { prefix, offsets: indexes.map((index) => index + 2) },
    initial: { links: [], cuts: [] },
    changes: [],
  };
}
