/**
 * What Prometheus is told of the nodes: every node of a repetition from when it begins, so that
 * discovery costs a short run nothing, and for a while after it has ended, so that its last figures
 * are fetched. Pure: times are passed in.
 */
import type { Cell } from '../../model/plan.ts';
import { regionOfNode } from '../live/describe-topology.ts';

export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface Discovery {
  /** As of now: the repetition under way, or null. */
  note(current: Known | null, nowMs: number): void;
  /** @param address of the server, as whoever asks calls it: `controller:8080` */
  groups(address: string, nowMs: number): readonly TargetGroup[];
}

export interface Known {
  readonly runId: string;
  readonly cell: Cell;
  readonly repetition: number;
  readonly attempt: number;
}

/** Two scrapes of a Prometheus that asks every 5 s, the longest that is recommended. */
export const keptMs = 10_000;
const keptMax = 8;

export function createDiscovery(): Discovery {
  let current: Known | null = null;
  let left: { readonly known: Known; readonly atMs: number }[] = [];
  return {
    note(next, nowMs) {
      if (current !== null && !isSame(current, next)) left.push({ known: current, atMs: nowMs });
      left = left.slice(-keptMax);
      current = next;
    },
    groups(address, nowMs) {
      left = left.filter(({ atMs }) => nowMs - atMs < keptMs);
      const listed = new Map<string, TargetGroup>();
      for (const known of [
        ...left.map((one) => one.known),
        ...(current === null ? [] : [current]),
      ]) {
        for (const { index } of known.cell.nodes) {
          const group = groupOf(known, index, address);
          listed.set(JSON.stringify(group), group);
        }
      }
      return [...listed.values()];
    },
  };
}

function groupOf({ runId, cell, repetition }: Known, index: number, address: string): TargetGroup {
  return {
    targets: [address],
    labels: {
      __metrics_path__: `/nodes/${runId}/${index}/metrics`,
      run: runId,
      cell: cell.id,
      repetition: String(repetition),
      node: String(index),
      region: regionOfNode(cell, index),
      // One target address for all: without it they would be one instance.
      instance: `node${index}`,
    },
  };
}

function isSame(a: Known, b: Known | null): boolean {
  return (
    b !== null &&
    a.runId === b.runId &&
    a.cell.id === b.cell.id &&
    a.repetition === b.repetition &&
    a.attempt === b.attempt
  );
}
