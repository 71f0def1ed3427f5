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

  it('cannot have an honest primary given up for a transaction that it was never told of', () => {
    const committee = new Committee(4);
    for (let sequence = 0; sequence < 6; sequence++) {
      const transactions = [transaction(3, sequence)];
      for (const to of [1, 2]) committee.hand(3, to, { kind: 'forward', transactions });
      committee.wait(1_200);
    }
    const status = committee.engines.map((engine) => engine?.status());
    expect(status.map((each) => each?.round)).toEqual([0, 0, 0, 0]);
    expect(status[0]?.counters.transactionsCommitted).toBe(6);
  });

  it('cannot crowd out the clients of others by relaying in their name', () => {
    const committee = new Committee(4);
    const transactions = Array.from({ length: 50 }, (_, sequence) => transaction(1, sequence));
    committee.hand(3, 0, { kind: 'forward', transactions });
    committee.hand(3, 2, { kind: 'forward', transactions }); // no primary
    committee.settle();
    expect(committee.engines[0]?.status().counters.transactionsCommitted).toBeLessThanOrEqual(5);
    expect(committee.engines[2]?.status().mempoolTransactions).toBe(0);
    expect(committee.engines[0]?.status().counters.messagesRejected).toBeGreaterThan(0);
  });
});

function callWithOtherGenesis(committee: Committee, member: number, view: number): ViewChange {
  const crypto = committee.keyring.forMember(member);
  const content = { view, stable: { ...genesis, logDigest: 'ab'.repeat(32) }, prepared: [] };
  const signature = crypto.sign(createSigning('unit', crypto.hash).viewChange(content));
  return { kind: 'view-change', statement: { ...content, member, signature } };
}
