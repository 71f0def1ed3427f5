import { describe, expect, it } from '@jest/globals';
import { formatPlan } from '../../../controller/src/cli/format-plan.ts';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import type { ByzantineSpec } from '../../../controller/src/model/byzantine.ts';
import { byzantineNodes } from '../../../controller/src/model/byzantine.ts';
import { createPlan } from '../../../controller/src/plan/create-plan.ts';
import { drawByzantine } from '../../../controller/src/plan/draw-byzantine.ts';
import { estimateCapacity } from '../../../controller/src/plan/estimate-capacity.ts';

const head = 'name: a\nruntime: process\nphases: {measure: 60s}\n';

function planOf(text: string) {
  return createPlan(parseScenario({ file: 'a.yaml', text: head + text }), 'process', 'userspace');
}

function problemsOf(text: string): string[] {
  try {
    planOf(text);
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    const problems = error.details.problems as { readonly message: string }[];
    return problems.map(({ message }) => message);
  }
  return [];
}

const membersOf = (text: string) => planOf(text).cells.map(({ nodes }) => byzantineNodes(nodes));

describe('byzantine of a scenario', () => {
  it.each([
    ['20%', 2],
    ['29%', 2],
    ['33%', 3],
    ['4', 4],
    ['0', 0],
    ['{share: 20%, behaviours: [equivocate]}', 2],
    ['{count: 1}', 1],
  ])('%s of ten nodes are %i, never more', (value, count) => {
    expect(membersOf(`nodes: [10]\nbyzantine: ${value}\n`)[0]).toHaveLength(count);
  });

  it('rounds down what floating point rounds up, and the other way round', () => {
    const share = (ratio: number): ByzantineSpec => ({
      members: { kind: 'share', ratio },
      behaviours: [{ name: 'silent' }],
    });
    expect(drawByzantine(share(0.29), 100, 1)).toHaveLength(29);
    expect(drawByzantine(share(0.299), 100, 1)).toHaveLength(29);
  });

  it('is drawn with the seed, and a smaller share is a part of a larger', () => {
    const all = membersOf('nodes: [10]\nvary: {byzantine: [0, 10%, 20%, 40%]}\n');
    expect(all.map(({ length }) => length)).toEqual([0, 1, 2, 4]);
    for (const [index, nodes] of all.entries()) {
      expect(all.slice(index).every((more) => nodes.every((node) => more.includes(node)))).toBe(
        true,
      );
    }
    expect(membersOf('nodes: [10]\nvary: {byzantine: [0, 10%, 20%, 40%]}\n')).toEqual(all);
    const draws = [1, 2, 3, 4].map(
      (seed) => membersOf(`nodes: [10]\nseed: ${seed}\nbyzantine: 20%\n`)[0],
    );
    expect(new Set(draws.map(String)).size).toBeGreaterThan(1);
  });

  it('is silent unless told otherwise, is part of the plan and of its hash', () => {
    const text =
      'nodes: [4]\nbyzantine: {nodes: [3, 1], behaviours: [{name: delay-leader, delay: 400ms}, silent]}\n';
    const { cells } = planOf(text);
    const behaviours = [{ name: 'delay-leader', delayMs: 400 }, { name: 'silent' }];
    expect(cells[0]?.nodes.map(({ role }) => role)).toEqual([
      'honest',
      { behaviours },
      'honest',
      { behaviours },
    ]);
    expect(
      planOf('nodes: [4]\nbyzantine: 1\n').cells[0]?.nodes.map(({ role }) => role),
    ).toContainEqual({
      behaviours: [{ name: 'silent' }],
    });
    const hashes = [
      '',
      'byzantine: 1\n',
      'byzantine: {count: 1, behaviours: twin}\n',
      text.slice(11),
    ];
    expect(new Set(hashes.map((one) => planOf(`nodes: [4]\n${one}`).hash)).size).toBe(4);
  });

  it('leaves plans without it as they were', () => {
    const plain = planOf('nodes: [4]\n');
    expect(planOf('nodes: [4]\nbyzantine: 0\n').hash).toBe(plain.hash);
    expect(plain.cells[0]?.nodes[0]?.role).toBe('honest');
  });

  it.each([
    ['{share: 20%, count: 1}', 'share is given as well'],
    ['{behaviours: silent}', 'not said who'],
    ['7', 'has no 7 members'],
    ['{nodes: [4]}', 'has no node 4'],
    ['{count: 1, behaviours: [silent, silent]}', 'listed twice'],
    ['{count: 1, behaviours: {name: silent, delay: 1s}}', 'silent has no delay'],
    ['110%', 'too large'],
    ['-1', 'no number of nodes'],
  ])('%s contradicts itself', (value, message) => {
    expect(problemsOf(`nodes: [4, 7]\nbyzantine: ${value}\n`)).toEqual([
      expect.stringContaining(message),
    ]);
  });

  it('is printed by plan, and warned of beyond f or where it is nobody', () => {
    const hosts = [{ cores: 64, memoryBytes: 2 ** 38 }];
    const told = (text: string) => {
      const plan = planOf(text);
      const capacity = estimateCapacity(plan, hosts);
      const facts = { ...hosts[0], hostname: '', osName: 'Linux' };
      return formatPlan(plan, capacity, [facts as never], 200);
    };
    const many = told('nodes: [10]\nvary: {byzantine: [0, 5%, 40%]}\n');
    expect(many).toMatch(/n10-b40pct +nodes [\d, and]+ of 10 \(beyond f = 3\): silent/);
    expect(many).toContain('4 Byzantine members are beyond f = 3: safety is not promised');
    expect(many).toContain('byzantine = 5%, nobody is Byzantine');
    expect(many).not.toContain('byzantine = 0, nobody');
  });
});

describe('events of kind behaviour', () => {
  const timelineOf = (events: string, rest = 'nodes: [10]\n') =>
    planOf(`${rest}timeline: [${events}]\n`).cells[0]?.timeline;

  it('have targets as other events, an end or none, and say what is done', () => {
    const events = timelineOf(
      '{at: 1s, behaviour: {nodes: leader, behaviours: silent}, for: 5s}, {at: 10s, behaviour: {nodes: [3, 4], behaviours: [{name: equivocate, share: 50%}, double-vote]}}',
    );
    expect(events?.map(({ text, endMs }) => [text, endMs])).toEqual([
      ['behaviour: silent by leader', 6_000],
      ['behaviour: equivocate (share 50 %), double-vote by node 3, node 4', null],
    ]);
  });

  it('take a share from members that are not Byzantine already', () => {
    const [event] =
      timelineOf(
        '{at: 1s, behaviour: {nodes: 30%, behaviours: silent}, for: 5s}',
        'nodes: [10]\nbyzantine: 70%\n',
      ) ?? [];
    const drawn =
      event !== undefined && 'target' in event && event.target.kind === 'nodes'
        ? event.target.nodes
        : [];
    const [already = []] = membersOf('nodes: [10]\nbyzantine: 70%\n');
    expect(drawn).toHaveLength(3);
    expect(drawn.filter((node) => already.includes(node))).toEqual([]);
  });

  it('may overlap one another and limits, and not nodes that are down or frozen', () => {
    const held = '{at: 1s, behaviour: {nodes: 3, behaviours: silent}, for: 9s}';
    const beside = '{at: 2s, behaviour: {nodes: [3, 4], behaviours: twin}, for: 2s}';
    expect(
      timelineOf(`${held}, ${beside}, {at: 2s, clock: {nodes: 3, by: 1s}, for: 2s}`),
    ).toHaveLength(3);
    for (const other of ['crash: 3', 'pause: 3, for: 1s']) {
      expect(problemsOf(`nodes: [10]\ntimeline: [${held}, {at: 2s, ${other}}]\n`)).toEqual([
        expect.stringContaining('breaks the rules then'),
      ]);
    }
  });
});
