import type { NodeResults } from '../../../node-image/src/contract/index.ts';
import { uncountedNodes } from '../model/downed-nodes.ts';
import type { LatencyHistogram } from '../model/latency-histogram.ts';
import type { RepetitionRecord } from '../model/record.ts';
import { coarsen, readCommits } from './network-commits.ts';
import type { NetworkSeries } from './read-series.ts';

/** Three lists side by side: what nodes delivered. */
export interface Delivered {
  readonly results: readonly NodeResults[];
  /** Indexes of the nodes whose they are. */
  readonly owners: readonly number[];
  readonly commit: readonly LatencyHistogram[];
  readonly block: readonly LatencyHistogram[];
}

/** What covers the whole window. */
export interface Lived extends Delivered {
  /** Nobody was taken down, and nobody broke the rules: every client is among them. */
  readonly isWhole: boolean;
}

/**
 * Of a repetition whose timeline took nodes down only what the others delivered; and only what
 * honest nodes did: what a member that breaks the rules says is no evidence.
 */
export function livedThrough(record: RepetitionRecord, delivered: Delivered): Lived {
  const aside = uncountedNodes(record);
  const { results, owners, commit, block } = delivered;
  if (aside.size === 0) return { results, owners, commit, block, isWhole: true };
  const keep = <T>(all: readonly T[]): readonly T[] =>
    all.filter((_, i) => !aside.has(owners[i] ?? -1));
  return {
    results: keep(results),
    owners: keep(owners),
    commit: keep(commit),
    block: keep(block),
    isWhole: false,
  };
}

/** What of the window one node has to have seen to speak for it. */
const seenRatioMin = 0.5;

/**
 * Where the plan took every honest node down, one after the other: what that one saw which was back
 * first. A member that breaks the rules speaks for nobody, however long it was there.
 * @returns null if that is less than half of the measured phase, or nobody came back
 */
export function firstBack(
  { phases, byzantine }: Pick<RepetitionRecord, 'phases' | 'byzantine'>,
  { results, owners }: Pick<Delivered, 'results' | 'owners'>,
): NodeResults | null {
  const measured = phases.find(({ phase }) => phase === 'measure');
  const members = new Set(byzantine?.members.map(({ nodeIndex }) => nodeIndex));
  const [first] = results
    .filter((_, i) => !members.has(owners[i] ?? -1))
    .sort((a, b) => a.window.startUnixMs - b.window.startUnixMs);
  if (first === undefined || measured === undefined) return null;
  const windowMs = measured.endedAt.getTime() - measured.startedAt.getTime();
  const seenMs = first.window.endUnixMs - first.window.startUnixMs;
  return seenMs < seenRatioMin * windowMs ? null : first;
}

/** Where clients are missing: what the others saw committed, in slices as long as their own. */
export function seenSeries(results: readonly NodeResults[]): NetworkSeries | null {
  const commits = results.length === 0 ? null : readCommits(results);
  return commits && coarsen(commits, results[0]?.series.periodMs ?? commits.sliceMs);
}
