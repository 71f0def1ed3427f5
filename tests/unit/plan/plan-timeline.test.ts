import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCellId } from '../../../controller/src/model/ids.ts';
import type { NetworkState } from '../../../controller/src/model/network.ts';
import type { PlannedEvent } from '../../../controller/src/model/timeline.ts';
import { createCell } from '../../../controller/src/plan/create-plan.ts';
import { scenarioOf } from './networks-of.ts';

function cellOf(timeline: string, rest = 'nodes: [10]\n') {
  const scenario = scenarioOf(`${rest}phases: {measure: 60s}\ntimeline: [${timeline}]\n`);
  const nodeCount = scenario.nodes[0] ?? 0;
  const draft = { coordinates: [], nodeCount, asked: scenario };
  return createCell(createCellId(nodeCount), draft, 'netem');
}

function nodesOf(event: PlannedEvent | undefined): readonly number[] {
  return event !== undefined && 'target' in event && event.target.kind === 'nodes'
    ? event.target.nodes
    : [];
}

const cutsOf = ({ cuts }: NetworkState): string[] =>
  cuts.flatMap(({ from, to }) => from.flatMap((a) => to.map((b) => `${a}>${b}`))).sort();

describe('the timeline of a cell', () => {
  it('is in order of time, with ends, texts and the steps of the network', () => {
    const { timeline, network } = cellOf(
      '{at: 9s, crash: leader, for: 5s}, {at: 2s, partition: [[0], [1]], for: 4s}, {at: 3s, profile: wan}, {at: 8s, heal: true}, {at: 20s, restart: [2, 3], state: empty}, {at: 30s, clock: {nodes: 4, by: -2s}, for: 1s}',
    );
    expect(timeline.map(({ atMs, endMs, text }) => [atMs, endMs, text])).toEqual([
      [2_000, 6_000, 'partition: node 0 | node 1'],
      [3_000, 8_000, 'profile: wan'],
      [8_000, null, 'heal: as at the start'],
      [9_000, 14_000, 'crash: leader'],
      [20_000, null, 'restart: node 2, node 3, with an empty state'],
      [30_000, 31_000, 'clock: node 4 by -2 s, standing still first'],
    ]);
    expect(timeline.flatMap((one) => ('changes' in one ? [one.changes] : []))).toEqual([
      [0, 2],
      [1],
      [3],
    ]);
    expect(network.changes.map(({ atMs }) => atMs)).toEqual([2_000, 3_000, 6_000, 8_000]);
  });

  it('draws a share with the seed, the same each time, from nodes that nothing else holds', () => {
    const events = '{at: 1s, crash: [0, 1, 2], for: 9s}, {at: 2s, pause: 30%, for: 2s}';
    const [, drawn] = cellOf(events).timeline;
    expect(nodesOf(drawn)).toHaveLength(3);
    expect(nodesOf(drawn).every((node) => node > 2)).toBe(true);
    expect(nodesOf(cellOf(events).timeline[1])).toEqual(nodesOf(drawn));
    const seeds = Array.from({ length: 20 }, (_, seed) =>
      nodesOf(cellOf(events, `nodes: [10]\nseed: ${seed}\n`).timeline[1]).join(),
    );
    expect(new Set(seeds).size).toBeGreaterThan(3);
    // Another event elsewhere leaves the draw as it was.
    expect(nodesOf(cellOf(`${events}, {at: 50s, restart: 5}`).timeline[1])).toEqual(nodesOf(drawn));
  });
});

describe('an event of the network with an end', () => {
  it('takes back exactly itself, however events overlap', () => {
    const event = fc.record({
      at: fc.integer({ min: 0, max: 20 }),
      length: fc.integer({ min: 1, max: 20 }),
      kind: fc.constantFrom('cut', 'loss'),
      node: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 6 }), (events) => {
        const text = events.map(({ at, length, kind, node }, index) =>
          kind === 'cut'
            ? `{at: ${at}s, partition: [[${node}], [${(node + 1 + (index % 3)) % 4}]], for: ${length}s}`
            : `{at: ${at}s, degrade: {add: ${index + 1}ms}, for: ${length}s}`,
        );
        let cell: ReturnType<typeof cellOf>;
        try {
          cell = cellOf(text.join(', '), 'nodes: [4]\n');
        } catch {
          return; // One that changes nothing is refused.
        }
        for (const { atMs, state } of cell.network.changes) {
          const last = cell.network.changes.findLast((one) => one.atMs === atMs);
          if (last?.state !== state) continue;
          const held = events
            .map((one, index) => ({ ...one, index }))
            .filter(({ at, length }) => at * 1_000 <= atMs && atMs < (at + length) * 1_000);
          const cuts = held
            .filter(({ kind }) => kind === 'cut')
            .flatMap(({ node, index }) => {
              const other = (node + 1 + (index % 3)) % 4;
              return [`${node}>${other}`, `${other}>${node}`];
            });
          expect([...new Set(cutsOf(state))]).toEqual([...new Set(cuts)].sort());
          const addedMs = held
            .filter(({ kind }) => kind === 'loss')
            .reduce((sum, { index }) => sum + (index + 1) / 2, 0);
          expect(state.links[0]?.shape.delay.meanMs).toBeCloseTo(addedMs, 6);
        }
      }),
      { numRuns: 60 },
    );
  });
});
