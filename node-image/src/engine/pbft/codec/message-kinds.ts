import type { Message } from '../messages.ts';

/** First byte of every frame body that carries a message of PBFT. 0 is the transport's hello. */
export const messageKinds = {
  'pre-prepare': 1,
  prepare: 2,
  commit: 3,
  checkpoint: 4,
  'view-change': 5,
  'new-view': 6,
  accepted: 7,
  status: 8,
  stable: 9,
  'log-request': 10,
  'log-answer': 11,
  'block-request': 12,
  'block-answer': 13,
  forward: 14,
} as const satisfies Record<Message['kind'], number>;

export const kindsByByte: ReadonlyMap<number, Message['kind']> = new Map(
  // The names are the record's own keys, which its type spells out.
  Object.entries(messageKinds).map(([kind, byte]) => [byte, kind as Message['kind']]),
);
