import type { CellId } from '../model/ids.ts';
import type { ShaperKind } from '../model/network.ts';
import type { Capacity, Plan } from '../model/plan.ts';
import type { HostFacts } from '../model/record.ts';
import type { Scenario } from '../model/scenario.ts';
import { assertFits } from '../plan/estimate-capacity.ts';
import { resolveShaper } from '../plan/resolve-shaper.ts';
import type { CellImages } from '../run/repetition-request.ts';
import type { ResolvedImage, Runtime } from '../runtime/runtime.ts';
import { holdAgainst } from './hold-plan.ts';
import type { KernelSettings } from './ports.ts';

export interface PreparedPlan {
  readonly plan: Plan;
  readonly capacity: Capacity;
  readonly hosts: readonly HostFacts[];
  readonly images: CellImages;
  /** What to know about who shapes; stored with the run. */
  readonly shaperWarnings: readonly string[];
}

/**
 * @throws TestbedError PLAN_TOO_LARGE, CONFIG_INVALID, SHAPER_UNAVAILABLE, IMAGE_*, DOCKER_*
 */
export async function preparePlan(
  scenario: Scenario,
  runtime: Runtime,
  { strict }: { readonly strict: boolean },
  { probe, signal }: { readonly probe: KernelSettings; readonly signal: AbortSignal },
): Promise<PreparedPlan> {
  const hosts = await runtime.inspectHosts({ signal });
  const { shaper, warnings } = await chooseShaper(scenario, runtime, signal);
  const where = { runtime: runtime.kind, hosts, shaper };
  const { plan, capacity } = await holdAgainst(scenario, where, probe);
  assertFits(plan, capacity, { strict });
  const images = await resolveImages(plan, runtime, signal);
  return { plan, capacity, hosts, images, shaperWarnings: warnings };
}

/** Tries a real qdisc, but only where the answer matters: it costs a container. */
async function chooseShaper(
  scenario: Scenario,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<{ readonly shaper: ShaperKind; readonly warnings: readonly string[] }> {
  return resolveShaper(scenario, () => runtime.probeNetem({ signal }));
}

/** Each image or command once, however many cells have it. */
async function resolveImages(
  { cells }: Plan,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<CellImages> {
  const known = new Map<string, ResolvedImage>();
  const images = new Map<CellId, ResolvedImage>();
  for (const { id, settings } of cells) {
    const { image, command } = settings;
    const key = JSON.stringify([image, command]);
    const found = known.get(key) ?? (await runtime.resolveImage(image, { signal, command }));
    known.set(key, found);
    images.set(id, found);
  }
  return images;
}
