import type { LogDigests } from '../../../node-image/src/contract/index.ts';
import type { SafetyViolation } from '../model/record.ts';

/**
 * Compares what the nodes committed. Pure. A digest at a height stands for the whole log up to
 * it, so two nodes that differ at any height they both report committed different logs.
 */

/** The log digests of one node; null if it did not hand them over. */
export interface NodeLog {
  readonly nodeIndex: number;
  readonly log: LogDigests | null;
  /** Why there is none, where that is known. */
  readonly whyNot?: string | null;
}

/** A node that could not be held against the others. */
export interface NotCompared {
  readonly nodeIndex: number;
  /** empty: it has committed nothing, so it contradicts nobody. */
  readonly kind: 'no-log' | 'empty' | 'malformed' | 'no-common-height';
  /** A phrase that completes `node 3 ...`. */
  readonly reason: string;
}

export interface LogComparison {
  /** The lowest common height at which two nodes differ; null if none was found. */
  readonly violation: SafetyViolation | null;
  /** Highest height that at least two nodes report; 0 if there is none. */
  readonly comparedHeight: number;
  readonly notCompared: readonly NotCompared[];
  /** Byzantine members whose log is not that of the honest ones; told, and no violation. */
  readonly differences: readonly LogDifference[];
}

export interface LogDifference {
  readonly nodeIndex: number;
  /** The lowest at which it differs from an honest node. */
  readonly height: number;
}

interface UsableLog {
  readonly nodeIndex: number;
  readonly digests: LogDigests['digests'];
}

/**
 * @param all one entry for each node, in any order
 * @param byzantine nodes that were to break the rules: safety is a promise among the honest ones
 */
export function compareLogs(
  all: readonly NodeLog[],
  byzantine: ReadonlySet<number> = new Set(),
): LogComparison {
  const logs = all.filter(({ nodeIndex }) => !byzantine.has(nodeIndex));
  const notCompared: NotCompared[] = [];
  const usable: UsableLog[] = [];
  for (const { nodeIndex, log, whyNot = null } of logs) {
    const problem = problemOf(log, whyNot);
    if (problem !== undefined) notCompared.push({ nodeIndex, ...problem });
    else if (log !== null) usable.push({ nodeIndex, digests: log.digests });
  }
  const common = commonHeights(usable);
  let violation: SafetyViolation | null = null;
  const groups = createGroups(usable.map(({ nodeIndex }) => nodeIndex));
  for (const { height, nodesByDigest } of common) {
    groups.join([...nodesByDigest.values()].flat());
    if (violation === null && nodesByDigest.size > 1)
      violation = toViolation(height, nodesByDigest);
  }
  const reference = groups.largest();
  for (const { nodeIndex, digests } of usable) {
    if (reference.has(nodeIndex)) continue;
    notCompared.push({
      nodeIndex,
      kind: 'no-common-height',
      reason: `reports no height that the others still keep (it reports ${span(digests)})`,
    });
  }
  return {
    violation,
    comparedHeight: common.at(-1)?.height ?? 0,
    notCompared: notCompared.sort((a, b) => a.nodeIndex - b.nodeIndex),
    differences: findDifferences(
      usable,
      all.filter(({ nodeIndex }) => byzantine.has(nodeIndex)),
    ),
  };
}

function findDifferences(
  honest: readonly UsableLog[],
  others: readonly NodeLog[],
): readonly LogDifference[] {
  const known = new Map<number, Set<string>>();
  for (const { height, digestHex } of honest.flatMap(({ digests }) => digests)) {
    known.set(height, (known.get(height) ?? new Set()).add(digestHex.toLowerCase()));
  }
  return others.flatMap(({ nodeIndex, log }) => {
    const heights = (log?.digests ?? [])
      .filter(({ height, digestHex }) => known.get(height)?.has(digestHex.toLowerCase()) === false)
      .map(({ height }) => height);
    return heights.length === 0 ? [] : [{ nodeIndex, height: Math.min(...heights) }];
  });
}

type Problem = Pick<NotCompared, 'kind' | 'reason'>;

function problemOf(log: LogDigests | null, whyNot: string | null): Problem | undefined {
  if (log === null) {
    const why = whyNot === null ? '' : ` (${whyNot.replace(/\.$/, '')})`;
    return { kind: 'no-log', reason: `handed over no digests of its log${why}` };
  }
  const { committedHeight, digests } = log;
  if (committedHeight === 0 && digests.length === 0) {
    return { kind: 'empty', reason: 'has committed nothing' };
  }
  if (digests.length === 0) {
    const reason = `says it committed up to height ${committedHeight}, but hands over no digest`;
    return { kind: 'malformed', reason };
  }
  let above = 0;
  for (const { height } of digests) {
    if (height <= above) {
      return { kind: 'malformed', reason: `reports height ${height} after height ${above}` };
    }
    above = height;
  }
  if (above <= committedHeight) return undefined;
  const reason = `reports a digest at height ${above}, above its committed height ${committedHeight}`;
  return { kind: 'malformed', reason };
}

interface CommonHeight {
  readonly height: number;
  readonly nodesByDigest: ReadonlyMap<string, readonly number[]>;
}

/** Heights that at least two nodes report, ascending. */
function commonHeights(logs: readonly UsableLog[]): readonly CommonHeight[] {
  const byHeight = new Map<number, Map<string, number[]>>();
  for (const { nodeIndex, digests } of logs) {
    for (const { height, digestHex } of digests) {
      const digest = digestHex.toLowerCase();
      const nodesByDigest = byHeight.get(height) ?? new Map<string, number[]>();
      byHeight.set(height, nodesByDigest);
      const nodes = nodesByDigest.get(digest);
      if (nodes === undefined) nodesByDigest.set(digest, [nodeIndex]);
      else nodes.push(nodeIndex);
    }
  }
  return [...byHeight]
    .map(([height, nodesByDigest]) => ({ height, nodesByDigest }))
    .filter(({ nodesByDigest }) => [...nodesByDigest.values()].flat().length > 1)
    .sort((a, b) => a.height - b.height);
}

function toViolation(
  height: number,
  nodesByDigest: ReadonlyMap<string, readonly number[]>,
): SafetyViolation {
  const groups = [...nodesByDigest].map(([digestHex, nodes]) => ({
    digestHex,
    nodes: [...nodes].sort((a, b) => a - b),
  }));
  // The larger side first; equal sides by their first node, so that the order says nothing else.
  groups.sort((a, b) => b.nodes.length - a.nodes.length || (a.nodes[0] ?? 0) - (b.nodes[0] ?? 0));
  return { height, groups };
}

/** Sets of nodes that are linked by heights they share (union-find). */
function createGroups(nodeIndexes: readonly number[]) {
  const parents = new Map(nodeIndexes.map((nodeIndex) => [nodeIndex, nodeIndex]));
  const rootOf = (nodeIndex: number): number => {
    let root = nodeIndex;
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root)) {
      root = up;
    }
    parents.set(nodeIndex, root);
    return root;
  };
  return {
    join(nodes: readonly number[]): void {
      const [first, ...others] = nodes;
      if (first === undefined) return;
      for (const other of others) parents.set(rootOf(other), rootOf(first));
    },
    /** Of equal ones, the one with the lowest node. */
    largest(): ReadonlySet<number> {
      const groups = new Map<number, Set<number>>();
      for (const nodeIndex of [...nodeIndexes].sort((a, b) => a - b)) {
        const root = rootOf(nodeIndex);
        groups.set(root, (groups.get(root) ?? new Set()).add(nodeIndex));
      }
      return [...groups.values()].reduce(
        (best, group) => (group.size > best.size ? group : best),
        new Set<number>(),
      );
    },
  };
}

function span(digests: LogDigests['digests']): string {
  const first = digests[0]?.height ?? 0;
  const last = digests.at(-1)?.height ?? 0;
  return first === last ? `height ${first}` : `heights from ${first} to ${last}`;
}
