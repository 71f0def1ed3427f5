import { describe, expect, it } from '@jest/globals';
import {
  BlockTree,
  type TreeNode,
} from '../../../../../node-image/src/engine/chained/block-tree.ts';
import { genesisQc } from '../../../../../node-image/src/engine/chained/genesis.ts';
import { Leaders } from '../../../../../node-image/src/engine/chained/leaders.ts';
import type { Block } from '../../../../../node-image/src/engine/chained/messages.ts';
import type { Rotation } from '../../../../../node-image/src/engine/chained/parameters.ts';
import { SafetyState } from '../../../../../node-image/src/engine/chained/safety-state.ts';
import { Committee, retention } from './committee.ts';

const committee = new Committee(7);
/** Members 5 and 6 are dead: nobody has their votes. */
const alive = [0, 1, 2, 3, 4];

interface World {
  readonly leaders: Leaders;
  readonly safety: SafetyState;
  readonly nodes: readonly TreeNode[];
}

/** A chain of blocks of these rounds, the last of them certified. */
function world(rotation: Rotation, rounds: readonly number[], authors: readonly number[]): World {
  const tree = new BlockTree(retention);
  const safety = new SafetyState(null);
  const seed = 12;
  const options = { rotation, committeeSize: 7, faultyMax: 2, chainLength: 2, seed };
  let parentQc = genesisQc;
  const nodes = rounds.map((round, index) => {
    const block: Block = { ...committee.block({ round, parentQc }), author: authors[index] ?? 0 };
    parentQc = committee.qc(block, alive);
    return tree.add(block, new Float64Array(0));
  });
  safety.raiseHighQc(parentQc);
  return { leaders: new Leaders(options, { tree, safety }), safety, nodes };
}

describe('round-robin', () => {
  it('takes everybody in turn, known blocks or not', () => {
    const { leaders } = world('round-robin', [1, 2], [1, 2]);
    expect([3, 4, 10].map((round) => leaders.in(round))).toEqual([3, 4, 3]);
    expect([leaders.may(3, 10), leaders.may(4, 10)]).toEqual([true, false]);
  });
});

describe('a fixed leader', () => {
  it('goes on after its certified block, and is replaced by number after a failed round', () => {
    const { leaders, nodes, safety } = world('fixed', [1, 2, 3], [1, 1, 1]);
    expect(leaders.in(4)).toBe(1);
    expect(leaders.in(5)).toBe(5); // by a timeout certificate of round 4
    expect([4, 5, 9].map((round) => leaders.expected(round))).toEqual([1, 1, 1]);
    const last = nodes.at(-1) as TreeNode;
    expect(leaders.of({ round: 4, parentQc: committee.qc(last.block) })).toBe(1);
    expect(leaders.of({ round: 6, parentQc: committee.qc(last.block) })).toBe(6);
    const voted = { ...last.block, round: 4 };
    leaders.voted({ ...last, block: voted });
    expect(leaders.expected(5)).toBe(1);
    safety.raiseLastTc(committee.tc(4, committee.qc(last.block)));
    expect([5, 6].map((round) => leaders.expected(round))).toEqual([5, 5]);
  });
});

describe('a carousel', () => {
  const rounds = [1, 2, 3, 4, 5];

  it('draws from those whose votes are in the committed head, less the last authors', () => {
    const drawn = new Set<number | null>();
    for (let first = 1; first < 60; first++) {
      const chain = world(
        'carousel',
        rounds.map((each) => each + first),
        [1, 2, 3, 4, 0],
      );
      drawn.add(chain.leaders.in(first + 6));
    }
    // The head is the block before the last: its author 4 and the one below it, 3, are left out.
    expect([...drawn].sort()).toEqual([0, 1, 2]);
  });

  it('is the same whoever asks, and knows nothing while the block is missing', () => {
    const chain = world('carousel', rounds, [1, 2, 3, 4, 0]);
    const last = chain.nodes.at(-1) as TreeNode;
    const parentQc = committee.qc(last.block, alive);
    expect(chain.leaders.of({ round: 6, parentQc })).toBe(chain.leaders.in(6));
    expect(chain.leaders.after(last)).toBe(chain.leaders.in(6));
    const stranger = committee.qc(committee.block({ round: 9, createdUnixMs: 4 }));
    expect(chain.leaders.of({ round: 10, parentQc: stranger })).toBeNull();
    chain.safety.raiseHighQc(stranger);
    expect(chain.leaders.in(10)).toBeNull();
  });

  it('takes turns where the certificate commits nothing, and after a failed round', () => {
    const gap = world('carousel', [1, 2, 3, 5], [1, 2, 3, 5]);
    expect(gap.leaders.in(6)).toBe(6);
    expect(gap.leaders.in(8)).toBe(1);
    expect(world('carousel', [1], [1]).leaders.in(2)).toBe(2);
  });
});
