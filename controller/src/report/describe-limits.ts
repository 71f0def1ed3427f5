import { formatBytes } from '../lib/units.ts';
import { placeOf } from '../model/planned-node.ts';
import type { RunRecord } from '../model/record.ts';
import type { ResourceSpec } from '../model/resources.ts';
import { askedCpus } from '../plan/resolve-limits.ts';

/**
 * Limits of a node as they were asked for, per region where these differ: `0.5 cores, 256 MiB`,
 * `cloud: 2 cores, 1 GiB; edge: 0.2 cores, 256 MiB`. What the host could not give is a warning.
 */
export function describeLimits(run: RunRecord): string {
  const { cells, scenario } = run.plan;
  const places = new Map(cells.at(-1)?.nodes.map((node) => [placeOf(node), node.resources]));
  const texts = [...places].map(([name, asked]) => ({ name, text: describe(asked, run) }));
  const distinct = new Set(texts.map(({ text }) => text));
  if (distinct.size < 2) return texts[0]?.text ?? describe(scenario.resources, run);
  return texts.map(({ name, text }) => `${name}: ${text}`).join('; ');
}

function describe(resources: ResourceSpec, { plan, host }: RunRecord): string {
  const { cpus, memoryBytes } = resources;
  const asked = askedCpus(plan, resources, host.cores);
  const cores =
    asked === null ? 'no CPU limit' : `${cpus === 'fair' ? 'a fair share of ' : ''}${asked} cores`;
  return `${cores}, ${memoryBytes === null ? 'no memory limit' : formatBytes(memoryBytes)}`;
}
