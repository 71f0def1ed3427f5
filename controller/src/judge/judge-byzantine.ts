import type { ByzantineMember } from '../model/byzantine.ts';
import { nameNodes } from '../model/name-nodes.ts';
import { describeBehaviours } from '../plan/describe-behaviours.ts';
import { describeAbsences } from './planned-absences.ts';
import type { ByzantineEvidence, RepetitionEvidence } from './repetition-evidence.ts';
import type { ReasonCollector } from './verdict-reasons.ts';

/** What is made of members that were to break the rules, and of what others prove. Pure. */

/**
 * Whether members planned to be Byzantine were: an adversary that never acts is none. One that the
 * plan held at the end cannot be asked, and one that it took down began to count anew.
 */
export function judgeBehaviours(
  { byzantine, timeline }: Pick<RepetitionEvidence, 'byzantine' | 'timeline'>,
  reasons: ReasonCollector,
): void {
  const absences = describeAbsences(timeline.records);
  for (const member of byzantine.members) {
    const { nodeIndex, behaviours, misbehaviours } = member;
    if (behaviours.length === 0) continue;
    if (absences.isSilentAt(nodeIndex, Number.POSITIVE_INFINITY)) continue;
    const who = `Node ${nodeIndex}`;
    const what = describeBehaviours(behaviours);
    if (misbehaviours === null) {
      const text = `${who} was to break the rules (${what}), and could not be asked whether it did.`;
      reasons.give('behaviourWithoutTrace', text);
      continue;
    }
    const never = idleBehaviours(member);
    if (never.length === 0 || absences.wasDown(nodeIndex)) continue;
    const text = `${who} was to break the rules and never did: ${never.join(', ')}.`;
    reasons.give('behaviourWithoutTrace', text);
  }
}

function idleBehaviours({ behaviours, misbehaviours }: ByzantineMember): readonly string[] {
  return behaviours.flatMap(({ name }) => ((misbehaviours?.[name] ?? 0) > 0 ? [] : [name]));
}

/** Proofs against honest nodes are as bad as logs that differ; those that prove nothing are told. */
export function judgeProofs(
  { byzantine: { members, evidence } }: Pick<RepetitionEvidence, 'byzantine'>,
  reasons: ReasonCollector,
): void {
  const byzantine = new Set(members.map(({ nodeIndex }) => nodeIndex));
  const proven = evidence.filter(({ flaw }) => flaw === null);
  const accused = proven.filter(({ offender }) => !byzantine.has(offender));
  const [first] = accused;
  if (first !== undefined) {
    const who = nameNodes([...new Set(accused.map(({ offender }) => offender))]);
    reasons.give(
      'evidenceAgainstHonest',
      `${accused.length === 1 ? 'One proof' : `${accused.length} proofs`} against ${who}, which nobody made Byzantine: ${first.offence} in round ${first.round}.`,
    );
  }
  const groundless = evidence.filter(
    ({ flaw, finders }) => flaw !== null && finders.some((finder) => !byzantine.has(finder)),
  );
  const [one] = groundless;
  if (one === undefined) return;
  reasons.give(
    'evidenceUnproven',
    `Honest nodes hold ${groundless.length} ${groundless.length === 1 ? 'piece' : 'pieces'} of evidence that ${groundless.length === 1 ? 'proves' : 'prove'} nothing: ${one.offence} of node ${one.offender} in round ${one.round}, ${one.flaw}.`,
  );
}

/**
 * What honest nodes say, and the load of clients whose entry they are: what is given to a member
 * that breaks the rules may never be committed, and what that member reports proves nothing.
 */
export function ofHonest(evidence: RepetitionEvidence): RepetitionEvidence {
  const { members } = evidence.byzantine;
  if (members.length === 0) return evidence;
  const byzantine = new Set(members.map(({ nodeIndex }) => nodeIndex));
  const nodes = evidence.nodes.filter(({ nodeIndex }) => !byzantine.has(nodeIndex));
  const share = nodes.length / Math.max(1, evidence.nodes.length);
  return { ...evidence, nodes, rateTxPerSec: evidence.rateTxPerSec * share };
}

/** A sentence that begins with a blank; empty where no more than f were Byzantine. */
export function beyondF({ members, faultyMax }: ByzantineEvidence): string {
  if (members.length <= faultyMax) return '';
  const all = `${members.length} Byzantine ${members.length === 1 ? 'member is' : 'members are'}`;
  return ` ${all} beyond f = ${faultyMax}: safety is not promised.`;
}
