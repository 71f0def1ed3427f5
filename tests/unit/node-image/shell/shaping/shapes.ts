import type { LinkShaping, Shaping } from '../../../../../node-image/src/contract/index.ts';
import {
  createLinkEgress,
  type LinkEgress,
} from '../../../../../node-image/src/shell/shaping/link-egress.ts';
import { createTokenBucket } from '../../../../../node-image/src/shell/shaping/token-bucket.ts';

/** A link that does nothing to its bytes, but for what is changed. */
export function linkShape(change: Partial<LinkShaping> = {}): LinkShaping {
  return {
    peerIndex: 1,
    delay: { distribution: 'fixed', meanMs: 0, jitterMs: 0, correlationRatio: 0 },
    loss: { kind: 'none' },
    rateBitsPerSec: null,
    isCut: false,
    ...change,
  };
}

export const fixed = (meanMs: number): LinkShaping['delay'] => ({
  distribution: 'fixed',
  meanMs,
  jitterMs: 0,
  correlationRatio: 0,
});

export function shaping(links: readonly LinkShaping[], change: Partial<Shaping> = {}): Shaping {
  return { seed: 1, links: [...links], upBitsPerSec: null, downBitsPerSec: null, ...change };
}

/** A link of its own, without an access link in front. */
export function egressOf(change: Partial<LinkShaping>, seed = 1): LinkEgress {
  const link = createLinkEgress('0>1', { upBitsPerSec: null, up: createTokenBucket() });
  link.apply(linkShape(change), seed);
  return link;
}
