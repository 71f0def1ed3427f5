/** Who shapes: the scenario's wish, what its network needs, and what a trial of netem showed. */

import { TestbedError } from '../errors/testbed-error.ts';
import type { ShaperKind } from '../model/network.ts';
import type { ProfileSpec } from '../model/network-spec.ts';
import { runtimeTraits } from '../model/runtime-traits.ts';
import type { Scenario } from '../model/scenario.ts';
import { networkEvents } from '../model/timeline-spec.ts';
import { needsShaping } from './plan-network.ts';

/** What a trial of a real qdisc showed; the runtime's `probeNetem` gives one. */
export type NetemFinding =
  | { readonly kind: 'works'; readonly toDuplicate?: NetemLack }
  | ({ readonly kind: 'missing' } & NetemLack);

interface NetemLack {
  readonly missing: readonly string[];
  readonly hint: string;
}

export interface ResolvedShaper {
  readonly shaper: ShaperKind;
  /** To be stored with the run. */
  readonly warnings: readonly string[];
}

type Asked = Pick<Scenario, 'shaper' | 'runtime' | 'network' | 'timeline'>;

/**
 * One answer for the whole plan: whoever shapes, shapes every cell that leaves it open, so that cells
 * can be compared.
 * @param tryNetem asked only where the answer matters, once
 * @throws TestbedError SHAPER_UNAVAILABLE if a network needs netem and there is none
 */
export async function resolveShaper(
  scenario: Asked & Pick<Scenario, 'variations'>,
  tryNetem: () => Promise<NetemFinding>,
): Promise<ResolvedShaper> {
  let trial: Promise<NetemFinding> | undefined;
  const tryOnce = (): Promise<NetemFinding> => {
    trial ??= tryNetem();
    return trial;
  };
  const asked: readonly Asked[] = scenario.variations?.map((one) => one.scenario) ?? [scenario];
  const answers: ResolvedShaper[] = [];
  for (const one of distinctNetworks(asked)) answers.push(await resolveOne(one, tryOnce));
  return {
    shaper: answers.find(({ shaper }) => shaper !== 'none')?.shaper ?? 'none',
    warnings: [...new Set(answers.flatMap(({ warnings }) => warnings))],
  };
}

/** What matters here, of each kind one; first those that leave it to us who shapes. */
function distinctNetworks(asked: readonly Asked[]): readonly Asked[] {
  const byWords = new Map(
    asked.map((one) => [
      JSON.stringify([one.shaper, needsShaping(one), featuresBeyondUserspace(one)]),
      one,
    ]),
  );
  const isOpen = (one: Asked): number => (one.shaper === 'auto' ? 0 : 1);
  return [...byWords.values()].sort((a, b) => isOpen(a) - isOpen(b));
}

async function resolveOne(
  scenario: Asked,
  tryNetem: () => Promise<NetemFinding>,
): Promise<ResolvedShaper> {
  const { shaper, runtime } = scenario;
  if (shaper === 'none' || (shaper === 'auto' && !needsShaping(scenario))) {
    return { shaper: 'none', warnings: [] };
  }
  if (shaper === 'userspace') return { shaper, warnings: [] };
  if (runtime !== 'auto' && !runtimeTraits[runtime].hasOwnNamespaces) {
    return { shaper: 'userspace', warnings: [describeUserspace('')] };
  }
  const finding = await tryNetem();
  if (finding.kind === 'works') {
    refuseDuplicates(scenario, finding.toDuplicate);
    return { shaper: 'netem', warnings: [] };
  }
  const { missing, hint } = finding;
  const lacks = `This host lacks ${missing.join(' and ')}`;
  if (shaper === 'netem') {
    const message = `The scenario asks for the netem shaper, which cannot work here. ${lacks}.`;
    throw new TestbedError('SHAPER_UNAVAILABLE', message, { hint, details: { missing } });
  }
  const beyond = featuresBeyondUserspace(scenario);
  if (beyond.length > 0) {
    const message = `The network asks for ${beyond.join(', ')}, which only netem can do. ${lacks}.`;
    throw new TestbedError('SHAPER_UNAVAILABLE', message, {
      hint: `${hint} Or leave that out of the scenario.`,
      details: { missing, beyond },
    });
  }
  return { shaper: 'userspace', warnings: [describeUserspace(`${lacks}. `)] };
}

/** Userspace is no way out: it cannot duplicate either. */
function refuseDuplicates(scenario: Asked, lack: NetemLack | undefined): void {
  if (lack === undefined || !profilesOf(scenario).some((one) => one.duplicateRatio > 0)) return;
  const { missing, hint } = lack;
  throw new TestbedError(
    'SHAPER_UNAVAILABLE',
    `The network asks for duplicated packets. This host lacks ${missing.join(' and ')}.`,
    { hint: `${hint} Or leave that out of the scenario.`, details: { missing } },
  );
}

function describeUserspace(why: string): string {
  return `${why}Links are shaped inside the nodes (userspace), not in the kernel: do not compare with runs under netem.`;
}

/** What a network asks for that the userspace shaper cannot do; phrases, each once. */
export function featuresBeyondUserspace(
  scenario: Pick<Scenario, 'network' | 'timeline'>,
): string[] {
  const profiles = profilesOf(scenario);
  const asks = (test: (profile: ProfileSpec) => boolean, phrase: string): string[] =>
    profiles.some(test) ? [phrase] : [];
  return [
    ...asks((one) => one.corruptRatio > 0, 'corrupted packets'),
    ...asks((one) => one.duplicateRatio > 0, 'duplicated packets'),
    ...asks((one) => one.reorders, 'packets that overtake each other'),
    ...asks((one) => one.queuePackets !== null, 'a limit of queues'),
  ];
}

/** Of all times. */
function profilesOf({
  network,
  timeline,
}: Pick<Scenario, 'network' | 'timeline'>): readonly ProfileSpec[] {
  return [
    ...network.links.map(({ profile }) => profile),
    ...network.groups.map(({ access }) => access),
    ...networkEvents(timeline).flatMap(({ action }) =>
      action.kind === 'degrade' || action.kind === 'profile' ? [action.profile] : [],
    ),
  ];
}
