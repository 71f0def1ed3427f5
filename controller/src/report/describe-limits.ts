import { groupBy } from '../lib/group-by.ts';
import { formatBytes } from '../lib/units.ts';
import { sizeAxis } from '../model/axis.ts';
import type { Cell } from '../model/plan.ts';
import { placeOf } from '../model/planned-node.ts';
import type { RunRecord } from '../model/record.ts';
import type { ResourceSpec } from '../model/resources.ts';
import { askedCpus } from '../plan/resolve-limits.ts';

/**
 * Limits of a node as they were asked for, per region where these differ: `0.5 cores, 256 MiB`,
 * `cloud: 2 cores, 1 GiB; edge: 0.2 cores, 256 MiB`. What the host could not give is a warning.
 */
export function describeLimits(run: RunRecord): string {
  // Of each combination the largest size: smaller ones may leave a region without a node.
  const largest = groupBy(run.plan.cells, ({ coordinates }) =>
    coordinates
      .filter(({ axis }) => axis !== sizeAxis)
      .map(({ text }) => text)
      .join('\n'),
  );
  const texts = [...largest.values()].flatMap((cells) => cells.at(-1) ?? []);
  return [...new Set(texts.map((cell) => describeCell(cell, run)))].join(' | ');
}

function describeCell({ nodes, settings }: Cell, run: RunRecord): string {
  const places = new Map(nodes.map((node) => [placeOf(node), node]));
  const texts = [...places].map(([name, { resources, host }]) => {
    return { name, text: describe(resources, run, host) };
  });
  const distinct = new Set(texts.map(({ text }) => text));
  if (distinct.size < 2) return texts[0]?.text ?? describe(settings.resources, run, 0);
  return texts.map(({ name, text }) => `${name}: ${text}`).join('; ');
}

function describe(resources: ResourceSpec, { plan, hosts }: RunRecord, host: number): string {
  const { cpus, memoryBytes } = resources;
  const asked = askedCpus(plan, resources, hosts[host]?.cores ?? 0);
  const cores =
    asked === null ? 'no CPU limit' : `${cpus === 'fair' ? 'a fair share of ' : ''}${asked} cores`;
  return `${cores}, ${memoryBytes === null ? 'no memory limit' : formatBytes(memoryBytes)}`;
}
