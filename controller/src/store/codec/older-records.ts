import type { Cell, Plan } from '../../model/plan.ts';
import type { Provenance, RepetitionRecord, RunRecord } from '../../model/record.ts';
import type { Scenario } from '../../model/scenario.ts';

/*
 * Records of testbeds that shaped nothing yet have no word for it. They are completed where they
 * come in, so that everybody else finds every field: unshaped, all nodes in one region.
 */

type Later<T, Key extends keyof T> = Omit<T, Key> & Partial<Pick<T, Key>>;

type OlderPlan = Later<Omit<Plan, 'scenario' | 'cells'>, 'shaper'> & {
  readonly scenario: Later<Scenario, 'network' | 'shaper' | 'timeline' | 'expect'> & {
    /** What a timeline was called when only the network changed. */
    readonly changes?: Scenario['timeline'];
  };
  readonly cells: readonly Later<Cell, 'network' | 'timeline'>[];
};

/** @param stored what was written from a Plan, by this testbed or an older one */
export function completePlan(stored: unknown): Plan {
  // Only our own writers make these values; plan_hash lets anybody check it.
  const plan = stored as OlderPlan;
  const isOfToday = plan.scenario.timeline !== undefined && plan.shaper !== undefined;
  if (isOfToday) return stored as Plan;
  const { changes = [], ...asked } = plan.scenario;
  const { network = unshapedSpec, shaper = 'none', timeline = changes, expect = [] } = asked;
  return {
    ...plan,
    scenario: { ...asked, network, shaper, timeline, expect },
    shaper: plan.shaper ?? 'none',
    cells: plan.cells.map(
      (cell): Cell => ({
        ...cell,
        network: cell.network ?? unshapedNetwork(cell, asked.resources),
        timeline: cell.timeline ?? [],
      }),
    ),
  };
}

type OlderRun = Omit<RunRecord, 'plan' | 'provenance'> & {
  readonly plan: unknown;
  readonly provenance: Later<Provenance, 'claims'>;
};

/** Without `claims` where older testbeds did not ask what nodes say they are. */
export function completeRun(stored: OlderRun): RunRecord {
  const { provenance } = stored;
  const claims = provenance.claims ?? { source: null, nodes: [] };
  return {
    ...stored,
    plan: completePlan(stored.plan),
    provenance: { ...provenance, claims },
  };
}

/** Without `network` and `timeline` in records of older testbeds. */
export function completeRepetition(
  stored: Later<RepetitionRecord, 'network' | 'timeline'>,
): RepetitionRecord {
  return { ...stored, network: stored.network ?? null, timeline: stored.timeline ?? [] };
}

const unshapedSpec: Scenario['network'] = {
  title: 'unshaped',
  regions: [{ name: 'all', share: { kind: 'rest' } }],
  groups: [],
  upBitsPerSec: null,
  downBitsPerSec: null,
  links: [],
};

function unshapedNetwork(
  { nodeCount }: Pick<Cell, 'nodeCount'>,
  resources: Scenario['resources'],
): Cell['network'] {
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
        resources,
      },
    ],
    regionOf: indexes.map(() => 0),
    addressing: { prefix, offsets: indexes.map((index) => index + 2) },
    initial: { links: [], cuts: [] },
    changes: [],
  };
}
