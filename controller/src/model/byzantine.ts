/** Members that break the rules on purpose: as asked for, as planned, and as they were seen to. */
import type {
  Behaviour,
  BehaviourName,
  NodeEvidence,
} from '../../../node-image/src/contract/index.ts';

/** Who: a part of all nodes, a number of them, or the nodes named. */
export type ByzantineMembers =
  | { readonly kind: 'share'; readonly ratio: number }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'nodes'; readonly nodes: readonly number[] };

/** Of a scenario: who is Byzantine from the start, and how. */
export interface ByzantineSpec {
  readonly members: ByzantineMembers;
  /** At least one, each name once. */
  readonly behaviours: readonly Behaviour[];
}

/** How a planned node takes part from the first message on. */
export type NodeRole = 'honest' | { readonly behaviours: readonly Behaviour[] };

/** How often each behaviour was carried out. */
export type Misbehaviours = Readonly<Partial<Record<BehaviourName, number>>>;

/** A member that was Byzantine from the start, or made so by an event. */
export interface ByzantineMember {
  readonly nodeIndex: number;
  /** From the start; empty for one that only events made Byzantine. */
  readonly behaviours: readonly Behaviour[];
  /** Events of the timeline that made it so, by index. */
  readonly events: readonly number[];
  /** As it told itself at the end; null: it could not be asked. */
  readonly misbehaviours: Misbehaviours | null;
  /** The lowest height at which its log is not that of the honest ones; null: nowhere. */
  readonly differsAtHeight: number | null;
}

/** One piece of evidence, whoever found it, and what a third party makes of it. */
export interface EvidenceRecord extends NodeEvidence {
  /** Nodes that hold it, ascending. */
  readonly finders: readonly number[];
  /** Why it proves nothing; null: both signatures are the offender's, and contradict each other. */
  readonly flaw: string | null;
}

/** What is needed to check evidence of one repetition: nothing of it is secret. */
export interface CommitteeKeys {
  /** Bound into every signature. */
  readonly chainId: string;
  /** Of the signatures: `ed25519`; `simulated` where they are marks that stand for some. */
  readonly scheme: string;
  /** By member index, as the node told it, hex. */
  readonly publicKeys: readonly string[];
}

/** All that is known of the Byzantine side of one repetition. */
export interface ByzantineRecord {
  /** Ascending; empty where nobody was. */
  readonly members: readonly ByzantineMember[];
  readonly evidence: readonly EvidenceRecord[];
  /** Pieces that each finder counted, more than it kept included; of nodes that told. */
  readonly evidenceCount: number;
  /** Null where the nodes were never joined. */
  readonly committee: CommitteeKeys | null;
  /**
   * What it comes to, computed when the record is made (analyse/with-effects.ts), for who asks in SQL.
   * Reports compute it again, so it is not read back.
   */
  readonly judgement?: AttemptJudgement;
}

/** held: logs of honest members agree. unverified: not all of them could be compared. */
export type Safety = 'held' | 'broken' | 'unverified';

/** Of one attempt with an adversary: whether safety held, and whether it went on. */
export interface AttemptJudgement {
  readonly faultyMax: number;
  readonly safety: Safety;
  readonly isHalted: boolean;
}

/** Nodes that are Byzantine from the start. */
export function byzantineNodes(
  nodes: readonly { readonly index: number; readonly role: NodeRole }[],
): readonly number[] {
  return nodes.flatMap(({ index, role }) => (role === 'honest' ? [] : [index]));
}
