import { describe, expect, it } from '@jest/globals';
import { BlockHasher } from '../../../../../node-image/src/engine/pbft/block.ts';
import { createSigning } from '../../../../../node-image/src/engine/pbft/signing.ts';
import { Committee, parameters, transaction } from './committee.ts';

describe('PBFT replicas', () => {
  it.each([1, 2, 3, 4, 6, 7])('order what is submitted anywhere, %i of them', (size) => {
    const committee = new Committee(size);
    for (let sequence = 0; sequence < 12; sequence++) {
      committee.submit(sequence % size, transaction(sequence % size, sequence));
    }
    expect(new Set(committee.heights())).toEqual(new Set([12]));
    const digests = committee.commits.map((commits) => commits.map((each) => each.digestHex));
    for (const each of digests) expect(each).toEqual(digests[0]);
    expect(committee.engines[0]?.status()).toMatchObject({ round: 0, leader: 0 });
  });

  it('sign COMMITs where links do not vouch for them', () => {
    const committee = new Committee(4, { auth: 'signature' });
    committee.submit(1, transaction(1, 0));
    expect(committee.heights()).toEqual([1, 1, 1, 1]);
    const commit = committee.sent.find(({ message }) => message.kind === 'commit')?.message;
    expect(commit).toMatchObject({ signature: expect.objectContaining({ length: 32 }) });
  });

  it('execute on a quorum of COMMITs, and fetch the block that they never got', () => {
    const committee = new Committee(4);
    committee.isLost = ({ to, message }) => to === 3 && message.kind === 'pre-prepare';
    committee.submit(0, transaction(0, 0));
    expect(committee.heights()).toEqual([1, 1, 1, 0]);
    committee.wait(1_100);
    expect(committee.heights()).toEqual([1, 1, 1, 1]);
  });

  it('give a silent primary up, and lose nothing that was prepared', () => {
    const committee = new Committee(4);
    committee.submit(0, transaction(0, 0));
    // Prepared everywhere, committed nowhere.
    committee.isLost = ({ message }) => message.kind === 'commit';
    committee.submit(0, transaction(0, 1));
    const prepared = committee.disks[2]?.prepared.find(({ slot }) => slot === 2)?.id;
    committee.isLost = ({ from, to, message }) =>
      from === 0 || to === 0 || (message.kind === 'commit' && message.view === 0);
    committee.wait(3_000);
    expect(committee.heights().slice(1)).toEqual([2, 2, 2]);
    expect(committee.commits[1]?.[1]?.block.id).toBe(prepared);
    expect(committee.engines[1]?.status()).toMatchObject({ round: 1, leader: 1 });
    committee.submit(2, transaction(2, 0));
    expect(committee.heights().slice(1)).toEqual([3, 3, 3]);
  });

  it('start the timer of a view change only when a quorum has called for it', () => {
    const committee = new Committee(4);
    committee.isLost = () => true;
    committee.submit(1, transaction(1, 0));
    committee.wait(60_000);
    // Alone, it calls for view 1 and stays there: it would outrun the others otherwise.
    expect(committee.engines[1]?.status().round).toBe(1);
  });

  it('keep the timer of a view change when they execute meanwhile', () => {
    const committee = new Committee(4);
    const holdBack: { commit: Parameters<Committee['hand']>[] } = { commit: [] };
    committee.isLost = ({ from, to, message }) => {
      if (to === 3 && message.kind === 'commit') holdBack.commit.push([from, to, message]);
      return message.kind === 'commit' || message.kind === 'new-view';
    };
    committee.submit(0, transaction(0, 0));
    committee.wait(1_500);
    const { round } = committee.engines[3]?.status() ?? { round: -1 };
    expect(round).toBeGreaterThan(0);
    for (const held of holdBack.commit) committee.hand(...held);
    expect(committee.heights()[3]).toBe(1);
    committee.wait(8_000);
    expect(committee.engines[3]?.status().round).toBeGreaterThan(round);
  });

  it('bring one back that a NEW-VIEW was lost to', () => {
    const committee = new Committee(4);
    committee.isLost = ({ from, to, message }) =>
      from === 0 || to === 0 || (to === 3 && message.kind === 'new-view');
    committee.submit(1, transaction(1, 0));
    committee.wait(1_200);
    committee.isLost = ({ from, to }) => from === 0 || to === 0;
    committee.wait(2_000);
    expect(committee.engines.slice(1).map((each) => each?.status().leader)).toEqual([1, 1, 1]);
  });

  it('say the same after a restart as before it', () => {
    const committee = new Committee(4);
    committee.isLost = ({ message }) => message.kind !== 'pre-prepare';
    committee.submit(0, transaction(0, 0));
    const before = committee.disks[2]?.accepted;
    expect(before).toHaveLength(1);
    committee.boot(2);
    const other = proposal(committee, 0, 1);
    committee.hand(0, 2, other);
    expect(committee.disks[2]?.accepted).toEqual(before);
    // It was told two things by the primary, and can prove it.
    expect(committee.evidence[2]).toMatchObject([
      { offence: 'double-proposal', round: 1, offender: 0 },
    ]);
  });

  it('find out together about a primary that tells each something else', () => {
    const committee = new Committee(4);
    committee.hand(0, 1, proposal(committee, 0, 1));
    committee.hand(0, 2, proposal(committee, 0, 2));
    committee.settle();
    for (const member of [1, 2]) {
      expect(committee.evidence[member]).toMatchObject([
        { offence: 'double-proposal', round: 1, offender: 0 },
      ]);
    }
  });

  it('take no votes and no proposals beyond the window, and nothing from the wrong member', () => {
    const committee = new Committee(4);
    const engine = committee.engines[1];
    const slot = 2 * parameters.checkpointSlots + 1;
    expect(engine?.isWanted(1_000, 2, { kind: 'prepare', view: 0, slot })).toBe(false);
    expect(engine?.isWanted(1_000, 2, { kind: 'prepare', view: 0, slot: slot - 1 })).toBe(true);
    expect(engine?.isWanted(1_000, 2, { kind: 'pre-prepare', view: 0, slot: 1 })).toBe(false);
    expect(engine?.isWanted(1_000, 2, { kind: 'log-answer' })).toBe(false);
    committee.hand(2, 1, proposal(committee, 0, 1));
    const said = committee.sent.filter(({ from, message }) => from === 1 && message.kind !== 'status');
    expect(said).toEqual([]);
    expect(engine?.status().counters.messagesRejected).toBeGreaterThan(0);
  });
});

/** A flawless first proposal of view 0; the stamp tells one from another. */
function proposal(committee: Committee, author: number, createdUnixMs: number) {
  const crypto = committee.keyring.forMember(author);
  const signing = createSigning('unit', crypto.hash);
  const header = {
    slot: 1,
    view: 0,
    author,
    createdUnixMs,
    transactions: [transaction(9, createdUnixMs)],
  };
  const id = new BlockHasher(signing.blockPrefix, crypto.hash).id(header);
  const signature = crypto.sign(signing.slot('P', { view: 0, slot: 1, id }));
  return { kind: 'pre-prepare', view: 0, block: { id, ...header }, signature } as const;
}
