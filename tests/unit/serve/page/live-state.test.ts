import { describe, expect, it } from '@jest/globals';
import {
  addPoints,
  emptyHistory,
  takeUpdate,
} from '../../../../controller/src/serve/page/logic/live-state.ts';
import { sampleSnapshot, sampleUpdate } from '../../../fixtures/live-samples.ts';

const shape = { size: 4 };
const live = sampleSnapshot(shape, 30);
const next = sampleUpdate(shape, 31);

describe('takeUpdate', () => {
  it('takes what came, and keeps what did not', () => {
    const after = takeUpdate(live, next);
    expect(after.status).toBe(next.status);
    expect(after.topology).toBe(live.topology);
    expect(after.history.t).toHaveLength(31);
    expect(after.history.txPerSec).toHaveLength(31);
    expect(live.history.t).toHaveLength(30);
  });

  it('begins the history anew with a repetition, and results and log with a run', () => {
    const after = takeUpdate(live, { ...next, isNewRepetition: true, isNewRun: true });
    expect(after.history.t).toEqual([next.points?.[0]?.t]);
    expect(after.results).toEqual([]);
    expect(after.log).toEqual([]);
  });

  it('tells apart what is gone from what has not changed', () => {
    const { nodes: _, ...without } = next;
    expect(takeUpdate(live, without).nodes).toBe(live.nodes);
    expect(takeUpdate(live, { ...next, nodes: null }).nodes).toBeNull();
  });

  it('has a line that was sent twice once', () => {
    const last = live.log.at(-1);
    if (last === undefined) throw new Error('the sample has a log');
    const after = takeUpdate(live, { ...next, log: [last, { ...last, seq: last.seq + 1 }] });
    expect(after.log.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('addPoints', () => {
  it('thins out the older half above an hour, and keeps the columns of one length', () => {
    const points = Array.from({ length: 3_601 }, (_, at) => ({
      ...{ t: at, txPerSec: at, offeredTxPerSec: 1, latencyP50Ms: null, latencyP99Ms: null },
      ...{ height: at, nodesAnswering: 4, nodesTotal: 4, timeouts: null },
    }));
    const { t, txPerSec } = addPoints(emptyHistory, points);
    expect(t).toHaveLength(900 + 1_801);
    expect(t.slice(0, 3)).toEqual([0, 2, 4]);
    expect(t.slice(-2)).toEqual([3_599, 3_600]);
    expect(txPerSec).toEqual(t);
  });
});
