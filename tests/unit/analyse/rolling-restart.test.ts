import { describe, expect, it } from '@jest/globals';
import { measureRepetition } from '../../../controller/src/analyse/measure-repetition.ts';
import type { RepetitionRecord } from '../../../controller/src/model/record.ts';
import { eventfulRun } from '../../fixtures/eventful-run.ts';

const [whole] = eventfulRun().repetitions;
const windowMs = 20_000;

/** Every node restarted, one after the other; each counts anew from when it is back. */
function restartedAt(backMs: (index: number) => number): RepetitionRecord {
  const own = whole;
  const event = own?.timeline[0];
  if (own === undefined || event === undefined) throw new Error('the fixture has events');
  const startUnixMs = own.nodes[0]?.results?.window.startUnixMs ?? 0;
  return {
    ...own,
    timeline: own.nodes.map(({ nodeIndex }) => {
      const at = new Date(startUnixMs + backMs(nodeIndex) - 500);
      return { ...event, kind: 'restart', eventIndex: nodeIndex, nodes: [nodeIndex], begunAt: at };
    }),
    nodes: own.nodes.map((node) => {
      const results = node.results ?? own.nodes[0]?.results ?? null;
      if (results === null) return node;
      const startMs = backMs(node.nodeIndex);
      const seconds = (windowMs - startMs) / 1_000;
      // 300 transactions and 5 blocks a second, whoever looks.
      const counted = { transactionsCommitted: 300 * seconds, blocksCommitted: 5 * seconds };
      return {
        ...node,
        results: {
          ...results,
          window: { ...results.window, startUnixMs: startUnixMs + startMs },
          counters: { ...results.counters, ...counted },
        },
      };
    }),
  };
}

describe('a rolling restart of all nodes', () => {
  it('has the throughput that the first to be back saw, and nothing that needs the whole', () => {
    const { figures, verdict } = measureRepetition(restartedAt((n) => 2_000 * (n + 1))).finding;
    expect(verdict).not.toBe('invalid');
    expect(figures.windowSeconds).toBeCloseTo(18);
    expect(figures.throughputTxPerSec).toBeCloseTo(300);
    expect(figures.blocksPerSec).toBeCloseTo(5);
    expect(figures.latency).toBeNull();
    expect(figures.successRatio).toBeNull();
  });

  it('asks no Byzantine member what it saw', () => {
    const record = restartedAt((n) => 2_000 * (n + 1));
    const member = { behaviours: [], events: [], misbehaviours: null, differsAtHeight: null };
    const byzantineWith = (members: readonly number[]) => ({
      ...record,
      // Node 0 was never taken down, and claims what it likes.
      timeline: record.timeline.slice(1),
      byzantine: {
        members: members.map((nodeIndex) => ({ nodeIndex, ...member })),
        ...{ evidence: [], evidenceCount: 0, committee: null },
      },
      nodes: record.nodes.map((node) => {
        if (node.nodeIndex !== 0 || node.results === null) return node;
        const counters = { ...node.results.counters, transactionsCommitted: 1e6 };
        return { ...node, results: { ...node.results, counters } };
      }),
    });
    const { figures } = measureRepetition(byzantineWith([0])).finding;
    expect(figures.throughputTxPerSec).toBeCloseTo(300);
    expect(figures.windowSeconds).toBeCloseTo(16);
    const all = record.nodes.map(({ nodeIndex }) => nodeIndex);
    const none = measureRepetition(byzantineWith(all)).finding;
    expect(none.figures.throughputTxPerSec).toBeNull();
  });

  it('has none where nobody saw half of the window', () => {
    const { figures } = measureRepetition(restartedAt((n) => 10_500 + 1_000 * n)).finding;
    expect(figures).toMatchObject({ windowSeconds: null, throughputTxPerSec: null });
  });
});
