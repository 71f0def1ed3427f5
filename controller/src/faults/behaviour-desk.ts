import type { Behaviour, BehaviourOrder } from '../../../node-image/src/contract/index.ts';
import type { NodeRole } from '../model/byzantine.ts';

/**
 * What each node is to be told of how it breaks the rules. One order takes the place of the one
 * before, so what its role and the events that hold want of it is ordered together.
 */
export interface BehaviourDesk {
  /** Besides what it does already. @returns what takes exactly this back; harmless twice */
  hold(nodeIndex: number, behaviours: readonly Behaviour[]): () => void;
  /** All that holds; of one name what came last. */
  orderOf(nodeIndex: number): BehaviourOrder;
}

/** @param seed of the repetition */
export function createBehaviourDesk(
  nodes: readonly { readonly index: number; readonly role: NodeRole }[],
  seed: number,
): BehaviourDesk {
  const held = new Map(
    nodes.map(({ index, role }) => [index, role === 'honest' ? [] : [role.behaviours]] as const),
  );
  const heldAt = (nodeIndex: number): readonly (readonly Behaviour[])[] =>
    held.get(nodeIndex) ?? [];
  return {
    hold(nodeIndex, behaviours) {
      // A copy, so that two events that want the same are two.
      const own = [...behaviours];
      held.set(nodeIndex, [...heldAt(nodeIndex), own]);
      return () => {
        held.set(
          nodeIndex,
          heldAt(nodeIndex).filter((one) => one !== own),
        );
      };
    },
    orderOf(nodeIndex) {
      const byName = new Map(
        heldAt(nodeIndex).flatMap((list) => list.map((one) => [one.name, one])),
      );
      return { behaviours: [...byName.values()], seed: (seed + nodeIndex) >>> 0 };
    },
  };
}
