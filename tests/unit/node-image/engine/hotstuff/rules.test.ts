import { describe, expect, it } from '@jest/globals';
import type { Block } from '../../../../../node-image/src/engine/chained/messages.ts';
import type { Engine } from '../../../../../node-image/src/engine/chained/seam.ts';
import {
  hotstuff,
  hotstuffDefinition,
} from '../../../../../node-image/src/engine/hotstuff/protocol.ts';
import { hotstuffRules } from '../../../../../node-image/src/engine/hotstuff/rules.ts';
import {
  Committee,
  chainId,
  deliver,
  messagesOf,
  outputsOf,
  parameters,
  retention,
} from '../chained/committee.ts';

const committee = new Committee(7, hotstuffDefinition.domain);

function started(selfIndex: number): Engine {
  const engine = hotstuff.create(
    {
      chainId,
      selfIndex,
      committeeSize: committee.size,
      parameters: { ...parameters, protocol: 'hotstuff' },
      restored: null,
      peerChoiceSeed: 1,
      retention,
    },
    { crypto: committee.crypto(selfIndex) },
  );
  engine.start(0);
  return engine as Engine;
}

describe('the rules of HotStuff', () => {
  it('vote at the lock and above it, never below', () => {
    const block = committee.block({
      round: 9,
      parentQc: committee.qc(committee.block({ round: 5 })),
    });
    expect([4, 5, 6].map((lock) => hotstuffRules.isSafeToExtend(block, lock))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('commit three rounds in a row, and lock what has two certificates above it', () => {
    expect(hotstuffRules.commits([5, 4, 3])).toBe(true);
    expect([hotstuffRules.commits([5, 4, 2]), hotstuffRules.commits([6, 4, 3])]).toEqual([
      false,
      false,
    ]);
    const [, second] = committee.chain(2) as [Block, Block];
    expect(hotstuffRules.lockOf(second)).toBe(1);
  });
});

describe('an engine under them', () => {
  it('commits a block with the third certificate, and votes to everyone', () => {
    const engine = started(0);
    const committed = committee.chain(4).map((block) => {
      const outputs = deliver(engine, committee.proposal(block));
      const votes = messagesOf(outputs, 'vote').length;
      return [votes, outputsOf(outputs, 'commit').map(({ commit }) => commit.block.round)];
    });
    expect(committed).toEqual([
      [1, []],
      [1, []],
      [1, []],
      [1, [1]],
    ]);
  });

  it('remembers its lock, durably, before its vote leaves', () => {
    const engine = started(0);
    const states = committee
      .chain(4)
      .flatMap((block) =>
        outputsOf(deliver(engine, committee.proposal(block)), 'persist').map(
          ({ state }) => state.lockedRound,
        ),
      );
    expect(states).toEqual([0, 0, 1, 2]);
  });

  it('gives no vote to a block below its lock, though timeouts excuse it', () => {
    const engine = started(0);
    const chain = committee.chain(4);
    for (const block of chain) deliver(engine, committee.proposal(block));
    const [first] = chain as [Block];
    const lastTc = committee.tc(5, committee.qc(first));
    const below = committee.block({
      round: 6,
      parentQc: committee.qc(first),
      timeoutCertificate: lastTc,
    });
    expect(messagesOf(deliver(engine, committee.proposal(below)), 'vote')).toEqual([]);
    expect(engine.status().round).toBe(6);
  });
});
