import { describe, expect, it } from '@jest/globals';
import {
  genesis,
  type PreparedCertificate,
  type ViewChangeStatement,
} from '../../../../../node-image/src/engine/pbft/messages.ts';
import { pbftRules } from '../../../../../node-image/src/engine/pbft/rules.ts';
import {
  demandOf,
  ViewChanges,
} from '../../../../../node-image/src/engine/pbft/view-changes.ts';

const none = new Uint8Array(0);

function statement(
  member: number,
  view: number,
  content: { stableSlot?: number; prepared?: [slot: number, view: number, id: string][] } = {},
): ViewChangeStatement {
  const prepared = (content.prepared ?? []).map(
    ([slot, inView, id]): PreparedCertificate => ({
      slot,
      view: inView,
      id,
      proposalSignature: none,
      prepares: [],
    }),
  );
  return {
    view,
    member,
    stable: { ...genesis, slot: content.stableSlot ?? 0 },
    prepared,
    signature: none,
  };
}

describe('what a new view must begin with', () => {
  it('is the block of the highest view in each slot, and nothing where nothing was prepared', () => {
    const { stable, ids } = demandOf(
      [
        statement(0, 3, { stableSlot: 4, prepared: [[5, 0, 'a'], [8, 1, 'b']] }),
        statement(1, 3, { stableSlot: 2, prepared: [[3, 2, 'settled'], [5, 2, 'c']] }),
        statement(2, 3, { stableSlot: 4, prepared: [[5, 1, 'd'], [7, 0, 'e']] }),
      ],
      genesis,
      pbftRules,
    );
    expect(stable.slot).toBe(4);
    expect(ids).toEqual(['c', null, 'e', 'b']);
  });

  it('is nothing at all if everything is settled', () => {
    const calls = [statement(0, 1, { stableSlot: 4, prepared: [] }), statement(1, 1)];
    expect(demandOf(calls, genesis, pbftRules).ids).toEqual([]);
  });

  it('is compared exactly', () => {
    expect(pbftRules.isDemanded(['a', 'b'], ['a', 'b'])).toBe(true);
    expect(pbftRules.isDemanded(['a', 'b'], ['a'])).toBe(false);
    expect(pbftRules.isDemanded(['a'], ['a', 'b'])).toBe(false);
    expect(pbftRules.isDemanded(['a', 'b'], ['b', 'a'])).toBe(false);
  });
});

describe('calls for views', () => {
  it('are joined when f + 1 others call for a higher one, at the lowest of those', () => {
    const calls = new ViewChanges();
    calls.add(statement(1, 5));
    calls.add(statement(0, 9)); // its own
    expect(calls.joinedView(1, 0, 2)).toBeNull();
    calls.add(statement(2, 3));
    expect(calls.joinedView(1, 0, 2)).toBe(3);
    calls.add(statement(3, 4));
    expect(calls.joinedView(1, 0, 2)).toBe(4);
    expect(calls.joinedView(4, 0, 2)).toBeNull();
  });

  it('keep one of each member, the highest', () => {
    const calls = new ViewChanges();
    calls.add(statement(1, 5));
    calls.add(statement(1, 4));
    expect(calls.of(4)).toEqual([]);
    expect(calls.of(5)).toHaveLength(1);
    expect(calls.isNews(1, 5)).toBe(false);
    expect(calls.countFrom(2)).toBe(1);
    calls.forgetUpTo(5);
    expect(calls.countFrom(0)).toBe(0);
  });
});
