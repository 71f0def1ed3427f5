import { describe, expect, it } from '@jest/globals';
import { witnessStandstills } from '../../../controller/src/judge/witness-standstill.ts';
import type { NodeRecord } from '../../../controller/src/model/record.ts';
import type { TimelineRecord } from '../../../controller/src/model/timeline.ts';
import { type Commits, commitsOf } from '../../fixtures/eventful-run.ts';

const START = Date.UTC(2026, 0, 1);
const at = (ms: number): Date => new Date(START + ms);

const pause: TimelineRecord = {
  eventIndex: 0,
  kind: 'pause',
  text: 'pause: node 2',
  plannedAt: at(5_000),
  plannedEndAt: at(8_000),
  begunAt: at(5_050),
  endedAt: at(8_400),
  nodes: [2],
  witness: {
    quantity: 'process-frozen',
    text: 'node 2: its processes stood still for 3010 ms',
    value: 3_010,
    limit: null,
    isSeen: true,
  },
  error: null,
};

/** Committed at these times. */
function witnessOf(timesMs: readonly number[] | null, startMs = 0) {
  const window = { startUnixMs: START + startMs, endUnixMs: START + 20_000 };
  const commits = timesMs && commitsOf(timesMs.map((atMs) => ({ atMs, transactions: 1 })));
  const results = { window, ...(commits === null ? {} : { commits: commits satisfies Commits }) };
  const node = { nodeIndex: 2, results } as unknown as NodeRecord;
  return witnessStandstills([pause], [node])[0]?.witness;
}

describe('a node that was to stand still', () => {
  it('did, by what it says: it committed before and after', () => {
    const witness = witnessOf([4_900, 5_040, 8_010, 8_050]);
    expect(witness).toMatchObject({ value: 3_010, isSeen: true });
    expect(witness?.text).toBe(`${pause.witness?.text}, and committed nothing meanwhile`);
  });

  it('did not, where it has blocks in that time', () => {
    expect(witnessOf([4_900, 6_500, 6_510, 8_050])).toMatchObject({
      quantity: 'height-stood-still',
      value: 2,
      isSeen: false,
    });
  });

  it('is believed what was seen from outside, where it does not tell', () => {
    expect(witnessOf(null)).toEqual(pause.witness);
    // Another process, of a later time.
    expect(witnessOf([100], 9_000)).toEqual(pause.witness);
  });
});
