/** Pieces of the sentences of a headline. */
import type { CellFinding, RepetitionFinding } from '../model/finding.ts';
import type { ReasonCode } from '../model/reason-kinds.ts';
import { wordCells } from '../model/word-cell.ts';

/** `n = 4, 7 and 16`; with more axes `n = 4 and 7, network = wan`, or `all 12 combinations`. */
export function listCells(cells: readonly CellFinding[], all: readonly CellFinding[]): string {
  return wordCells(cells, all, ' and ');
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
