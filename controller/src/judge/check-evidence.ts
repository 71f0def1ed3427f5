import type { NodeEvidence } from '../../../node-image/src/contract/index.ts';
import type { CommitteeKeys } from '../model/byzantine.ts';
import { verifySignature } from './verify-signature.ts';

/**
 * Evidence as a third party sees it: the offender's public key and two signed strings. Pure. The
 * layout of the strings, and the same check in another language: docs/evidence.md.
 */

/** @returns why it proves nothing, as a clause; null where it does prove what it says */
export function findFlaw(evidence: NodeEvidence, committee: CommitteeKeys): string | null {
  const { offender, offence, round, first, second } = evidence;
  const key = committee.publicKeys[offender];
  if (key === undefined) return `there is no member ${offender}`;
  for (const [name, signed] of [
    ['first', first],
    ['second', second],
  ] as const) {
    const problem = verifySignature(committee.scheme, key, signed);
    if (problem !== null) return `the ${name} signature: ${problem}`;
  }
  const one = readStatement(first.signedHex, committee.chainId);
  const other = readStatement(second.signedHex, committee.chainId);
  if (one === null || other === null) return 'a string was not signed for this chain';
  return contradictionFlaw(one, other) ?? meaningFlaw(one, { offence, round });
}

/** What a signed string says, as far as all protocols have it alike. */
export interface SignedStatement {
  /** `prsm-testbed/jolteon/1` */
  readonly protocol: string;
  /** One letter: what it is for. */
  readonly kind: string;
  readonly epoch: bigint;
  /** Where in the order of things: of each kind a member signs one string for each place. */
  readonly place: readonly bigint[];
  /** What was signed for that place, hex. */
  readonly contentHex: string;
}

/**
 * domain | kind (1 byte) | length of the chain id (u16) | chain id (UTF-8) | epoch (u64) | place
 * (one or two u64) | content. @returns null if it is no such string for this chain
 */
export function readStatement(signedHex: string, chainId: string): SignedStatement | null {
  const bytes = Buffer.from(signedHex, 'hex');
  const [protocol] = /^prsm-testbed\/[a-z\d-]+\/\d+/.exec(bytes.toString('latin1')) ?? [];
  if (protocol === undefined) return null;
  const chain = Buffer.from(chainId, 'utf8');
  const chainAt = protocol.length + 3;
  const bodyAt = chainAt + chain.length + 8;
  const kind = String.fromCharCode(bytes[protocol.length] ?? 0);
  const length = statementsOf(protocol).withTwoNumbers.includes(kind) ? 2 : 1;
  if (bytes.length < bodyAt + 8 * length) return null;
  if (bytes.readUInt16BE(protocol.length + 1) !== chain.length) return null;
  if (!bytes.subarray(chainAt, chainAt + chain.length).equals(chain)) return null;
  return {
    protocol,
    kind,
    epoch: bytes.readBigUInt64BE(bodyAt - 8),
    place: Array.from({ length }, (_, index) => bytes.readBigUInt64BE(bodyAt + 8 * index)),
    contentHex: bytes.subarray(bodyAt + 8 * length).toString('hex'),
  };
}

/**
 * What the statements of a protocol are, by their letter: what an offence is made of two of, and
 * how many numbers say what they are about. P proposal, N new view · V vote, R prepare, C commit,
 * K checkpoint · W view change. Two timeouts (T) of one round are honest in chained protocols: the
 * second may know a newer certificate.
 */
interface Statements {
  readonly offences: Readonly<Record<NodeEvidence['offence'], string>>;
  /** Statements about a slot of a view; all others are about a round, a view or a slot. */
  readonly withTwoNumbers: string;
}

const chained: Statements = {
  offences: { 'double-proposal': 'P', 'double-vote': 'V', 'double-give-up': '' },
  withTwoNumbers: '',
};
const pbft: Statements = {
  offences: { 'double-proposal': 'PN', 'double-vote': 'RCK', 'double-give-up': 'W' },
  withTwoNumbers: 'PRC',
};

function statementsOf(protocol: string): Statements {
  return protocol.startsWith('prsm-testbed/pbft/') ? pbft : chained;
}

function contradictionFlaw(one: SignedStatement, other: SignedStatement): string | null {
  const isSamePlace =
    one.protocol === other.protocol &&
    one.kind === other.kind &&
    one.epoch === other.epoch &&
    one.place.join() === other.place.join();
  if (!isSamePlace) return 'the two strings are about different things: both can be true';
  if (one.contentHex === other.contentHex) return 'the two strings say the same';
  return null;
}

function meaningFlaw(
  { protocol, kind, place }: SignedStatement,
  { offence, round }: Pick<NodeEvidence, 'offence' | 'round'>,
): string | null {
  if (!statementsOf(protocol).offences[offence].includes(kind)) {
    return `two statements of kind ${kind} are no ${offence}`;
  }
  return place.includes(BigInt(round)) ? null : `what was signed is not about ${round}`;
}
