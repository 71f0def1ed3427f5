import type { BehaviourOrder } from '../contract/index.ts';
import type { Forger } from '../engine/seam/forger.ts';
import { isSupported, supportedNames } from './catalogue.ts';

export interface Member {
  readonly protocol: string;
  readonly committeeSize: number;
  /** Null: the protocol lends nothing. */
  readonly forger: Forger | null;
}

/** What is wrong with an order, whoever gets it; null: nothing. */
export function findOrderFault({ behaviours }: BehaviourOrder): string | null {
  const names = behaviours.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  return twice === undefined ? null : `behaviours: ${twice} is listed twice`;
}

/** Why this member cannot behave so; null: it can. */
export function findMemberFault({ behaviours }: BehaviourOrder, member: Member): string | null {
  const { protocol, committeeSize, forger } = member;
  for (const { name, nodes } of behaviours) {
    if (!isSupported(name, forger)) {
      const able = supportedNames(forger).join(', ');
      return `behaviours: ${protocol} does not know how to ${name}; it can ${able}`;
    }
    const stranger = nodes?.find((index) => index >= committeeSize);
    if (stranger === undefined) continue;
    return `behaviours: ${name} names node ${stranger}, in a committee of ${committeeSize}`;
  }
  return null;
}
