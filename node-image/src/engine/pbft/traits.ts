import type { LinkTraits, MessageTraits } from '../seam/message.ts';
import { kindsByByte } from './codec/message-kinds.ts';
import type { Message } from './messages.ts';

/**
 * What is large and can be had again goes first; proposals, calls for views and what begins them
 * are kept. Votes are sent again to whoever says that it lacks them.
 */
const traits: Readonly<Record<Message['kind'], MessageTraits>> = {
  forward: of('forward', 'bulk', 0),
  'log-answer': of('answer', 'bulk', 1),
  'block-answer': of('answer', 'consensus', 1),
  stable: of('answer', 'consensus', 1),
  'log-request': of('request', 'bulk', 2),
  'block-request': of('request', 'consensus', 2),
  status: of('request', 'consensus', 2),
  accepted: of('vote', 'consensus', 3),
  prepare: of('vote', 'consensus', 3),
  // It may end a slot, and the primary proposes the next one: what waits has to be there by then.
  commit: { ...of('vote', 'consensus', 3), flushesSubmissions: 'before' },
  checkpoint: of('vote', 'consensus', 3),
  'view-change': of('give-up', 'consensus', null),
  'new-view': of('give-up', 'consensus', null),
  'pre-prepare': { ...of('proposal', 'consensus', null), flushesSubmissions: 'after' },
};

export function traitsOf(message: Message): MessageTraits {
  if (message.kind !== 'pre-prepare') return traits[message.kind];
  return { ...traits['pre-prepare'], proposedTransactions: message.block.transactions.length };
}

export function linkTraitsOf(body: Uint8Array): LinkTraits | null {
  const kind = kindsByByte.get(body[0] ?? 0);
  return kind === undefined ? null : traits[kind];
}

function of(
  role: MessageTraits['role'],
  lane: MessageTraits['lane'],
  dropRank: number | null,
): MessageTraits {
  return { role, lane, dropRank, flushesSubmissions: null, proposedTransactions: null };
}
