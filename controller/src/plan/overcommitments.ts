/** Where limits ask for more than a host has: warnings, or reasons to refuse with `--strict`. */

import { formatBytes, formatNumber } from '../lib/units.ts';
import type { CellCapacity, Plan } from '../model/plan.ts';
import { runtimeTraits } from '../model/runtime-traits.ts';
import type { ResourceSpec } from '../model/scenario.ts';
import { askedCpus } from './resolve-limits.ts';

/** @param cells one for each cell of the plan, in its order; @returns sentences */
export function findOvercommitments(plan: Plan, cells: readonly CellCapacity[]): string[] {
  const { limits } = runtimeTraits[plan.runtime];
  if (!limits.cpus && !limits.memory) return [];
  return [...clampedLimits(plan, cells), ...crowdedCores(cells), ...crowdedMemory(cells)];
}

function clampedLimits(plan: Plan, [first]: readonly CellCapacity[]): string[] {
  if (first === undefined) return [];
  const { cpusHost, memoryBytesHost } = first;
  const texts = everyResource(plan).flatMap((resources) => {
    const cpus = askedCpus(plan, resources, cpusHost) ?? 0;
    const memoryBytes = resources.memoryBytes ?? 0;
    return [
      ...(cpus > cpusHost
        ? [
            `A node asks for ${formatNumber(cpus, 2)} cores; it will be limited to the host's ${cpusHost}.`,
          ]
        : []),
      ...(memoryBytes > memoryBytesHost
        ? [
            `A node may use ${formatBytes(memoryBytes)} of memory; it will be limited to the host's ${formatBytes(memoryBytesHost)}.`,
          ]
        : []),
    ];
  });
  return [...new Set(texts)];
}

function everyResource({ cells }: Plan): ResourceSpec[] {
  return cells.flatMap(({ network }) => network.regions.map(({ resources }) => resources));
}

function crowdedCores(cells: readonly CellCapacity[]): string[] {
  const over = cells.filter(
    ({ cpusAsked, cpusHost }) => cpusAsked !== null && cpusAsked > cpusHost,
  );
  const worst = Math.max(...over.map(({ cpusAsked }) => cpusAsked ?? 0));
  const [first] = over;
  if (first === undefined) return [];
  return [
    `${over.map(({ cellId }) => cellId).join(', ')}: nodes may ask for up to ${formatNumber(worst, 1)} cores, the host has ${first.cpusHost}. Under heavy load this measures the host, not the protocol.`,
  ];
}

function crowdedMemory(cells: readonly CellCapacity[]): string[] {
  return cells.flatMap(({ cellId, memoryBytesAsked, memoryBytesExpected, memoryBytesHost }) =>
    memoryBytesAsked !== null && memoryBytesAsked > memoryBytesHost
      ? [
          `${cellId}: the memory limits add up to ${formatBytes(memoryBytesAsked)}, the host has ${formatBytes(memoryBytesHost)}; expected use is ${formatBytes(memoryBytesExpected)}.`,
        ]
      : [],
  );
}
