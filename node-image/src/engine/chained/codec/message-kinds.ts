import type { Message } from '../messages.ts';

/** First byte of every frame body that carries a consensus message. 0 is the transport's hello. */
export const messageKinds = {
  proposal: 1,
  vote: 2,
  timeout: 3,
  'block-request': 4,
  'block-response': 5,
  forward: 6,
  exhibit: 7,
  certificate: 8,
} as const satisfies Record<Message['kind'], number>;

export const kindsByByte: ReadonlyMap<number, Message['kind']> = new Map(
  // The names are the record's own keys, which its type spells out.
  Object.entries(messageKinds).map(([kind, byte]) => [byte, kind as Message['kind']]),
);
