import { messageKinds } from '../../../../node-image/src/engine/chained/codec/message-kinds.ts';
import { linkTraitsOf } from '../../../../node-image/src/engine/chained/traits.ts';
import type { LinkTraits } from '../../../../node-image/src/engine/seam/message.ts';

/** What queues and relays know of a message of this kind. */
export function traitsOfKind(kind: keyof typeof messageKinds): LinkTraits {
  const traits = linkTraitsOf(Uint8Array.of(messageKinds[kind]));
  if (traits === null) throw new Error(`No traits of ${kind}`);
  return traits;
}
