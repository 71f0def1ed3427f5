import { nameNodes } from '../model/name-nodes.ts';
import type { Witness } from '../model/timeline.ts';

/**
 * One witness for an event at several nodes: it bit if it bit everywhere. Pure.
 * @returns null if nobody could look at one of them
 */
export function combineWitnesses(
  witnesses: ReadonlyMap<number, Witness>,
  nodes: readonly number[],
): Witness | null {
  const found = nodes.map((node) => ({ node, witness: witnesses.get(node) }));
  if (found.length === 0 || found.some(({ witness }) => witness === undefined)) return null;
  const worst =
    found.find(({ witness }) => witness?.isSeen === false) ??
    found.reduce((a, b) => ((b.witness?.value ?? 0) < (a.witness?.value ?? 0) ? b : a));
  if (worst.witness === undefined) return null;
  const others = nodes.length - 1;
  const who = nameNodes([worst.node]);
  const rest = others === 0 ? '' : worst.witness.isSeen ? ', at the least of all' : '';
  return { ...worst.witness, text: `${who}: ${worst.witness.text}${rest}` };
}
