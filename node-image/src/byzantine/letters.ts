import type { EngineMessage } from '../engine/seam/message.ts';
import type { Deed, InterceptorContext, Letter } from './interceptor.ts';

export const nothing: readonly Letter[] = Object.freeze([]);

/** Who would get this letter. */
export function receiversOf({ to }: Letter, others: readonly number[]): readonly number[] {
  return to === null ? others : [to];
}

/** A letter's copies to these, instead of the letter. */
export function lettersTo(receivers: readonly number[], letter: Letter): Letter[] {
  return receivers.map((to) => ({ ...letter, to }));
}

/** Another message in a letter's place, which is a deed. */
export function replaced(letter: Letter, message: EngineMessage, deed: Deed): Letter {
  return { to: letter.to, message, deeds: [...letter.deeds, deed] };
}

/** How many of the others a share is, rounded; a share strictly between 0 and 1 leaves nobody out. */
export function shareOf(
  { others, behaviour }: Pick<InterceptorContext, 'others' | 'behaviour'>,
  shareDefault: number,
): number {
  const share = behaviour.share ?? shareDefault;
  const count = Math.round(share * others.length);
  const isStrict = share > 0 && share < 1 && others.length > 1;
  return isStrict ? Math.min(Math.max(count, 1), others.length - 1) : count;
}
