import type { RepetitionRecord } from './record.ts';
import type { EventKind, TimelineRecord } from './timeline.ts';

/** A process that ends takes its client with it, and the counters of its window. */
const downing: ReadonlySet<EventKind> = new Set(['crash', 'stop', 'restart']);

/**
 * Nodes whose process a timeline ended, as far as it came: what they report covers less than the
 * window. One that was tried and failed is among them, for nobody knows what was left of it.
 */
export function downedNodes(timeline: readonly TimelineRecord[]): ReadonlySet<number> {
  return new Set(timeline.filter(isDowning).flatMap(({ nodes }) => nodes));
}

/**
 * Nodes whose word is not counted: those that were taken down, and those that broke the rules, who
 * prove nothing by what they report.
 */
export function uncountedNodes({
  timeline,
  byzantine,
}: Pick<RepetitionRecord, 'timeline' | 'byzantine'>): ReadonlySet<number> {
  const members = byzantine?.members ?? [];
  return new Set([...downedNodes(timeline), ...members.map(({ nodeIndex }) => nodeIndex)]);
}

export function isDowning({ kind, begunAt, error }: TimelineRecord): boolean {
  return downing.has(kind) && (begunAt !== null || error !== null);
}
