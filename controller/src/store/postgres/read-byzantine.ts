import type { ClientBase } from 'pg';
import type { Behaviour, NodeEvidence } from '../../../../node-image/src/contract/index.ts';
import type {
  ByzantineMember,
  ByzantineRecord,
  EvidenceRecord,
  Misbehaviours,
} from '../../model/byzantine.ts';
import type { RunId } from '../../model/ids.ts';
import { decodeText } from '../codec/text.ts';
import { type ByAttempt, groupByAttempt } from './attempts.ts';

interface AdversaryRow {
  readonly attempt_key: number;
  readonly evidence_found: number;
  readonly chain_id: string | null;
  readonly signature_scheme: string | null;
  readonly public_keys: string[] | null;
}

/** Who broke the rules in each attempt; nothing for attempts of older testbeds. */
export async function readByzantine(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ReadonlyMap<number, ByzantineRecord>> {
  const rows = await client.query<AdversaryRow>(
    `select * from testbed.adversaries where attempt_key in (${filter})`,
    [runId],
  );
  const members = await readMembers(client, runId, filter);
  const evidence = await readEvidence(client, runId, filter);
  return new Map(
    rows.rows.map((row): [number, ByzantineRecord] => [
      row.attempt_key,
      {
        members: members.get(row.attempt_key) ?? [],
        evidence: evidence.get(row.attempt_key) ?? [],
        evidenceCount: row.evidence_found,
        committee: committeeOf(row),
      },
    ]),
  );
}

function committeeOf(row: AdversaryRow): ByzantineRecord['committee'] {
  const { chain_id: chainId, signature_scheme: scheme, public_keys: publicKeys } = row;
  if (chainId === null || scheme === null || publicKeys === null) return null;
  return { chainId: decodeText(chainId), scheme: decodeText(scheme), publicKeys };
}

interface MemberRow {
  readonly attempt_key: number;
  readonly node_index: number;
  readonly behaviours: Behaviour[];
  readonly events: number[];
  readonly misbehaviours: Misbehaviours | null;
  readonly differs_at_height: number | null;
}

async function readMembers(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<ByzantineMember>> {
  const result = await client.query<MemberRow>(
    `select * from testbed.byzantine_members where attempt_key in (${filter})
     order by attempt_key, node_index`,
    [runId],
  );
  return groupByAttempt(result.rows, (row) => ({
    nodeIndex: row.node_index,
    behaviours: row.behaviours,
    events: row.events,
    misbehaviours: row.misbehaviours,
    differsAtHeight: row.differs_at_height,
  }));
}

interface EvidenceRow {
  readonly attempt_key: number;
  readonly offence: NodeEvidence['offence'];
  readonly round: number;
  readonly offender: number;
  readonly finders: number[];
  readonly first_signed_hex: string;
  readonly first_signature_hex: string;
  readonly second_signed_hex: string;
  readonly second_signature_hex: string;
  readonly flaw: string | null;
}

async function readEvidence(
  client: ClientBase,
  runId: RunId,
  filter: string,
): Promise<ByAttempt<EvidenceRecord>> {
  const result = await client.query<EvidenceRow>(
    `select * from testbed.evidence where attempt_key in (${filter})
     order by attempt_key, position`,
    [runId],
  );
  return groupByAttempt(result.rows, (row) => ({
    offence: row.offence,
    round: row.round,
    offender: row.offender,
    finders: row.finders,
    first: { signedHex: row.first_signed_hex, signatureHex: row.first_signature_hex },
    second: { signedHex: row.second_signed_hex, signatureHex: row.second_signature_hex },
    flaw: row.flaw === null ? null : decodeText(row.flaw),
  }));
}
