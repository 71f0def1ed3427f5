import { describe, expect, it } from '@jest/globals';
import { describeMismatch } from '../../../controller/src/model/describe-mismatch.ts';
import type { LinkCheckRecord } from '../../../controller/src/model/record.ts';
import { describeTolerance } from '../../../controller/src/plan/describe-check.ts';

const inRange: LinkCheckRecord = {
  at: new Date(0),
  occasion: 'before',
  fromRegion: 'eu',
  toRegion: 'us',
  fromNode: 0,
  toNode: 1,
  quantity: 'rtt-range',
  asked: '50-100 ms',
  planned: 0.9,
  measured: 0.8,
  low: 0.813,
  high: 1,
  samples: 96,
  isWithin: false,
};

describe('describeMismatch', () => {
  it('names the limit that the first line of a result names, and no other', () => {
    const text = describeMismatch([inRange]);
    expect(text).toBe(
      'The network is not as planned: eu to us (nodes 0 and 1) has 80 % of its round trips in 50-100 ms (passes: at least 81.3 %).',
    );
    expect(text).toContain(`passes: ${describeTolerance('rtt-range', inRange)}`);
    expect(text).not.toContain('90 %');
  });
});
