import type { BehaviourStatus, EvidenceList } from '../../../node-image/src/contract/index.ts';
import type {
  ByzantineMember,
  ByzantineRecord,
  CommitteeKeys,
  EvidenceRecord,
} from '../model/byzantine.ts';
import type { Member } from '../model/deployment.ts';
import type { PlannedNode } from '../model/planned-node.ts';
import type { TimelineRecord } from '../model/timeline.ts';
import { findFlaw } from './check-evidence.ts';
import type { LogDifference } from './compare-logs.ts';

/** Who broke the rules, how often, and what the others can prove of it. Pure. */

export interface ByzantineSources {
  readonly nodes: readonly Pick<PlannedNode, 'index' | 'role'>[];
  readonly timeline: readonly TimelineRecord[];
  /** By node, as they told at the end; null: did not. */
  readonly statuses: readonly (BehaviourStatus | null)[];
  readonly evidence: readonly (EvidenceList | null)[];
  /** Logs of Byzantine members that are not those of the others. */
  readonly differences: readonly LogDifference[];
  readonly committee: CommitteeKeys | null;
}

export function describeByzantine(sources: ByzantineSources): ByzantineRecord {
  const { evidence, committee } = sources;
  return {
    members: listMembers(sources),
    evidence: mergeEvidence(evidence, committee),
    evidenceCount: evidence.reduce((sum, list) => sum + (list?.count ?? 0), 0),
    committee,
  };
}

/**
 * Keys of consensus, as the nodes told them; where they have none of their own, those that name them.
 * @param scheme of the former
 */
export function keysOf(
  members: readonly Member[],
  scheme: string,
): Pick<CommitteeKeys, 'scheme' | 'publicKeys'> {
  const isOwn = members.every(({ consensusKey }) => consensusKey !== undefined);
  return {
    scheme: isOwn ? scheme : 'ed25519',
    publicKeys: members.map(({ publicKeyHex, consensusKey }) =>
      isOwn ? (consensusKey?.publicKeyHex ?? '') : publicKeyHex,
    ),
  };
}

/**
 * From the start or by an event. A node whose event never began is honest: it would be an excuse for
 * logs that differ. Where that failed at some of several nodes, it is so at those that say that they
 * misbehaved.
 */
export function listByzantine({
  nodes,
  timeline,
  statuses,
}: Pick<ByzantineSources, 'nodes' | 'timeline' | 'statuses'>): ReadonlySet<number> {
  const hasMisbehaved = (node: number): boolean =>
    Object.values(statuses[node]?.misbehaviours ?? {}).some((count) => count > 0);
  return new Set([
    ...nodes.flatMap(({ index, role }) => (role === 'honest' ? [] : [index])),
    ...timeline.flatMap(({ kind, nodes: held, begunAt }) =>
      kind === 'behaviour' ? held.filter((node) => begunAt !== null || hasMisbehaved(node)) : [],
    ),
  ]);
}

function listMembers(sources: ByzantineSources): readonly ByzantineMember[] {
  const { nodes, timeline, statuses, differences } = sources;
  return [...listByzantine(sources)]
    .sort((a, b) => a - b)
    .map((nodeIndex) => {
      const role = nodes.find(({ index }) => index === nodeIndex)?.role ?? 'honest';
      const difference = differences.find((one) => one.nodeIndex === nodeIndex);
      return {
        nodeIndex,
        behaviours: role === 'honest' ? [] : role.behaviours,
        events: timeline.flatMap(({ kind, nodes: held, eventIndex }) =>
          kind === 'behaviour' && held.includes(nodeIndex) ? [eventIndex] : [],
        ),
        misbehaviours: statuses[nodeIndex]?.misbehaviours ?? null,
        differsAtHeight: difference?.height ?? null,
      };
    });
}

/** The same offence, found by several, is one piece; of different pieces each is kept. */
function mergeEvidence(
  lists: readonly (EvidenceList | null)[],
  committee: CommitteeKeys | null,
): readonly EvidenceRecord[] {
  const merged = new Map<string, EvidenceRecord>();
  for (const [finder, list] of lists.entries()) {
    for (const piece of list?.evidence ?? []) {
      const flaw = committee === null ? 'no keys are known' : findFlaw(piece, committee);
      const key = `${piece.offence}|${piece.round}|${piece.offender}|${flaw ?? ''}`;
      const held = merged.get(key);
      merged.set(
        key,
        held === undefined ? { ...piece, finders: [finder], flaw } : also(held, finder),
      );
    }
  }
  return [...merged.values()].sort((a, b) => a.round - b.round || a.offender - b.offender);
}

function also(held: EvidenceRecord, finder: number): EvidenceRecord {
  return { ...held, finders: [...new Set([...held.finders, finder])].sort((a, b) => a - b) };
}
