import { describe, expect, it } from '@jest/globals';
import { compareLogs } from '../../../controller/src/judge/compare-logs.ts';
import { describeByzantine } from '../../../controller/src/judge/describe-byzantine.ts';
import {
  beyondF,
  judgeBehaviours,
  judgeProofs,
} from '../../../controller/src/judge/judge-byzantine.ts';
import { createReasonCollector } from '../../../controller/src/judge/verdict-reasons.ts';
import type { ByzantineRecord, NodeRole } from '../../../controller/src/model/byzantine.ts';
import type { TimelineRecord } from '../../../controller/src/model/timeline.ts';
import type { Behaviour, NodeEvidence } from '../../../node-image/src/contract/index.ts';
import { committee, doubleProposal } from '../../fixtures/evidence.ts';

const silent: Behaviour = { name: 'silent' };
const equivocate: Behaviour = { name: 'equivocate' };

interface Told {
  readonly role?: NodeRole;
  readonly counts?: Record<string, number> | null;
  readonly evidence?: readonly NodeEvidence[];
  readonly timeline?: readonly TimelineRecord[];
}

/** Node 2 has the role, node 0 holds the evidence. */
function recordOf({ role = 'honest', counts = {}, evidence = [], timeline = [] }: Told) {
  const nodes = [0, 1, 2, 3].map((index) => ({
    index,
    role: index === 2 ? role : ('honest' as const),
  }));
  const status = counts && { behaviours: [], misbehaviours: counts };
  return describeByzantine({
    nodes,
    timeline,
    statuses: [null, null, status, null],
    evidence: [{ evidence: [...evidence], count: evidence.length }, null, null, null],
    differences: [],
    committee,
  });
}

function reasonsOf(
  record: ByzantineRecord,
  records: readonly TimelineRecord[] = [],
): [string, string][] {
  const reasons = createReasonCollector();
  const byzantine = { ...record, faultyMax: 1 };
  judgeProofs({ byzantine }, reasons);
  const timeline = { planned: [], records, expected: [], catchUps: 0 };
  judgeBehaviours({ byzantine, timeline }, reasons);
  return reasons.reasons.map(({ code, verdict }) => [code, verdict]);
}

describe('members that break the rules', () => {
  it('are fine when each behaviour was seen, whoever holds evidence against them', () => {
    const record = recordOf({
      role: { behaviours: [silent, equivocate] },
      counts: { silent: 4, equivocate: 1 },
      evidence: [doubleProposal(2)],
    });
    expect(record.evidence).toMatchObject([{ finders: [0], flaw: null, offender: 2 }]);
    expect(reasonsOf(record)).toEqual([]);
  });

  it.each<[string, Record<string, number> | null]>([
    ['one of two never happened', { silent: 4 }],
    ['a count is 0', { silent: 4, equivocate: 0 }],
    ['nobody could be asked', null],
  ])('make it invalid when %s', (_, counts) => {
    const record = recordOf({ role: { behaviours: [silent, equivocate] }, counts });
    expect(reasonsOf(record)).toEqual([['behaviour-without-trace', 'invalid']]);
  });

  it('are excused where the plan itself kept them from it, or from telling of it', () => {
    const plannedAt = new Date(1_000);
    const event = (kind: string, nodes: readonly number[], endedAt: Date | null) =>
      ({ kind, nodes, plannedAt, begunAt: plannedAt, endedAt }) as unknown as TimelineRecord;
    const role = { behaviours: [silent] };
    const [mute, idle] = [recordOf({ role, counts: null }), recordOf({ role, counts: {} })];
    const traceless = [['behaviour-without-trace', 'invalid']];
    for (const kind of ['crash', 'stop', 'pause']) {
      expect(reasonsOf(mute, [event(kind, [2], null)])).toEqual([]);
      expect(reasonsOf(mute, [event(kind, [1], null)])).toEqual(traceless);
    }
    const restart = event('restart', [2], new Date(2_000));
    expect(reasonsOf(idle, [restart])).toEqual([]);
    expect(reasonsOf(mute, [restart])).toEqual(traceless);
    expect(reasonsOf(idle, [event('pause', [2], new Date(2_000))])).toEqual(traceless);
  });

  it('are an alarm when proof is against one that nobody made so', () => {
    const honest = recordOf({ evidence: [doubleProposal(2)] });
    expect(reasonsOf(honest)).toEqual([['evidence-against-honest', 'invalid']]);
    const forged = { ...doubleProposal(2), offender: 3 };
    expect(reasonsOf(recordOf({ evidence: [forged] }))).toEqual([['evidence-unproven', 'suspect']]);
  });

  it('are those of events too, which have a witness of their own', () => {
    const event = { kind: 'behaviour', nodes: [2], eventIndex: 5 } as unknown as TimelineRecord;
    const record = recordOf({ timeline: [event], evidence: [doubleProposal(2)] });
    expect(record.members).toMatchObject([{ nodeIndex: 2, behaviours: [], events: [5] }]);
    expect(reasonsOf(record)).toEqual([]);
  });

  it('are not those whose event never began, unless they say that they misbehaved', () => {
    const event = { kind: 'behaviour', nodes: [1, 2], eventIndex: 5, begunAt: null };
    const timeline = [{ ...event, error: 'node 1 refused' } as unknown as TimelineRecord];
    expect(recordOf({ timeline }).members).toEqual([]);
    const [member, ...others] = recordOf({ timeline, counts: { silent: 3 } }).members;
    expect([member?.nodeIndex, others]).toEqual([2, []]);
    expect(reasonsOf(recordOf({ timeline, evidence: [doubleProposal(2)] }))).toEqual([
      ['evidence-against-honest', 'invalid'],
    ]);
  });

  it('are beyond f when there are more', () => {
    const { members } = recordOf({ role: { behaviours: [silent] } });
    expect(beyondF({ members, evidence: [], faultyMax: 1 })).toBe('');
    expect(beyondF({ members, evidence: [], faultyMax: 0 })).toContain('safety is not promised');
  });
});

describe('logs of Byzantine members', () => {
  const log = (nodeIndex: number, digestHex: string) => ({
    nodeIndex,
    log: { committedHeight: 9, digests: [{ height: 9, digestHex }] },
  });
  const logs = [log(0, 'aa'), log(1, 'aa'), log(2, 'bb')];

  it('that differ are told, and are no violation', () => {
    expect(compareLogs(logs).violation?.height).toBe(9);
    const compared = compareLogs(logs, new Set([2]));
    expect(compared).toMatchObject({ violation: null, notCompared: [] });
    expect(compared.differences).toEqual([{ nodeIndex: 2, height: 9 }]);
  });

  it('excuse nobody else', () => {
    expect(compareLogs(logs, new Set([0])).violation?.height).toBe(9);
    const alone = compareLogs([...logs.slice(0, 2), { nodeIndex: 2, log: null }], new Set([2]));
    expect(alone).toMatchObject({ violation: null, notCompared: [], differences: [] });
  });
});
