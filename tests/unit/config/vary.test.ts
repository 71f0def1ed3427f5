import { describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import { createPlan } from '../../../controller/src/plan/create-plan.ts';

const head = 'name: a\nruntime: process\n';

function planOf(text: string) {
  return createPlan(parseScenario({ file: 'a.yaml', text: head + text }), 'process', 'userspace');
}

/** `line:column message` of each problem; lines count from the text that is given. */
function problemsOf(text: string): string[] {
  try {
    parseScenario({ file: 'a.yaml', text: head + text });
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    const problems = error.details.problems as {
      readonly line: number;
      readonly column: number;
      readonly message: string;
    }[];
    return problems.map(({ line, column, message }) => `${line - 2}:${column} ${message}`);
  }
  return [];
}

describe('vary', () => {
  const three = `nodes: [4, 10]
vary:
  load.rate: [1000, 200]
  network: [wan, lan]
skip: [{nodes: 10, load.rate: 1000}]
repetitions: 2
`;

  it('makes a cell of every combination that is not left out', () => {
    const plan = planOf(three);
    expect(plan.cells.map(({ id }) => id)).toEqual([
      'n4-r200-wan',
      'n4-r200-lan',
      'n4-r1000-wan',
      'n4-r1000-lan',
      'n10-r200-wan',
      'n10-r200-lan',
    ]);
    expect(
      plan.axes.map(({ field, kind, values }) => [
        field,
        kind,
        ...values.map(({ value }) => value),
      ]),
    ).toEqual([
      ['nodes', 'numeric', 4, 10],
      ['load.rate', 'numeric', 200, 1000],
      ['network', 'nominal', 'wan', 'lan'],
    ]);
    expect(plan.cells[2]?.settings).toMatchObject({
      load: { rateTxPerSec: 1000 },
      network: { title: 'wan' },
    });
    expect(plan.cells[3]?.network.initial.links[0]?.shape.delay.meanMs).toBe(1.5);
    expect(plan.scenario).not.toHaveProperty('variations');
  });

  it('runs every cell once in each block, and leaves all seeds as they were when a value is added', () => {
    const plan = planOf(three);
    const more = planOf(three.replace('[wan, lan]', '[wan, poor, lan]'));
    for (const block of [0, 1]) {
      const ids = plan.order.filter((one) => one.block === block).map(({ cellId }) => cellId);
      expect([...ids].sort()).toEqual(plan.cells.map(({ id }) => id).sort());
    }
    const seeds = new Map(more.order.map((one) => [`${one.cellId}#${one.repetition}`, one.seed]));
    for (const one of plan.order) {
      expect(seeds.get(`${one.cellId}#${one.repetition}`)).toBe(one.seed);
    }
  });

  it('is the same as the value in its place', () => {
    const varied = planOf('nodes: [4]\nvary: {network: [wan], topology.kind: [ring]}\n').cells[0];
    const plain = planOf('nodes: [4]\nnetwork: wan\ntopology: {kind: ring}\n').cells[0];
    expect(varied?.settings).toEqual(plain?.settings);
    expect(varied?.network).toEqual(plain?.network);
  });

  it('puts an inner field into the values of an outer one, in whatever order they stand', () => {
    const plan = planOf(
      'nodes: [4]\nvary: {network.profile.loss: [0%, 5%], network: [lan, wan]}\n',
    );
    expect(plan.cells.map(({ id }) => id)).toEqual([
      'n4-l0pct-lan',
      'n4-l0pct-wan',
      'n4-l5pct-lan',
      'n4-l5pct-wan',
    ]);
    const loss = plan.cells.map(({ network }) => network.initial.links[0]?.shape.loss);
    expect(loss.slice(2)).toEqual([0, 1].map(() => ({ kind: 'independent', ratio: 0.05 })));
  });

  it('orders values with units, and takes blocks as values', () => {
    const plan = planOf(
      'nodes: [4]\nvary:\n  engine.timeout: [2s, 500ms]\n  network: [{profile: {like: wan, loss: 1%}}]\n',
    );
    expect(plan.axes[1]?.values).toEqual([
      { value: 500, text: '500ms' },
      { value: 2000, text: '2s' },
    ]);
    expect(plan.axes[2]?.values[0]?.text).toBe('profile like wan, loss 1%');
    expect(plan.cells[0]?.id).toMatch(/^[a-z0-9._-]{1,32}$/);
  });

  it('compares two images and two commands', () => {
    const images = planOf('nodes: [4]\nvary: {image: ["mynode:v1", "mynode:v2"]}\n');
    expect(images.cells.map(({ id, settings }) => [id, settings.image])).toEqual([
      ['n4-mynode_v1', 'mynode:v1'],
      ['n4-mynode_v2', 'mynode:v2'],
    ]);
    const commands = planOf('nodes: [4]\nvary: {command: [node a.mjs, node b.mjs]}\n');
    expect(commands.cells.map(({ settings }) => settings.command)).toEqual([
      ['node', 'a.mjs'],
      ['node', 'b.mjs'],
    ]);
  });

  it.each([
    [
      'a value in the middle',
      'vary: {load.rate: [200, 1000x, 5]}',
      ['2:25 found "1000x": the unit "x" is not known; it is per second'],
    ],
    [
      'a key inside a value',
      'vary: {network: [lan, {regions: [a, b], betwen: 5ms}]}',
      ['2:24 nothing says how a reaches b', '2:41 there is no key "betwen" in "network"'],
    ],
    [
      'a field that does not exist',
      'vary: {load.rte: [1, 2]}',
      ['2:8 there is no key "rte" in "load"'],
    ],
    ['a field of the run', 'vary: {seed: [1, 2]}', ['2:14 seed belongs to the run, not to a cell']],
    ['sizes', 'vary: {nodes: [4, 7]}', ['2:15 sizes have a key of their own']],
    ['a value that is no list', 'vary: {load.rate: 200}', ['2:19 found 200']],
    ['a value twice', 'vary: {load.rate: [200, 200]}', ['2:25 this value is listed twice']],
    [
      'a field that is given as well',
      'load: {rate: 5}\nvary: {load.rate: [200, 300]}',
      ['2:14 load.rate is varied as well'],
    ],
    [
      'a field that a word gives as well',
      'network: wan\nvary: {network.profile: [lan, poor]}',
      ['2:10 network.profile is varied as well'],
    ],
    [
      'two axes over one field',
      'vary: {network.profile: [lan, wan], network: [wan]}',
      ['2:47 this value says what network.profile is, and that is varied as well'],
    ],
    [
      'an axis inside a value that has it already',
      'vary: {load: [{rate: 5}, {size: 64B}], load.rate: [1, 2]}',
      ['2:15 this value says what load.rate is, and that is varied as well'],
    ],
    [
      'values that nobody could tell apart',
      'vary: {node.x: [true, "true"]}',
      ['2:23 "true" cannot be told from another value'],
    ],
    [
      'something to skip that is not there',
      'vary: {load.rate: [1, 2]}\nskip: [{load.rate: 3}]',
      ['3:20 3 is none of the values of load.rate, so nothing would be left out'],
    ],
    [
      'everything skipped',
      'vary: {load.rate: [1, 2]}\nskip: [{load.rate: [1, 2]}]',
      ['3:1 every combination is left out'],
    ],
    [
      'one value in two spellings',
      'vary: {load.rate: [1000, 1000/s], engine.timeout: [1s, 1000ms]}',
      [
        '2:26 1000/s is 1000: this value is listed twice',
        '2:56 1000ms is 1s: this value is listed twice',
      ],
    ],
    [
      'a field that would reach behind the values',
      'vary: {node.__proto__.x: [1, 2]}',
      ['2:26 "node.__proto__.x" is no field'],
    ],
    [
      'an element of a list',
      'vary: {timeline.0.at: [1s, 2s]}',
      ['2:23 an element of a list cannot be varied by itself'],
    ],
    ['a number that is none', 'vary: {load.rate: [200, .inf]}', ['2:25 found Infinity']],
    [
      'a wrong value that something goes into',
      'load: 900\nvary: {load.size: [128B, 1KiB]}',
      ['2:7 found 900'],
    ],
    [
      'too many cells',
      `vary: {load.rate: [${Array.from({ length: 50 }, (_, i) => i + 1)}], load.size: [${Array.from({ length: 9 }, (_, i) => `${i + 20}B`)}]}`,
      ['2:1 this makes 450 cells'],
    ],
    [
      'more than can be counted out',
      `vary: {${'abcdefgh'.split('').map((x) => `node.${x}: [${Array.from({ length: 50 }, (_, i) => i)}]`)}}`,
      ['2:1 this makes 39,062,500,000,000 cells'],
    ],
  ])('tells %s at its place', (_name, text, expected) => {
    const problems = problemsOf(`nodes: [4]\n${text}\n`);
    expect(problems.map((one, at) => one.slice(0, expected[at]?.length))).toEqual(expected);
  });

  it('gives way to options, and takes the place of what the file says', () => {
    const text = `${head}nodes: [4, 10]\nload: {rate: 5}\nvary: {network: [lan, wan]}\nskip: [{nodes: 10, network: wan}]\n`;
    const planWith = (path: readonly string[], value: unknown) => {
      const overrides = [{ path, value, option: '--x' }];
      return createPlan(parseScenario({ file: 'a', text, overrides }), 'process', 'userspace');
    };
    const idsOf = (plan: ReturnType<typeof planOf>) => plan.cells.map(({ id }) => id);
    const plain = planWith(['network'], 'lan');
    expect(idsOf(plain)).toEqual(['n4', 'n10']);
    expect(plain.hash).toBe(planOf('nodes: [4, 10]\nload: {rate: 5}\nnetwork: lan\n').hash);
    expect(idsOf(planWith(['nodes'], [4, 7]))).toEqual(['n4-lan', 'n4-wan', 'n7-lan', 'n7-wan']);
    expect(idsOf(planWith(['vary', 'load.rate'], [1, 2]))).toEqual([
      ...['n4-lan-r1', 'n4-lan-r2', 'n4-wan-r1', 'n4-wan-r2', 'n10-lan-r1', 'n10-lan-r2'],
    ]);
  });

  it('names the combination, where only some have a problem', () => {
    const text =
      'nodes: [4]\nvary:\n  engine.idle: [100ms, 400ms]\n  engine.timeout: [500ms, 2s]\n';
    expect(problemsOf(text)).toEqual([
      '3:24 with timeout = 500ms: an idle leader would wait 400 ms, and rounds would time out after 500 ms',
    ]);
  });

  it('leaves out what could not be, before it is checked', () => {
    const text =
      'nodes: [4, 10]\nvary: {network: [lan, {regions: {a: 5, b: rest}, between: 5ms}]}\n';
    expect(problemsOf(text)[0]).toMatch(/with 4 nodes, the regions ask for 5$/);
    const skipped = `${text}skip: [{nodes: 4, network: {regions: {a: 5, b: rest}, between: 5ms}}]\n`;
    expect(planOf(skipped).cells).toHaveLength(3);
  });

  it('takes a value that contains itself for what it is: wrong', () => {
    expect(
      problemsOf('nodes: [4]\nvary: {network: [lan, &a {like: *a}]}\n').length,
    ).toBeGreaterThan(0);
  });

  it('skips a list that is a value as a whole', () => {
    const text =
      'nodes: [4]\nvary: {timeline: [[], [{at: 1s, pause: 1, for: 2s}]]}\nskip: [{timeline: []}]\n';
    expect(planOf(text).cells.map(({ timeline }) => timeline.length)).toEqual([1]);
  });

  it('names cells safely, whatever a field or a value is called', () => {
    const text = 'nodes: [4]\nvary: {"node.a/b c": ["1x", "\\e[31mred", -5, 5, "a/b", a_b]}\n';
    const ids = planOf(text).cells.map(({ id }) => id);
    expect(new Set(ids).size).toBe(6);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9][a-z0-9._-]{0,31}$/);
  });

  it('expands 400 cells within a second', () => {
    const rates = Array.from({ length: 50 }, (_, index) => index + 1);
    const text = `nodes: [4, 7, 10, 16]\nvary: {load.rate: [${rates}], network: [lan, wan]}\n`;
    const begunMs = performance.now();
    expect(planOf(text).cells).toHaveLength(400);
    expect(performance.now() - begunMs).toBeLessThan(4_000);
  });
});
