import { describe, expect, it } from '@jest/globals';
import { noteCatchUps } from '../../../controller/src/judge/note-catch-ups.ts';
import type { Cell } from '../../../controller/src/model/plan.ts';
import type {
  NetworkChangeRecord,
  NetworkRecord,
  SampleRecord,
} from '../../../controller/src/model/record.ts';
import { networkOf } from '../plan/networks-of.ts';

const network = networkOf(
  'nodes: [4]\ntimeline: [{ at: 1s, partition: [[3], [0, 1, 2]] }, { at: 5s, heal: true }]',
);
const cell = { network } as Cell; // of a cell, it reads the network alone

function changeAt(changeIndex: number, seconds: number): NetworkChangeRecord[] {
  const { kind = '', text = '' } = network.changes[changeIndex] ?? {};
  const at = new Date(seconds * 1000);
  return [0, 1, 2, 3].map((nodeIndex) => {
    return { changeIndex, kind, text, plannedAt: at, nodeIndex, appliedAt: at, error: null };
  });
}

const record: NetworkRecord = {
  shaper: 'netem',
  checks: [],
  counters: [],
  changes: [...changeAt(0, 1), ...changeAt(1, 5)],
  disturbances: [],
  drift: [],
};

/** Scraped once a second from 0 s on. */
function samples(heightsOf: readonly (readonly number[])[]): SampleRecord[] {
  return heightsOf.flatMap((heights, nodeIndex) =>
    heights.map((value, second) => {
      const at = new Date(second * 1000);
      return { nodeIndex, at, metric: 'consensus_committed_height', value };
    }),
  );
}

function caughtUp(heightsOf: readonly (readonly number[])[]): (number | undefined)[] {
  return noteCatchUps(record, cell, samples(heightsOf)).changes.map(({ caughtUpAt }) =>
    caughtUpAt?.getTime(),
  );
}

const went = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90];

describe('noteCatchUps', () => {
  it('tells when the node that was cut off has what the others had a scrape before', () => {
    const behind = [0, 10, 10, 10, 10, 10, 15, 35, 71, 90];
    const none = [undefined, undefined, undefined, undefined];
    expect(caughtUp([went, went, went, behind])).toEqual([...none, 6000, 6000, 6000, 8000]);
  });

  it('tells when all go on, where the cut left nobody a quorum', () => {
    const stood = [0, 10, 10, 10, 10, 10, 10, 10, 12, 20];
    const last = caughtUp([stood, stood, stood, stood]).slice(4);
    expect(last).toEqual([8000, 8000, 8000, 8000]);
  });

  it('says nothing of a node that never did', () => {
    const lost = [0, 10, 10, 10, 10, 10, 12, 14, 16, 18];
    expect(caughtUp([went, went, went, lost]).at(-1)).toBeUndefined();
  });
});
