import type { EdgeCount, GraphFinding } from '../model/finding.ts';
import { reasonCodes } from '../model/reason-kinds.ts';
import type { RepetitionRecord } from '../model/record.ts';
import type { Edge } from '../model/topology.ts';

/** @returns nothing where no node was ever asked, as in runs of older testbeds */
export function summariseGraph(records: readonly RepetitionRecord[]): { graph?: GraphFinding } {
  const readings = records.flatMap(({ graphs }) => graphs);
  if (readings.length === 0) return {};
  // What an event of the timeline took down is missing as planned; the verdict knows.
  const judged = records
    .filter(({ reasons }) => reasons.some(({ code }) => code === reasonCodes.topologyNotKept))
    .flatMap(({ graphs }) => graphs);
  return {
    graph: {
      readings: readings.length,
      readingsPartial: readings.filter(({ silent }) => silent.length > 0).length,
      missing: countEdges(judged.flatMap(({ missing }) => missing)),
      extra: countEdges(judged.flatMap(({ extra }) => extra)),
    },
  };
}

function countEdges(edges: readonly Edge[]): readonly EdgeCount[] {
  const counts = new Map<string, EdgeCount>();
  for (const edge of edges) {
    const key = edge.join('-');
    counts.set(key, { edge, readings: (counts.get(key)?.readings ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => a.edge[0] - b.edge[0] || a.edge[1] - b.edge[1]);
}
