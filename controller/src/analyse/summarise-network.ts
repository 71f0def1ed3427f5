import type { NetworkFinding, TrafficFinding } from '../model/network-finding.ts';
import type { Cell } from '../model/plan.ts';
import type { RepetitionRecord } from '../model/record.ts';
import { regionOf, type ShapedRepetition, timeMs } from './shaped-repetition.ts';
import { summariseChanges } from './summarise-changes.ts';
import { summariseLinks } from './summarise-links.ts';

/**
 * What was asked, planned and measured of the network of one size. Definitions: docs/methods.md.
 * @param attempts last attempt of each repetition, in order
 * @returns null if none of them has a record of its network
 */
export function summariseNetwork(
  cell: Cell,
  attempts: readonly { readonly record: RepetitionRecord; readonly isCounted: boolean }[],
): NetworkFinding | null {
  const shaped = attempts.flatMap(({ record, isCounted }): ShapedRepetition[] =>
    record.network === null ? [] : [{ record, network: record.network, isCounted }],
  );
  const [first] = shaped;
  if (first === undefined) return null;
  const links = summariseLinks(cell, shaped);
  return {
    shaper: first.network.shaper,
    regions: cell.network.regions.map(({ name, nodes }) => ({ name, nodes: nodes.length })),
    repetitions: shaped.length,
    checks: links.reduce((sum, link) => sum + link.checks, 0),
    checksOutside: links.reduce((sum, link) => sum + link.checksOutside, 0),
    checksUnmeasured: shaped
      .flatMap(({ network }) => network.checks)
      .filter(({ samples }) => samples === 0).length,
    links,
    traffic: sumTraffic(cell, shaped),
    changes: summariseChanges(cell, shaped),
    disturbances: shaped.flatMap(({ record, network }) =>
      network.disturbances.map(({ nodeIndex, at, text, shapedAgainAt }) => ({
        repetition: record.repetition,
        nodeIndex,
        text,
        unshapedMs: shapedAgainAt === null ? null : timeMs(shapedAgainAt) - timeMs(at),
      })),
    ),
    drift: shaped.flatMap(({ record, network }) =>
      network.drift.map((text) => ({ repetition: record.repetition, text })),
    ),
  };
}

/** In the order in which the pairs are first recorded, which is that of nodes. */
function sumTraffic(cell: Cell, shaped: readonly ShapedRepetition[]): readonly TrafficFinding[] {
  const sums = new Map<string, TrafficFinding>();
  for (const counter of shaped.flatMap(({ network }) => network.counters)) {
    const fromRegion = regionOf(cell, counter.nodeIndex);
    const key = JSON.stringify([fromRegion, counter.toRegion]);
    const held = sums.get(key);
    sums.set(key, {
      fromRegion,
      toRegion: counter.toRegion,
      packets: (held?.packets ?? 0) + counter.packets,
      bytes: (held?.bytes ?? 0) + counter.bytes,
      dropped: (held?.dropped ?? 0) + counter.dropped,
      queueDropped: (held?.queueDropped ?? 0) + counter.queueDropped,
    });
  }
  return [...sums.values()];
}
