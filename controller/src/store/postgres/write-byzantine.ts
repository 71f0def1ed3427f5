import type { ClientBase } from 'pg';
import { judgeAttempt } from '../../analyse/judge-attempt.ts';
import type { RepetitionRecord } from '../../model/record.ts';
import { copyRows } from './copy.ts';

/** Stores who broke the rules in one attempt, and what others can prove of it. */
export async function writeByzantine(
  client: ClientBase,
  key: number,
  record: RepetitionRecord,
): Promise<void> {
  const { byzantine } = record;
  if (byzantine === undefined) return;
  const { members, evidence, evidenceCount, committee } = byzantine;
  const { faultyMax, safety, isHalted } = judgeAttempt(record);
  await copyRows(
    client,
    `testbed.adversaries (attempt_key, nodes, faulty_max, safety, is_halted, evidence_found, chain_id,
       signature_scheme, public_keys)`,
    [
      [
        key,
        members.map(({ nodeIndex }) => nodeIndex),
        faultyMax,
        safety,
        isHalted,
        evidenceCount,
        committee?.chainId ?? null,
        committee?.scheme ?? null,
        committee?.publicKeys ?? null,
      ],
    ],
  );
  await copyRows(
    client,
    `testbed.byzantine_members (attempt_key, node_index, behaviours, events, misbehaviours,
       differs_at_height)`,
    members.map((member) => [
      key,
      member.nodeIndex,
      JSON.stringify(member.behaviours),
      member.events,
      member.misbehaviours === null ? null : JSON.stringify(member.misbehaviours),
      member.differsAtHeight,
    ]),
  );
  await copyRows(
    client,
    `testbed.evidence (attempt_key, position, offence, round, offender, finders, first_signed_hex,
       first_signature_hex, second_signed_hex, second_signature_hex, flaw)`,
    evidence.map((piece, position) => [
      key,
      position,
      piece.offence,
      piece.round,
      piece.offender,
      piece.finders,
      piece.first.signedHex,
      piece.first.signatureHex,
      piece.second.signedHex,
      piece.second.signatureHex,
      piece.flaw,
    ]),
  );
}
