import { describe, expect, it } from '@jest/globals';
import { genesis, type ViewChange } from '../../../../../node-image/src/engine/pbft/messages.ts';
import { createSigning } from '../../../../../node-image/src/engine/pbft/signing.ts';
import { Committee, transaction } from './committee.ts';

describe('a hostile member of PBFT', () => {
  it('cannot poison the NEW-VIEW of an honest primary with a made-up beginning', () => {
    const committee = new Committee(4);
    committee.isLost = ({ from, message }) => from === 3 || message.kind === 'pre-prepare';
    const poison = callWithOtherGenesis(committee, 3, 1);
    for (const to of [0, 1, 2]) committee.hand(3, to, poison);
    committee.submit(2, transaction(2, 0));
    committee.wait(1_200);
    const leaders = committee.engines.slice(0, 3).map((engine) => engine?.status().leader);
    expect(leaders).toEqual([1, 1, 1]);
    committee.isLost = ({ from }) => from === 3;
    committee.wait(1_000);
    expect(committee.heights().slice(0, 3)).toEqual([1, 1, 1]);
  });
});

function callWithOtherGenesis(committee: Committee, member: number, view: number): ViewChange {
  const crypto = committee.keyring.forMember(member);
  const content = { view, stable: { ...genesis, logDigest: 'ab'.repeat(32) }, prepared: [] };
  const signature = crypto.sign(createSigning('unit', crypto.hash).viewChange(content));
  return { kind: 'view-change', statement: { ...content, member, signature } };
}
