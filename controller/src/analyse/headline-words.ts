/** Pieces of the sentences of a headline. */
import type { CellFinding, RepetitionFinding } from '../model/finding.ts';
import type { ReasonCode } from '../model/reason-kinds.ts';

/** `n = 4, 7 and 16` */
export function listSizes(cells: readonly CellFinding[]): string {
  const sizes = cells.map((cell) => `${cell.nodeCount}`);
  const last = sizes.at(-1) ?? '';
  const rest = sizes.slice(0, -1).join(', ');
  return `n = ${rest === '' ? last : `${rest} and ${last}`}`;
}

export function count(quantity: number, noun: string): string {
  return `${quantity} ${noun}${quantity === 1 ? '' : 's'}`;
}

/** A reason is a sentence; inside another one it has no full stop and starts small. */
export function asClause(sentence: string): string {
  const open = sentence.replace(/\.$/, '');
  return /^[A-Z][a-z]*,? [a-z0-9]/.test(open)
    ? `${open.charAt(0).toLowerCase()}${open.slice(1)}`
    : open;
}

export function hasCode({ reasons }: CellFinding, wanted: ReasonCode): boolean {
  return reasons.some(({ code }) => code === wanted);
}

export function hasReason({ reasons }: RepetitionFinding, wanted: ReasonCode): boolean {
  return reasons.some(({ code }) => code === wanted);
}
