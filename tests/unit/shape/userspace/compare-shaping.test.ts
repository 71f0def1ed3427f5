import { describe, expect, it } from '@jest/globals';
import { compareShaping } from '../../../../controller/src/shape/userspace/compare-shaping.ts';
import type { LinkShaping, Shaping } from '../../../../node-image/src/contract/index.ts';

function link(peerIndex: number, rest: Partial<LinkShaping> = {}): LinkShaping {
  return {
    peerIndex,
    delay: { distribution: 'uniform', meanMs: 37.5, jitterMs: 12.5, correlationRatio: 0 },
    loss: { kind: 'independent', ratio: 0.001 },
    rateBitsPerSec: 1e8,
    isCut: false,
    ...rest,
  };
}

const bursts: LinkShaping['loss'] = {
  kind: 'gilbert-elliott',
  enterBadRatio: 0.01,
  leaveBadRatio: 0.25,
  badLossRatio: 1,
  goodLossRatio: 0,
};

function shaping(links: readonly LinkShaping[], rest: Partial<Shaping> = {}): Shaping {
  return { seed: 7, links: [...links], upBitsPerSec: 1e7, downBitsPerSec: null, ...rest };
}

const asked = shaping([link(0), link(2), link(3, { loss: bursts })]);
const delayOf = (rest: Partial<LinkShaping['delay']>): Partial<LinkShaping> => ({
  delay: { ...link(0).delay, ...rest },
});

describe('compareShaping', () => {
  it('has nothing to say where all is as asked, in whatever order', () => {
    expect(compareShaping(1, asked, { ...asked, links: asked.links.toReversed() })).toEqual([]);
  });

  it.each<[string, Partial<LinkShaping>, string]>([
    ['delay', delayOf({ meanMs: 37 }), 'the delay is 37 +- 12.5 ms (uniform) instead of 37.5'],
    ['jitter', delayOf({ jitterMs: 0 }), 'the delay is 37.5 +- 0 ms (uniform) instead of'],
    ['distribution', delayOf({ distribution: 'pareto' }), 'the delay is 37.5 +- 12.5 ms (pareto)'],
    ['correlation', delayOf({ correlationRatio: 0.2 }), '(uniform, correlation 0.2) instead of'],
    ['loss', { loss: { kind: 'none' } }, 'the loss is none instead of 0.001.'],
    ['bursts', { loss: bursts }, 'the loss is 1 and 0 in bursts (0.01, 0.25) instead of 0.001.'],
    ['rate', { rateBitsPerSec: null }, 'the rate is unlimited instead of 100000000 bit/s.'],
    ['cut', { isCut: true }, 'the link is cut instead of open.'],
  ])('tells of another %s', (_, change, text) => {
    const [zero = link(0), , last = link(3)] = asked.links;
    const sentences = compareShaping(1, asked, shaping([zero, link(2, change), last]));
    expect(sentences).toEqual([expect.stringContaining(text)]);
    expect(sentences[0]).toMatch(/^Node 1 towards 2: /);
  });

  it('tells of what the node does to all of its traffic', () => {
    const found = shaping(asked.links, { seed: 8, upBitsPerSec: null, downBitsPerSec: 4e6 });
    expect(compareShaping(1, asked, found)).toEqual([
      'Node 1: the rate up is unlimited instead of 10000000 bit/s; ' +
        'the rate down is 4000000 bit/s instead of unlimited; the seed is 8 instead of 7.',
    ]);
  });

  it('tells of peers that are not shaped, and of those that should not be', () => {
    expect(compareShaping(1, asked, shaping([link(2), link(9)]))).toEqual([
      'Node 1 does not shape what it sends to 0, 3.',
      'Node 1 shapes what it sends to 9, which the plan does not.',
    ]);
  });

  it('says once what is wrong in the same way towards many, and names no more than eight', () => {
    const peers = Array.from({ length: 20 }, (_, peerIndex) => peerIndex);
    const wanted = shaping(peers.map((peer) => link(peer)));
    const found = shaping(peers.map((peer) => link(peer, { isCut: peer % 2 === 0 })));
    expect(compareShaping(21, wanted, found)).toEqual([
      'Node 21 towards 0, 2, 4, 6, 8, 10, 12, 14 and 2 more: the link is cut instead of open.',
    ]);
  });
});
