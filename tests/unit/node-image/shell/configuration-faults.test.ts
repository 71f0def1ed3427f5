import { describe, expect, it } from '@jest/globals';
import type { Configure } from '../../../../node-image/src/contract/index.ts';
import {
  findConfigurationFault,
  findParameterFault,
  findResumeFault,
} from '../../../../node-image/src/shell/configuration-faults.ts';

const member = (index: number) => ({
  index,
  peerId: `peer-${index}`,
  publicKeyHex: String(index).repeat(64),
  dataAddress: `127.0.0.1:${9_000 + index}`,
});
const good: Configure = {
  chainId: 'chain',
  committee: [member(0), member(1), member(2)],
  links: [0, 2],
  engine: {
    protocol: 'jolteon',
    baseTimeoutMs: 1_000,
    idleDelayMs: 10,
    batchTxMax: 10,
    batchBytesMax: 10_000,
    batchAgeMsMax: 1,
    mempoolTxMax: 100,
    forwardLeaders: 2,
  },
  resume: 'at-once',
};
const self = { index: 1, peerId: 'peer-1', publicKeyHex: '1'.repeat(64) };

describe('configuration of a node', () => {
  it('is accepted when it names this node and other members', () => {
    expect(findConfigurationFault(good, self)).toBeNull();
  });

  it('has no parameters of a scenario, which this node does not know', () => {
    expect(findParameterFault(good)).toBeNull();
    expect(findParameterFault({ ...good, node: {} })).toBeNull();
    expect(findParameterFault({ ...good, node: { view: 3 } })).toMatch(
      /^node\.view: this node has/,
    );
  });

  it.each<[string, Partial<Configure>, RegExp]>([
    ['out of order', { committee: [member(1), member(0), member(2)] }, /member 1 is not at/],
    ['without this node', { committee: [member(0)], links: [] }, /do not include this node, 1/],
    [
      'with a stranger in its place',
      { committee: [member(0), { ...member(1), peerId: 'x' }] },
      /not this node's/,
    ],
    [
      'with a key that is not hex',
      { committee: [{ ...member(0), publicKeyHex: 'zz' }, member(1), member(2)] },
      /committee\.0\.publicKeyHex/,
    ],
    [
      'with one peer twice',
      { committee: [member(0), member(1), { ...member(2), peerId: 'peer-0' }] },
      /same peer id/,
    ],
    ['with a link to itself', { links: [1] }, /links: 1 is not another member/],
    ['with a link to nobody', { links: [3] }, /links: 3 is not another member/],
    ['with a link twice', { links: [0, 0] }, /listed twice/],
  ])('is refused %s', (_, change, reason) => {
    expect(findConfigurationFault({ ...good, ...change }, self)).toMatch(reason);
  });
});

describe('configuration of a node that was configured before', () => {
  it('may move members to other addresses', () => {
    const moved = good.committee.map((each) => ({ ...each, dataAddress: '10.0.0.1:1' }));
    expect(findResumeFault({ ...good, committee: moved }, good)).toBeNull();
  });

  it('cannot be of another chain or committee', () => {
    expect(findResumeFault({ ...good, chainId: 'other' }, good)).toMatch(
      /belongs to chain "chain" and was asked to resume "other"/,
    );
    const committee = [member(0), member(1), { ...member(2), publicKeyHex: '7'.repeat(64) }];
    expect(findResumeFault({ ...good, committee }, good)).toMatch(/other members/);
  });
});
