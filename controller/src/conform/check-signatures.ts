/** Keys of consensus, where every node can make one. */
import {
  type ConsensusKey,
  consensusKeySchema,
  endpoints,
  type Identity,
} from '../../../node-image/src/contract/index.ts';
import type { Member } from '../model/deployment.ts';
import { keyed, post } from './requests.ts';
import { expectRefusal, expectReply, type Subject } from './subject.ts';

/** @returns null if a node that should have a key gave none */
export async function giveKeys(
  subject: Subject,
  identities: readonly Identity[],
): Promise<readonly Member[] | null> {
  if (!identities.every(({ capabilities }) => capabilities.includes('signatures'))) {
    const why = 'no capability "signatures"';
    subject.list.skip('POST /v1/consensus-key', 'gives a key for consensus', why);
    return identities;
  }
  const members: Member[] = [];
  for (const [nodeIndex, identity] of identities.entries()) {
    const consensusKey = await askKey(subject, nodeIndex, `of node ${nodeIndex} is a public key`);
    if (consensusKey === null) return null;
    members.push({ ...identity, consensusKey });
  }
  const first = members[0]?.consensusKey?.publicKeyHex;
  await askKey(subject, 0, 'is the same when it is asked again', (key) => key === first);
  await expectRefusal(subject, {
    ...post(endpoints.consensusKey, JSON.stringify({ scheme: 'no-such-scheme' })),
    what: 'with a scheme that there is not',
    status: 400,
    code: 'BAD_REQUEST',
  });
  return members;
}

function askKey(
  subject: Subject,
  nodeIndex: number,
  what: string,
  isRight: (publicKeyHex: string) => boolean = () => true,
): Promise<ConsensusKey | null> {
  const body = JSON.stringify({ scheme: keyed.scheme });
  return expectReply(
    subject,
    { ...post(endpoints.consensusKey, body), nodeIndex, what },
    consensusKeySchema,
    ({ publicKeyHex }) => {
      const bytes = publicKeyHex.length / 2;
      const isKey = bytes === keyed.publicKeyBytes && isRight(publicKeyHex);
      return isKey ? null : { field: '/publicKeyHex', text: `${bytes} bytes, ${publicKeyHex}` };
    },
  );
}
