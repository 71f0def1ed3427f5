import { TestbedError } from '../errors/testbed-error.ts';
import type { Capacity, Plan } from '../model/plan.ts';
import type { HostFacts } from '../model/record.ts';
import { chosenRuntime, plainRuntime, runtimeTraits } from '../model/runtime-traits.ts';
import type { RuntimeKind, Scenario } from '../model/scenario.ts';
import { assertFits } from '../plan/estimate-capacity.ts';
import { type ResolvedShaper, resolveShaper } from '../plan/resolve-shaper.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { holdAgainst } from './hold-plan.ts';
import type { Workshop } from './ports.ts';

export interface PlanHereDependencies {
  readonly workshop: Pick<Workshop, 'openRuntime' | 'probe'>;
  readonly signal: AbortSignal;
}

/** A plan held against this host, to be looked at. */
export interface PlanHere {
  readonly plan: Plan;
  readonly capacity: Capacity;
  readonly hosts: readonly HostFacts[];
  /** Why it cannot run here, though it can be planned. */
  readonly error: TestbedError | null;
}

/** Starts no node. @throws TestbedError where not even the host can be asked */
export async function planHere(
  scenario: Scenario,
  { strict }: { readonly strict: boolean },
  deps: PlanHereDependencies,
): Promise<PlanHere> {
  const kind = chosenRuntime(scenario.runtime);
  const { hosts, shaper, warnings, failure } = await lookAround(scenario, kind, deps);
  const where = { runtime: kind, hosts, shaper };
  const { plan, capacity } = await holdAgainst(scenario, where, deps.workshop.probe);
  const refusal = findRefusal(() => assertFits(plan, capacity, { strict }));
  return {
    plan,
    capacity: { ...capacity, warnings: [...warnings, ...capacity.warnings] },
    hosts,
    error: refusal ?? failure,
  };
}

function findRefusal(assertion: () => void): TestbedError | null {
  try {
    assertion();
    return null;
  } catch (error) {
    if (error instanceof TestbedError) return error;
    throw error;
  }
}

interface Surroundings extends ResolvedShaper {
  readonly hosts: readonly HostFacts[];
  /** Why the scenario cannot be shaped here, though it can be planned. */
  readonly failure: TestbedError | null;
}

/** The hosts of the runtime; without Docker, this machine, so that a plan can be made anywhere. */
async function lookAround(
  scenario: Scenario,
  kind: RuntimeKind,
  { workshop, signal }: PlanHereDependencies,
): Promise<Surroundings> {
  const runtime = await workshop.openRuntime(kind);
  try {
    const hosts = await runtime.inspectHosts({ signal });
    return { hosts, ...(await chooseShaper(scenario, runtime, signal)) };
  } catch (error) {
    if (!runtimeTraits[kind].needsEngine || !(error instanceof TestbedError)) throw error;
    const machine = await workshop.openRuntime(plainRuntime);
    const hosts = await machine.inspectHosts({ signal }).finally(() => machine.close());
    const { shaper } = await resolveShaper(scenario, assumeNetem);
    const unasked = shaper === 'netem' ? ' Links are planned for netem.' : '';
    const warning = `Docker cannot be asked, so this is the arithmetic of this machine.${unasked} ${error.message}`;
    return { hosts, shaper, warnings: [warning], failure: null };
  } finally {
    await runtime.close();
  }
}

/** A scenario that cannot be shaped here is planned for netem all the same, to be looked at. */
async function chooseShaper(
  scenario: Scenario,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<Omit<Surroundings, 'hosts'>> {
  let trial: TestbedError | null = null;
  const tryNetem = async () => {
    try {
      return await runtime.probeNetem({ signal });
    } catch (error) {
      if (!(error instanceof TestbedError) || signal.aborted) throw error;
      trial = error;
      return assumeNetem();
    }
  };
  const noteTrial = (): string[] =>
    trial === null
      ? []
      : [`Whether netem works here could not be tried; it is assumed. ${trial.message}`];
  try {
    const { shaper, warnings } = await resolveShaper(scenario, tryNetem);
    return { shaper, warnings: [...warnings, ...noteTrial()], failure: null };
  } catch (error) {
    if (!(error instanceof TestbedError) || error.code !== 'SHAPER_UNAVAILABLE') throw error;
    const { shaper } = await resolveShaper(scenario, assumeNetem);
    return { shaper, warnings: [], failure: error };
  }
}

async function assumeNetem(): Promise<{ readonly kind: 'works' }> {
  return { kind: 'works' };
}
