import { groupBy } from '../../lib/group-by.ts';
import type { CellFinding, Estimate, RunFinding } from '../../model/finding.ts';
import { reasonCodes } from '../../model/reason-kinds.ts';
import { deliveryMin, deliveryOf } from '../delivery.ts';
import { mean } from '../describe.ts';
import { findBottleneck, type ResourceUse } from '../saturation/find-bottleneck.ts';
import { findSaturation } from '../saturation/find-saturation.ts';
import { findPeak } from '../scaling/claim-peak.ts';
import { costExponent, measureRetention, type SizePoint } from '../scaling/efficiency.ts';
import { fitReplication } from '../scaling/fit-replication.ts';
import type { GroupAssessment, RampFinding, SizeCapacity } from './assessment.ts';

type Cells = readonly CellFinding[];

/**
 * How a network fares as it grows and is loaded, all else equal. Only capacity scales: where every
 * size carried all that was offered, throughput is the load, and nothing is said of growth.
 * @param cells that differ in size and load alone
 */
export function assessGroup(cells: Cells, title: string, run: RunFinding['run']): GroupAssessment {
  const bySize = [...groupBy(cells, ({ nodeCount }) => nodeCount)].sort(([a], [b]) => a - b);
  const capacities = bySize.map(([size, own]) => capacityOf(size, own));
  const usable = capacities.filter(({ values }) => values.length > 0);
  const isKnown = usable.some(({ isLoadBound }) => !isLoadBound) || hasRamp(cells);
  const points = usable
    .filter(({ isHostLimited }) => !isHostLimited)
    .map(({ size, values }) => ({ size, throughput: mean(values) }));
  const isScaling = isKnown && usable.length > 1;
  const lowest = bySize.flatMap(([, own]) => lowestLoad(own) ?? []);
  return {
    title,
    capacities,
    retention: isScaling ? measureRetention(capacities) : [],
    retentionUnknown: isScaling ? null : whyUnknown(usable.length, isKnown),
    exponents: {
      latencyP50: costExponent(pointsOf(lowest, ({ latency }) => latency.p50)),
      messages: costExponent(pointsOf(lowest, (cell) => cell.messagesPerOperation)),
      bytes: costExponent(pointsOf(lowest, (cell) => cell.bytesPerOperation)),
    },
    usl: isScaling ? findPeak(points) : null,
    replication: isScaling ? fitReplication(points) : null,
    ramps: bySize.flatMap(([size, own]) => rampOf(size, own, run) ?? []),
  };
}

/** Valid or suspect: its figures can be used. */
export function isUsable(cell: CellFinding): boolean {
  return cell.verdict !== 'invalid' && cell.throughputTxPerSec !== null;
}

export function isHostLimited({ reasons }: CellFinding): boolean {
  return reasons.some(({ code }) => code === reasonCodes.hostLimited);
}

export function lowestLoad(cells: Cells): CellFinding | undefined {
  return ascending(cells.filter(isUsable))[0];
}

function ascending(cells: Cells): Cells {
  return [...cells].sort((a, b) => a.offeredTxPerSec - b.offeredTxPerSec);
}

function hasRamp(cells: Cells): boolean {
  return new Set(cells.map(({ offeredTxPerSec }) => offeredTxPerSec)).size > 1;
}

function whyUnknown(sizes: number, isKnown: boolean): string {
  if (sizes < 2) return 'fewer than two sizes have a result that can be used';
  return isKnown
    ? 'not measured'
    : 'every size carried all that was offered: throughput is the load, not the capacity';
}

function capacityOf(size: number, cells: Cells): SizeCapacity {
  const usable = ascending(cells.filter(isUsable));
  const sustained = usable.filter((cell) => (deliveryOf(cell) ?? 0) >= deliveryMin);
  const chosen = sustained.at(-1) ?? usable[0];
  return {
    size,
    values: chosen?.throughputTxPerSec?.values ?? [],
    isLoadBound: chosen !== undefined && chosen === usable.at(-1) && sustained.length > 0,
    isHostLimited: chosen !== undefined && isHostLimited(chosen),
  };
}

function pointsOf(
  cells: Cells,
  pick: (cell: CellFinding) => Estimate | null,
): readonly SizePoint[] {
  return cells.map((cell) => ({ size: cell.nodeCount, values: pick(cell)?.values ?? [] }));
}

function rampOf(size: number, cells: Cells, run: RunFinding['run']): RampFinding | null {
  const usable = ascending(cells.filter(isUsable));
  const [first, last] = [usable[0], usable.at(-1)];
  if (first === undefined || last === undefined || !hasRamp(usable)) return null;
  const saturation = findSaturation(
    usable.map((cell) => ({
      loadTxPerSec: cell.offeredTxPerSec,
      throughputs: cell.throughputTxPerSec?.values ?? [],
      latenciesMs: cell.latency.p50?.values ?? [],
      isHostLimited: isHostLimited(cell),
    })),
  );
  const { plateauTxPerSec } = saturation;
  return {
    size,
    leastTxPerSec: first.offeredTxPerSec,
    mostTxPerSec: last.offeredTxPerSec,
    saturation,
    bottleneck:
      plateauTxPerSec === null ? null : findBottleneck(usesOf(usable, run), plateauTxPerSec),
  };
}

/** What the records tell of resources with a known capacity: cores of the hosts, and of a node. */
function usesOf(cells: Cells, { hosts, plan }: RunFinding['run']): readonly ResourceUse[] {
  const cores = hosts.reduce((sum, host) => sum + host.cores, 0);
  const limit = plan.cells.find(({ id }) => id === cells[0]?.cellId)?.settings.resources.cpus;
  const pointsFor = (scale: (cell: CellFinding) => number): ResourceUse['points'] =>
    cells.flatMap((cell) => {
      const used = cell.cpuCoresPerNode?.mean;
      const throughputTxPerSec = cell.throughputTxPerSec?.mean;
      if (used === undefined || throughputTxPerSec === undefined) return [];
      return [{ throughputTxPerSec, used: used * scale(cell) }];
    });
  return [
    { resource: 'host CPU', capacity: cores, points: pointsFor(({ nodeCount }) => nodeCount) },
    ...(typeof limit === 'number'
      ? [{ resource: 'node CPU limit', capacity: limit, points: pointsFor(() => 1) }]
      : []),
  ];
}
