import { describe, expect, it } from '@jest/globals';
import { excusePlanned } from '../../../controller/src/judge/excuse-planned.ts';
import { judgeTimeline } from '../../../controller/src/judge/judge-timeline.ts';
import { findNodeCatchUps } from '../../../controller/src/judge/note-catch-ups.ts';
import { describeAbsences } from '../../../controller/src/judge/planned-absences.ts';
import type {
  NodeEvidence,
  RepetitionEvidence,
} from '../../../controller/src/judge/repetition-evidence.ts';
import { createReasonCollector } from '../../../controller/src/judge/verdict-reasons.ts';
import type { PlannedEvent, TimelineRecord } from '../../../controller/src/model/timeline.ts';
import { metricNames } from '../../../node-image/src/contract/index.ts';

const START = Date.UTC(2026, 0, 1);
const at = (ms: number): Date => new Date(START + ms);
const window = { startUnixMs: START, endUnixMs: START + 20_000 };

const planned: PlannedEvent = {
  index: 0,
  atMs: 5_000,
  endMs: 8_000,
  text: 'crash: node 2',
  kind: 'crash',
  target: { kind: 'nodes', nodes: [2] },
  action: { kind: 'crash', state: 'kept' },
};

const done: TimelineRecord = {
  eventIndex: 0,
  kind: 'crash',
  text: planned.text,
  plannedAt: at(5_000),
  plannedEndAt: at(8_000),
  begunAt: at(5_020),
  endedAt: at(8_400),
  nodes: [2],
  witness: {
    quantity: 'process-gone',
    text: 'node 2: process 7 was gone',
    value: null,
    limit: null,
    isSeen: true,
  },
  error: null,
};

function reasonsOf(timeline: Partial<RepetitionEvidence['timeline']>): string[] {
  const reasons = createReasonCollector();
  const all = { planned: [planned], records: [done], expected: [], catchUps: 0, ...timeline };
  judgeTimeline({ timeline: all, nodes: [] }, window, reasons);
  return reasons.reasons.map(({ code, verdict }) => `${code} ${verdict}`);
}

describe('judgeTimeline', () => {
  it('says nothing of an event that was done and seen', () => {
    expect(reasonsOf({})).toEqual([]);
  });

  const notDone = 'event-not-done invalid';
  const traceless = 'event-without-trace invalid';
  const unseen = done.witness && { ...done.witness, isSeen: false };
  it.each<[string, readonly TimelineRecord[], string]>([
    ['that nobody carried out', [], notDone],
    ['that did not take effect', [{ ...done, begunAt: null, error: 'no such node' }], notDone],
    ['that was not taken back', [{ ...done, endedAt: null, error: 'frozen still' }], notDone],
    ['that left no trace', [{ ...done, witness: unseen }], traceless],
    ['that nobody looked at', [{ ...done, witness: null }], traceless],
  ])('tells of an event %s', (_, records, code) => {
    expect(reasonsOf({ records })).toEqual([code]);
  });

  it('does not ask for events whose time never came', () => {
    expect(reasonsOf({ planned: [{ ...planned, atMs: 20_000 }], records: [] })).toEqual([]);
  });

  it('says why there are no figures where every node was taken down', () => {
    const reasons = createReasonCollector();
    const records = [1, 2].map((eventIndex) => ({ ...done, eventIndex, nodes: [eventIndex] }));
    const timeline = { planned: [], records, expected: [], catchUps: 0 };
    judgeTimeline({ timeline, nodes: [node(1), node(2)] }, window, reasons);
    expect(reasons.reasons.map(({ code }) => code)).toEqual(['window-uncovered']);
    const one = createReasonCollector();
    judgeTimeline({ timeline, nodes: [node(1), node(2), node(3)] }, window, one);
    expect(one.reasons).toEqual([]);
  });

  it('asks of events on nodes what is asked of changes of the network: to be in time', () => {
    const late = 'change-late suspect';
    expect(reasonsOf({ records: [{ ...done, begunAt: at(5_700) }] })).toEqual([late]);
    // How long a node takes to be there again is a result.
    expect(reasonsOf({ records: [{ ...done, endedAt: at(19_000) }] })).toEqual([]);
    const paused = { ...done, kind: 'pause', endedAt: at(8_900) } as const;
    expect(reasonsOf({ records: [paused] })).toEqual([late]);
    expect(reasonsOf({ records: [{ ...paused, endedAt: at(8_200) }] })).toEqual([]);
  });

  it('holds the run against what the scenario expects', () => {
    const missed = 'expectation-missed invalid';
    expect(reasonsOf({ expected: ['view-change', 'catch-up'] })).toEqual([missed, missed]);
    expect(reasonsOf({ expected: ['catch-up'], catchUps: 1 })).toEqual([]);
  });
});

function node(nodeIndex: number, rest: Partial<NodeEvidence> = {}): NodeEvidence {
  return {
    nodeIndex,
    name: `node-${nodeIndex}`,
    host: 0,
    results: null,
    refused: null,
    impossible: [],
    disagreements: [],
    loadStatus: null,
    sendLagMsP99: 900,
    sentOfWindow: null,
    exit: null,
    ...rest,
  };
}

function evidence(record: TimelineRecord): RepetitionEvidence {
  return {
    window,
    rateTxPerSec: 100,
    nodes: [1, 2].map((index) => node(index)),
    latencyMsP50: null,
    hosts: [
      {
        name: null,
        isSimulated: false,
        cores: 1,
        memoryBytes: 1e9,
        samples: [],
        periodMs: 1_000,
        unobserved: null,
        canaryRatio: null,
      },
    ],
    scrapes: {
      rounds: [3_000, 6_000, 15_000].map((ms) => {
        return { at: at(ms - 500), due: 3, answered: 1, missed: [1, 2] };
      }),
      missed: [],
      dropped: [],
      malformed: [],
      resets: [1, 2].map((nodeIndex) => ({ nodeIndex, at: at(9_000) })),
      safetyViolationsReported: 0,
    },
    logs: {
      violation: null,
      comparedHeight: 9,
      notCompared: [1, 2].map((nodeIndex) => ({ nodeIndex, kind: 'no-log', reason: 'is gone' })),
    },
    unwatched: [],
    clocks: null,
    failure: null,
    network: {
      record: null,
      isShaped: false,
      allowMismatch: false,
      initial: { links: [], cuts: [] },
      changesPlanned: [],
      quorumLosses: [],
    },
    timeline: { planned: [planned], records: [record], expected: [], catchUps: 0 },
    graph: { readings: [], isFull: true },
    byzantine: { members: [], evidence: [], faultyMax: 1 },
    limitsNotEnforced: [],
  };
}

describe('excusePlanned', () => {
  it('takes out what the node missed that was down, while it was, and nothing of others', () => {
    const fair = excusePlanned(evidence(done));
    expect(fair.scrapes.rounds.map(({ due, missed }) => [due, missed])).toEqual([
      [3, [1, 2]],
      [2, [1]],
      [3, [1, 2]],
    ]);
    expect(fair.scrapes.resets.map(({ nodeIndex }) => nodeIndex)).toEqual([1]);
    expect(fair.nodes.map(({ nodeIndex, sendLagMsP99 }) => [nodeIndex, sendLagMsP99])).toEqual([
      [1, 900],
      [2, null],
    ]);
    // It came back: then it owes a log.
    expect(fair.logs.notCompared).toHaveLength(2);
  });

  it('asks nothing of a node that was to stay away', () => {
    const fair = excusePlanned(evidence({ ...done, plannedEndAt: null, endedAt: null }));
    expect(fair.nodes.map(({ nodeIndex }) => nodeIndex)).toEqual([1]);
    expect(fair.logs.notCompared.map(({ nodeIndex }) => nodeIndex)).toEqual([1]);
  });

  it('keeps a node that ended by itself', () => {
    const exit = { code: 1, oomKilled: false };
    const stays = { ...done, plannedEndAt: null, endedAt: null };
    const died = { ...evidence(stays), nodes: [node(1, { exit }), node(2)] };
    expect(excusePlanned(died).nodes.map(({ exit: ended }) => ended)).toEqual([exit]);
  });
});

describe('how long a node was there', () => {
  const span = { fromMs: START, toMs: START + 20_000 };
  it('is the window without what the plan held it, each moment once', () => {
    const paused = { ...done, kind: 'pause', plannedAt: at(7_000), endedAt: at(10_000) } as const;
    const absences = describeAbsences([done, paused]);
    expect(absences.presentMs(2, span)).toBe(15_000);
    expect(absences.presentMs(1, span)).toBe(20_000);
    const throughout = { ...paused, plannedAt: at(0), endedAt: at(20_020) };
    expect(describeAbsences([throughout]).presentMs(2, span)).toBe(0);
    expect(describeAbsences([{ ...done, endedAt: null }]).presentMs(2, span)).toBe(5_000);
  });
});

describe('findNodeCatchUps', () => {
  const height = (nodeIndex: number, ms: number, value: number) => {
    return { nodeIndex, at: at(ms), metric: metricNames.committedHeight, value };
  };

  it('finds when a node that was behind had what all others had shown', () => {
    const samples = [
      ...[4_000, 8_000, 9_000, 10_000].map((ms) => height(1, ms, ms)),
      ...[height(2, 4_000, 4_000), height(2, 9_000, 5_000), height(2, 10_000, 9_500)],
    ];
    expect(findNodeCatchUps([done], samples)).toEqual([{ nodeIndex: 2, at: at(10_000) }]);
    expect(findNodeCatchUps([done], samples.slice(0, 6))).toEqual([]);
  });
});
