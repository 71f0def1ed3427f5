import { describe, expect, it } from '@jest/globals';
import type { NodeClient } from '../../../controller/src/control/node-client.ts';
import { createBehaviourDesk } from '../../../controller/src/faults/behaviour-desk.ts';
import type { FaultNode } from '../../../controller/src/faults/fault.ts';
import { behaviour } from '../../../controller/src/faults/handlers/behaviour.ts';
import type { Behaviour, BehaviourOrder } from '../../../node-image/src/contract/index.ts';

const silent: Behaviour = { name: 'silent' };
const equivocate: Behaviour = { name: 'equivocate' };
const signal = new AbortController().signal;

/** A node whose counts rise by `perLook` of whatever it was ordered, with every look at them. */
function nodeWith(perLook: number, { isDeaf = false } = {}) {
  const counts: Record<string, number> = {};
  const orders: BehaviourOrder[] = [];
  let holds: readonly Behaviour[] = [];
  const desk = createBehaviourDesk(
    [
      { index: 1, role: { behaviours: [equivocate] } },
      { index: 2, role: 'honest' },
    ],
    40,
  );
  const client = {
    setBehaviour: async (order: BehaviourOrder) => {
      orders.push(order);
      if (!isDeaf || holds.length === 0) holds = order.behaviours;
      return { appliedUnixMs: 0 };
    },
    behaviour: async () => {
      for (const { name } of holds) counts[name] = (counts[name] ?? 0) + perLook;
      return { behaviours: [...holds], misbehaviours: { ...counts } };
    },
  };
  const at = (nodeIndex: number): FaultNode =>
    ({
      nodeIndex,
      client: client as unknown as NodeClient,
      behaviours: desk,
      clock: { sleep: async () => undefined },
    }) as unknown as FaultNode;
  return { at, desk, orders };
}

describe('an event of kind behaviour', () => {
  it('comes on top of the role, and exactly it is taken back', async () => {
    const { at, orders } = nodeWith(3);
    const fault = behaviour(at(1), { kind: 'behaviour', behaviours: [silent] });
    expect(await fault.begin({ signal })).toBeNull();
    const witness = await fault.end({ signal });
    expect(orders).toEqual([
      { behaviours: [equivocate, silent], seed: 41 },
      { behaviours: [equivocate], seed: 41 },
    ]);
    expect(witness).toMatchObject({ quantity: 'misbehaviours', isSeen: false, value: 0 });
  });

  it('is seen by counts that rose while it held, and stood still afterwards', async () => {
    const { at, desk } = nodeWith(3);
    const fault = behaviour(at(2), { kind: 'behaviour', behaviours: [silent] });
    await fault.begin({ signal });
    const told = await at(2).client.behaviour({ signal, timeoutMs: 1 });
    expect(told.misbehaviours).toEqual({ silent: 3 });
    expect(await fault.end({ signal })).toMatchObject({ isSeen: true, value: 3, limit: 1 });
    expect(desk.orderOf(2).behaviours).toEqual([]);
  });

  it('left no trace where nothing rose, or where it went on', async () => {
    const idle = behaviour(nodeWith(0).at(2), { kind: 'behaviour', behaviours: [silent] });
    await idle.begin({ signal });
    expect(await idle.end({ signal })).toMatchObject({ isSeen: false, value: 0 });
    const deaf = behaviour(nodeWith(3, { isDeaf: true }).at(2), {
      kind: 'behaviour',
      behaviours: [silent],
    });
    await deaf.begin({ signal });
    const witness = await deaf.end({ signal });
    expect(witness).toMatchObject({ quantity: 'misbehaviours-after', isSeen: false });
  });

  it('leaves what another event wants of the node', async () => {
    const { at, desk, orders } = nodeWith(1);
    const first = behaviour(at(2), { kind: 'behaviour', behaviours: [silent] });
    const second = behaviour(at(2), { kind: 'behaviour', behaviours: [silent, equivocate] });
    await first.begin({ signal });
    await second.begin({ signal });
    await first.end({ signal });
    expect(orders.at(-1)?.behaviours).toEqual([silent, equivocate]);
    await second.end({ signal });
    expect(desk.orderOf(2).behaviours).toEqual([]);
  });
});
