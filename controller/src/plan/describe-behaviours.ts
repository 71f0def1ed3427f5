/** How a member breaks the rules, in words: `equivocate (share 50 %), double-vote`. */
import type { Behaviour } from '../../../node-image/src/contract/index.ts';
import { formatDuration } from '../lib/units.ts';
import { nameNodes } from '../model/name-nodes.ts';

export function describeBehaviours(behaviours: readonly Behaviour[]): string {
  return behaviours.map(describeBehaviour).join(', ');
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
