import { describe, expect, it } from '@jest/globals';
import type { Cell } from '../../../controller/src/model/plan.ts';
import { createPlan } from '../../../controller/src/plan/create-plan.ts';
import { warnOfNetwork } from '../../../controller/src/plan/network-warnings.ts';
import { describeSides, findQuorumLosses } from '../../../controller/src/plan/quorum-loss.ts';
import { scenarioOf } from './networks-of.ts';

const rest = `runtime: docker
network: { regions: { a: 3, b: 2, c: 2 }, between: 20ms }
phases: { measure: 40s }
`;

function planOf(changes: string, nodes = 'nodes: [7]') {
  return createPlan(scenarioOf(`${nodes}\n${rest}timeline: ${changes}`), 'docker', 'netem');
}

function cellOf(changes: string): Cell {
  const [cell] = planOf(changes).cells;
  if (cell === undefined) throw new Error('a plan has a cell');
  return cell;
}

const lossesOf = (changes: string) =>
  findQuorumLosses(cellOf(changes)).map(({ fromMs, toMs, sides }) => ({ fromMs, toMs, sides }));

describe('when a plan leaves no quorum', () => {
  it('finds a cut of 3 against 4 of 7 nodes, from the change to its heal', () => {
    const loss = { fromMs: 0, toMs: null, sides: [4, 3] };
    expect(lossesOf('[{ at: 0s, partition: [[a], [b, c]] }]')).toEqual([loss]);
    expect(lossesOf('[{ at: 0s, partition: [[a], [b, c]] }, { at: 9s, heal: true }]')).toEqual([
      { ...loss, toMs: 9000 },
    ]);
  });

  it('lets a side of 5 of 7 go on', () => {
    expect(lossesOf('[{ at: 0s, partition: [[b], [a, c]] }]')).toEqual([]);
  });

  it('counts those that hear each other through a third as one side', () => {
    const flap = (ends: string) => `[{ at: 1s, flap: { link: ${ends}, every: 4s, for: 4s } }]`;
    expect(lossesOf(flap('[a, b]'))).toEqual([]);
  });

  it('takes nodes that hear nobody for a side of their own, also where they are heard', () => {
    const oneWay = '[{ at: 1s, partition: [[a], [b, c]], one-way: true }]';
    expect(lossesOf(oneWay)).toEqual([{ fromMs: 1000, toMs: null, sides: [4, 3] }]);
  });

  it('is one loss while cuts change and none of them leaves a quorum', () => {
    const changes =
      '[{ at: 1s, partition: [[a], [b, c]] }, { at: 5s, partition: [[a], [b], [c]] }, { at: 8s, heal: true }, { at: 20s, partition: [[a], [b, c]] }]';
    expect(lossesOf(changes)).toEqual([
      { fromMs: 1000, toMs: 8000, sides: [4, 3] },
      { fromMs: 20_000, toMs: null, sides: [4, 3] },
    ]);
  });

  it('counts nodes that are down or frozen, with cuts or without', () => {
    const three = '{ at: 2s, crash: [0, 1], for: 5s }, { at: 4s, pause: 2, for: 8s }';
    // 5 of 7 are left, then 4, then 6.
    expect(lossesOf(`[${three}]`)).toEqual([{ fromMs: 4_000, toMs: 7_000, sides: [4] }]);
    expect(lossesOf('[{ at: 2s, crash: [0, 1] }, { at: 4s, stop: leader }]')).toEqual([
      { fromMs: 4_000, toMs: null, sides: [4] },
    ]);
    // A side of 5, and one of them down.
    const cut = '{ at: 1s, partition: [[b], [a, c]] }';
    expect(lossesOf(`[${cut}, { at: 3s, crash: 0, for: 2s }]`)).toEqual([
      { fromMs: 3_000, toMs: 5_000, sides: [4, 2] },
    ]);
    // Started again at once: away for a time that no plan knows.
    expect(lossesOf('[{ at: 2s, restart: [0, 1, 2] }]')).toEqual([]);
  });

  it('says quorum and sides', () => {
    const [loss] = findQuorumLosses(cellOf('[{ at: 0s, partition: [[a], [b, c]] }]'));
    expect(loss && describeSides(loss)).toBe('5 of 7 nodes are a quorum, the sides have 4 and 3');
    const [down] = findQuorumLosses(cellOf('[{ at: 1s, crash: [0, 1, 2] }]'));
    expect(down && describeSides(down)).toBe('5 of 7 nodes are a quorum, 4 are left');
  });
});

describe('the warning of a plan', () => {
  it('names size, change, time and quorum', () => {
    expect(warnOfNetwork(planOf('[{ at: 2s, partition: [[a], [b, c]] }]'))).toEqual([
      'At n = 7, "partition: a | b, c" leaves no side with a quorum from 2 s on (5 of 7 nodes are a quorum, the sides have 4 and 3): nothing can be committed then.',
    ]);
  });

  it('is silent where a side keeps a quorum', () => {
    expect(warnOfNetwork(planOf('[{ at: 2s, partition: [[b], [a, c]] }]'))).toEqual([]);
  });
});
