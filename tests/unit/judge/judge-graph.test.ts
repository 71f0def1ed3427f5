import { describe, expect, it } from '@jest/globals';
import { excusePlanned } from '../../../controller/src/judge/excuse-planned.ts';
import { judgeGraph } from '../../../controller/src/judge/judge-graph.ts';
import type {
  GraphEvidence,
  RepetitionEvidence,
} from '../../../controller/src/judge/repetition-evidence.ts';
import { createReasonCollector } from '../../../controller/src/judge/verdict-reasons.ts';
import type { TimelineRecord } from '../../../controller/src/model/timeline.ts';
import type { GraphReading } from '../../../controller/src/model/topology.ts';

const at = (ms: number): Date => new Date(1_700_000_000_000 + ms);

function reading(rest: Partial<GraphReading>): GraphReading {
  return { occasion: 'end', at: at(60_000), silent: [], kept: [], missing: [], extra: [], ...rest };
}

function reasonsOf(graph: GraphEvidence): string[] {
  const reasons = createReasonCollector();
  judgeGraph(graph, reasons);
  return reasons.reasons.map(({ code, verdict, text }) => `${code} ${verdict}: ${text}`);
}

describe('judgeGraph', () => {
  it('has nothing to say of a graph that was kept', () => {
    expect(reasonsOf({ readings: [reading({ kept: [[0, 1]] })], isFull: false })).toEqual([]);
  });

  it('names the links that were missing, and those too many', () => {
    const ready = reading({ occasion: 'ready', missing: [[0, 3]] });
    const end = reading({
      missing: [
        [0, 3],
        [1, 2],
      ],
      extra: [[2, 5]],
    });
    expect(reasonsOf({ readings: [ready, end], isFull: true })).toEqual([
      'topology-not-kept invalid: Before the start, nodes were without one link of the plan (0-3).',
      'topology-not-kept invalid: After the load, nodes were without 2 links of the plan (0-3 and 1-2), and with one link that the plan has not (2-5).',
    ]);
  });

  it('says once that nodes did not tell, where not everybody is linked to everybody', () => {
    const readings = [reading({ occasion: 'ready', silent: [4] }), reading({ silent: [4] })];
    expect(reasonsOf({ readings, isFull: false })).toEqual([
      'topology-unverified suspect: Before the start, the connections of node 4 were not told.',
    ]);
    expect(reasonsOf({ readings, isFull: true })).toEqual([]);
  });
});

describe('excusePlanned', () => {
  const crash = (endedAt: Date | null): TimelineRecord => ({
    eventIndex: 0,
    kind: 'crash',
    text: 'crash: node 1',
    plannedAt: at(5_000),
    plannedEndAt: endedAt,
    begunAt: at(5_010),
    endedAt,
    nodes: [1],
    witness: null,
    error: null,
  });
  const found = reading({
    silent: [1],
    missing: [
      [0, 1],
      [2, 3],
    ],
    extra: [[0, 2]],
  });
  const left = (record: TimelineRecord): GraphReading | undefined => {
    const evidence: Partial<RepetitionEvidence> = {
      window: null,
      rateTxPerSec: 0,
      nodes: [],
      scrapes: {
        rounds: [],
        missed: [],
        dropped: [],
        malformed: [],
        resets: [],
        safetyViolationsReported: 0,
      },
      logs: { violation: null, comparedHeight: 0, notCompared: [] },
      network: {
        record: null,
        isShaped: false,
        allowMismatch: false,
        initial: { links: [], cuts: [] },
        changesPlanned: [],
        quorumLosses: [],
      },
      timeline: { planned: [], records: [record], expected: [], catchUps: 0 },
      graph: { readings: [found], isFull: false },
    };
    // It reads nothing else.
    return excusePlanned(evidence as RepetitionEvidence).graph.readings[0];
  };

  it.each([
    ['stays away', null],
    ['is only just back', at(50_000)],
  ])('excuses the links of a node that %s, and no others', (_, endedAt) => {
    expect(left(crash(endedAt))).toMatchObject({
      silent: [],
      missing: [[2, 3]],
      extra: [[0, 2]],
    });
  });

  it('excuses nothing of a node that has had the time to come back', () => {
    expect(left(crash(at(20_000)))).toEqual(found);
  });
});
