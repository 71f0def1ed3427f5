/** How a member breaks the rules, in words: `equivocate (share 50 %), double-vote`. */
import type { Behaviour } from '../../../node-image/src/contract/index.ts';
import { formatDuration } from '../lib/units.ts';
import { byzantineNodes } from '../model/byzantine.ts';
import { nameNodes } from '../model/name-nodes.ts';
import type { Cell } from '../model/plan.ts';

export function describeBehaviours(behaviours: readonly Behaviour[]): string {
  return behaviours.map(describeBehaviour).join(', ');
}

/** `nodes 1, 4 of 10 (f = 3): silent`; null where everybody is honest. */
export function describeByzantine({
  nodes,
  faultyMax,
}: Pick<Cell, 'nodes' | 'faultyMax'>): string | null {
  const members = byzantineNodes(nodes);
  const role = nodes.find(({ role: one }) => one !== 'honest')?.role;
  if (role === undefined || role === 'honest') return null;
  const bound = members.length > faultyMax ? `beyond f = ${faultyMax}` : `f = ${faultyMax}`;
  return `${nameNodes(members)} of ${nodes.length} (${bound}): ${describeBehaviours(role.behaviours)}`;
}

function describeBehaviour({ name, delayMs, share, perSec, nodes }: Behaviour): string {
  const told = [
    ...(delayMs === undefined ? [] : [`delay ${formatDuration(delayMs)}`]),
    ...(share === undefined ? [] : [`share ${Number((100 * share).toFixed(2))} %`]),
    ...(perSec === undefined ? [] : [`${perSec}/s`]),
    ...(nodes === undefined ? [] : [nameNodes(nodes)]),
  ];
  return told.length === 0 ? name : `${name} (${told.join(', ')})`;
}
