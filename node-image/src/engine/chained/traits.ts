import type { LinkTraits, MessageTraits } from '../seam/message.ts';
import { kindsByByte } from './codec/message-kinds.ts';
import type { Message } from './messages.ts';

/**
 * What is large and can be had again goes before what is small and moves the protocol on: forwarded
 * transactions, then answers and requests (asked again on a timer), then certificates, then votes.
 */
const traits: Readonly<Record<Message['kind'], MessageTraits>> = {
  forward: of('forward', 'bulk', 0),
  'block-response': of('answer', 'bulk', 1),
  'block-request': of('request', 'bulk', 2),
  exhibit: of('answer', 'bulk', 2),
  // A vote may make its receiver propose: its own transactions have to be in by then.
  vote: { ...of('vote', 'consensus', 4), flushesSubmissions: 'before' },
  // The block that follows brings it again. Its sender waits for transactions.
  certificate: { ...of('vote', 'consensus', 3), flushesSubmissions: 'soon' },
  timeout: of('give-up', 'consensus', null),
  // This node's vote goes to the next leader, and its transactions go there with it.
  proposal: { ...of('proposal', 'consensus', null), flushesSubmissions: 'after' },
};

export function traitsOf(message: Message): MessageTraits {
  if (message.kind !== 'proposal') return traits[message.kind];
  return { ...traits.proposal, proposedTransactions: message.block.transactions.length };
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
