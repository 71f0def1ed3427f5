import { describe, expect, it } from '@jest/globals';
import { ChainedForger } from '../../../../../node-image/src/engine/chained/forger.ts';
import { genesisQc } from '../../../../../node-image/src/engine/chained/genesis.ts';
import type { Message } from '../../../../../node-image/src/engine/chained/messages.ts';
import { jolteonDefinition } from '../../../../../node-image/src/engine/jolteon/protocol.ts';
import { Committee, chainId, deliver, messagesOf, outputsOf } from './committee.ts';

/** Member 3 of seven lends its key; member 6 hears what comes of it. */
const committee = new Committee(7);
const chain = committee.chain(4);
const status = { ...committee.engine(3).status(), round: 5 };
const half = (): number => 0.5;

function forgerThatSaw(...messages: Message[]): ChainedForger {
  const options = { protocol: jolteonDefinition.domain, chainId, selfIndex: 3 };
  const forger = new ChainedForger(options, committee.crypto(3));
  for (const message of messages) forger.note(message);
  return forger;
}

function listener() {
  const engine = committee.engine(6);
  engine.start(0);
  for (const block of chain.slice(0, 2)) deliver(engine, committee.proposal(block));
  return engine;
}

const proposals = chain.map((block) => committee.proposal(block));
const third = proposals[2];
if (third === undefined) throw new Error('a chain that is too short');
const votesFor = (message: Message | null): number => {
  if (message === null) throw new Error('nothing was forged');
  return messagesOf(deliver(listener(), message, { from: 3 }), 'vote').length;
};

describe('what a chained protocol lends to a Byzantine member', () => {
  it('contradicts a proposal with one that others would vote for as well, and that proves it', () => {
    const other = forgerThatSaw().contradict(third);
    expect(other).not.toEqual(third);
    expect(votesFor(third)).toBe(1);
    expect(votesFor(other)).toBe(1);
    const engine = listener();
    deliver(engine, third);
    const found = outputsOf(deliver(engine, other ?? third), 'evidence');
    expect(found).toMatchObject([{ evidence: { offence: 'double-proposal', offender: 3 } }]);
  });

  it('contradicts a vote with one for a rival block, or for none that there is', () => {
    const { round, id } = third.block;
    const rival = committee.block({ round, createdUnixMs: 9 });
    const vote = committee.vote(3, { round, id });
    expect(forgerThatSaw(third, committee.proposal(rival)).contradict(vote)).toEqual(
      committee.vote(3, rival),
    );
    const other = forgerThatSaw(third).contradict(vote);
    const gatherer = committee.engine(4);
    gatherer.start(0);
    deliver(gatherer, vote);
    const found = outputsOf(deliver(gatherer, other ?? vote), 'evidence');
    expect(found).toMatchObject([{ evidence: { offence: 'double-vote', offender: 3 } }]);
  });

  it('makes proposals on old and on false certificates that nobody votes for', () => {
    const forger = forgerThatSaw(...proposals);
    const stale = forger.makeStale(third, half);
    expect(stale?.block.parentQc.round).toBeLessThan(third.block.parentQc.round);
    expect(votesFor(stale)).toBe(0);
    for (const dice of [0, 0.4, 0.9]) {
      expect(votesFor(forger.invalidate(third, () => dice))).toBe(0);
      const given = committee.timeout(3, { round: 3, highQc: third.block.parentQc });
      const engine = listener();
      deliver(engine, forger.invalidate(given, () => dice) ?? given);
      expect(engine.status().counters.messagesRejected).toBe(1);
    }
    expect(forgerThatSaw().makeStale(proposals[0] ?? third, half)).toBeNull();
  });

  it('gives up with what it saw last, truly signed or not, or claims to have seen less', () => {
    const forger = forgerThatSaw(...proposals, committee.proposal(committee.block({ round: 5 })));
    const qc = chain[2] === undefined ? genesisQc : committee.qc(chain[2]);
    const next = { ...status, round: 4 };
    expect(forger.giveUp(next)).toEqual(committee.timeout(3, { round: 4, highQc: qc }));
    const false_ = forger.missign(next, half);
    expect({ ...false_, signature: null }).toEqual({ ...forger.giveUp(next), signature: null });
    expect(false_.signature).not.toEqual(forger.giveUp(next).signature);
    const lie = forger.understate(committee.timeout(3, { round: 4, highQc: qc }), half);
    expect(lie?.highQc.round).toBeLessThan(qc.round);
  });

  it('asks for everything below a block, and for nothing before it knows one', () => {
    expect(forgerThatSaw().request(half)).toBeNull();
    const request = forgerThatSaw(...proposals).request(() => 0.99);
    expect(request).toEqual({ kind: 'block-request', blockId: chain[2]?.id, floorRound: 0 });
  });
});
