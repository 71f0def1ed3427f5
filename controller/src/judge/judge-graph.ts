import { nameNodes } from '../model/name-nodes.ts';
import { type GraphReading, nameEdges } from '../model/topology.ts';
import type { GraphEvidence } from './repetition-evidence.ts';
import type { ReasonCollector } from './verdict-reasons.ts';

/** What nodes said of their connections, against the topology that was planned. Pure. */
export function judgeGraph({ readings, isFull }: GraphEvidence, reasons: ReasonCollector): void {
  for (const { occasion, missing, extra } of readings) {
    const found = [
      ...(missing.length === 0
        ? []
        : [`without ${count(missing.length)} of the plan (${nameEdges(missing)})`]),
      ...(extra.length === 0
        ? []
        : [`with ${count(extra.length)} that the plan has not (${nameEdges(extra)})`]),
    ];
    if (found.length === 0) continue;
    reasons.give('topologyNotKept', `${when[occasion]}, nodes were ${found.join(', and ')}.`);
  }
  // Where everybody is linked to everybody there is no connection too many.
  if (isFull) return;
  for (const { occasion, silent } of readings) {
    if (silent.length === 0) continue;
    const text = `${when[occasion]}, the connections of ${nameNodes(silent)} were not told.`;
    reasons.give('topologyUnverified', text);
    return;
  }
}

const when: Readonly<Record<GraphReading['occasion'], string>> = {
  ready: 'Before the start',
  end: 'After the load',
};

function count(edges: number): string {
  return edges === 1 ? 'one link' : `${edges} links`;
}
