import {
  ByzantineEngine,
  type ByzantineEngineDependencies,
} from '../byzantine/byzantine-engine.ts';
import { findMemberFault, findOrderFault, type Member } from '../byzantine/order-faults.ts';
import type {
  BehaviourApplied,
  BehaviourName,
  BehaviourOrder,
  BehaviourStatus,
} from '../contract/index.ts';
import type { Engine } from '../engine/seam/engine.ts';
import { ProblemError } from './control/problem.ts';

/** The engine of a node that may be told to break the rules. */
export interface WrappedMember extends Member, Omit<ByzantineEngineDependencies, 'onMisbehaviour'> {
  readonly selfIndex: number;
  readonly baseTimeoutMs: number;
}

/** The node's side of POST and GET /v1/behaviour. What it is told is lost with the process. */
export interface BehaviourDesk {
  /** @throws ProblemError BAD_REQUEST; nothing changed then */
  order(order: BehaviourOrder): BehaviourApplied;
  status(): BehaviourStatus;
  /**
   * @returns the engine to be driven instead of the honest one
   * @throws Error if this member cannot do what has been ordered
   */
  wrap(member: WrappedMember): Engine;
  /** How often each behaviour was carried out, ever. */
  readonly misbehaviours: ReadonlyMap<BehaviourName, number>;
}

/** @param dependencies `nudge` makes the engine take a step now, if there is one */
export function createBehaviourDesk(dependencies: {
  readonly wallMs: () => number;
  readonly nudge: () => void;
}): BehaviourDesk {
  const misbehaviours = new Map<BehaviourName, number>();
  let standing: BehaviourOrder = { behaviours: [], seed: 0 };
  let wrapped: { readonly engine: ByzantineEngine; readonly member: WrappedMember } | null = null;

  return {
    misbehaviours,
    order(order) {
      const fault =
        findOrderFault(order) ?? (wrapped === null ? null : findMemberFault(order, wrapped.member));
      if (fault !== null) throw new ProblemError(400, 'BAD_REQUEST', `${fault}.`);
      standing = order;
      wrapped?.engine.behave(order);
      dependencies.nudge();
      return { appliedUnixMs: dependencies.wallMs() };
    },
    status: () => ({
      behaviours: [...standing.behaviours],
      misbehaviours: Object.fromEntries(misbehaviours),
    }),
    wrap(member) {
      const fault = findMemberFault(standing, member);
      if (fault !== null) throw new Error(fault);
      const engine = new ByzantineEngine(member, {
        ...member,
        onMisbehaviour: (name) => misbehaviours.set(name, (misbehaviours.get(name) ?? 0) + 1),
      });
      engine.behave(standing);
      wrapped = { engine, member };
      return engine;
    },
  };
}
