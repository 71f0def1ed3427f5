import { describe, expect, it } from '@jest/globals';
import type { Override } from '../../../controller/src/config/override.ts';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { printable } from '../../../controller/src/config/problem.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import { malformedScenarios } from './malformed-scenarios.ts';

const minimal = 'name: example\nnodes: [4]\n';

function parse(text: string, overrides: readonly Override[] = []) {
  return parseScenario({ file: 'a.yaml', text, overrides });
}

function refusal(work: () => unknown): TestbedError {
  try {
    work();
  } catch (error) {
    if (error instanceof TestbedError) return error;
    throw error;
  }
  throw new Error('the scenario was accepted');
}

interface FlatProblem {
  readonly code: string;
  readonly line?: number;
  readonly column?: number;
  readonly option?: string;
  readonly path: string;
  readonly message: string;
  readonly expected?: string;
  readonly suggestion?: string;
}

function problemsOf(error: TestbedError): readonly FlatProblem[] {
  return error.details.problems as readonly FlatProblem[]; // shape asserted by the tests below
}

describe('parseScenario on malformed text', () => {
  it('is shown more than a hundred different mistakes', () => {
    expect(malformedScenarios.length).toBeGreaterThanOrEqual(120);
    expect(new Set(malformedScenarios.map(({ text }) => text)).size).toBe(
      malformedScenarios.length,
    );
  });

  it.each(malformedScenarios.map((row) => [row.title, row] as const))(
    'explains %s',
    (_title, { text, problems: wanted }) => {
      const error = refusal(() => parse(text));
      const found = problemsOf(error);
      expect(error.code).toBe('CONFIG_INVALID');
      expect(error.message).not.toMatch(/\n\s+at |undefined|\[object/);
      expect(Math.max(...error.message.split('\n').map((line) => line.length))).toBeLessThanOrEqual(
        80,
      );
      expect(found.map((one) => `${one.code} ${one.line}:${one.column}`)).toEqual(
        wanted.map(([position]) => expect.stringContaining(position)),
      );
      for (const [index, [, says]] of wanted.entries()) {
        const one = found[index];
        const said = `${one?.path} ${one?.message} ${one?.expected} ${one?.suggestion}`;
        expect(printable(said)).toContain(says);
      }
    },
  );

  it('shows position, path, expectation, suggestion and the line with a caret', () => {
    const error = refusal(() => parse(`${minimal}load:\n  rte: 5\n`));
    expect(error.message).toBe(
      [
        'a.yaml has a problem:',
        '',
        'a.yaml:4:3',
        '  load.rte: there is no key "rte" in "load"',
        '  expected: one of rate, arrivals, size',
        '  did you mean "rate"?',
        '  4 |   rte: 5',
        '    |   ^^^',
      ].join('\n'),
    );
  });

  it('keeps the caret under the text on a very long line', () => {
    const text = `${minimal}description: ${'é'.repeat(200)}\nload: {${' '.repeat(300)}rate: fast}\n`;
    const lines = refusal(() => parse(text)).message.split('\n');
    const caret = lines.findIndex((line) => line.includes('^'));
    const column = lines[caret]?.indexOf('^') ?? -1;
    expect(lines[caret - 1]?.slice(column, column + 4)).toBe('fast');
  });

  it.each([
    ['a key', 'a.yaml', '"\\e[31mX\\e]0;pwn\\a": 5\n', 'pwn: 5\n'],
    ['a key of several lines', 'a.yaml', '"a\\nb\\u2028c\\x85d": 5\n', 'abcd: 5\n'],
    ['a key that turns text', 'a.yaml', '"a\\u202e\\u2066\\u200e\\u200f\\u061cb": 5\n', 'ab: 5\n'],
    ['the name of the file', 'a\u001b[31m\u202e\n.yaml', 'seed: x\n', 'seed: x\n'],
  ])('shows nothing that a terminal would obey in %s', (_title, file, text, plain) => {
    const linesOf = (name: string, added: string): string[] =>
      refusal(() => parseScenario({ file: name, text: minimal + added })).message.split('\n');
    const lines = linesOf(file, text);
    expect(lines.map(printable)).toEqual(lines);
    // As many as a problem has with a plain key: none is broken by what stands in it.
    expect(lines).toHaveLength(linesOf('a.yaml', plain).length);
  });

  it('counts the problems beyond the fortieth instead of listing them', () => {
    const keys = Array.from({ length: 60 }, (_, index) => `unknown${index}: 1\n`).join('');
    const error = refusal(() => parse(minimal + keys));
    expect(error.message).toContain('a.yaml has 60 problems:');
    expect(error.message).toContain('... and 20 more');
    expect(problemsOf(error)).toHaveLength(60);
  });
});

const idealNetwork = {
  title: 'ideal',
  regions: [{ name: 'all', share: { kind: 'rest' } }],
  groups: [],
  upBitsPerSec: null,
  downBitsPerSec: null,
  links: [
    {
      from: 'all',
      to: 'all',
      profile: {
        name: 'ideal',
        rtt: { distribution: 'fixed', meanMs: 0, jitterMs: 0, correlationRatio: 0 },
        loss: { kind: 'none' },
        duplicateRatio: 0,
        corruptRatio: 0,
        reorders: false,
        upBitsPerSec: null,
        downBitsPerSec: null,
        queuePackets: null,
      },
    },
  ],
};

describe('parseScenario', () => {
  it('fills in defaults that make a sound measurement', () => {
    expect(parse(minimal)).toEqual({
      name: 'example',
      description: '',
      seed: 1,
      runtime: 'auto',
      image: 'prsm-testbed-node',
      nodes: [4],
      repetitions: 5,
      load: { arrivals: 'poisson', rateTxPerSec: 500, sizeBytes: 128 },
      resources: { cpus: 1, memoryBytes: 268_435_456, pidsMax: 256 },
      network: idealNetwork,
      shaper: 'auto',
      signature: 'ed25519',
      timeline: [],
      expect: [],
      phases: { warmupMs: 10_000, measureMs: 60_000, drainMsMax: 10_000, readyMsMax: 60_000 },
      engine: {
        protocol: 'jolteon',
        baseTimeoutMs: 1000,
        idleDelayMs: 100,
        batchTxMax: 4000,
        batchBytesMax: 524_288,
        batchAgeMsMax: 2,
        mempoolTxMax: 100_000,
        forwardLeaders: 3,
      },
    });
  });

  it('reads every field with its unit', () => {
    const scenario = parse(`
name: all
description: "everything: set"
nodes: [16, 4]
repetitions: 2
seed: 7
runtime: docker
image: registry.example:5000/team/node@sha256:abc
load: {rate: 1500/s, arrivals: constant, size: 2KiB}
resources: {cpus: 0.5, memory: 1GiB, pids: 64}
phases: {warmup: 500ms, measure: 1.5m, drain: 0s, ready: 2m}
engine:
  protocol: jolteon
  timeout: 2s
  idle: 20ms
  interval: 15ms
  batch: {count: 10, bytes: 64KiB, age: 0ms}
  mempool: 20
  forward: 0
`);
    expect(scenario).toMatchObject({
      nodes: [4, 16],
      load: { arrivals: 'constant', rateTxPerSec: 1500, sizeBytes: 2048 },
      resources: { cpus: 0.5, memoryBytes: 1024 ** 3, pidsMax: 64 },
      phases: { warmupMs: 500, measureMs: 90_000, drainMsMax: 0, readyMsMax: 120_000 },
      engine: {
        baseTimeoutMs: 2000,
        intervalMs: 15,
        batchBytesMax: 65_536,
        batchAgeMsMax: 0,
        forwardLeaders: 0,
      },
    });
  });

  it('takes a protocol with what it says of itself, and leaves its defaults to it', () => {
    const engine = 'engine: {protocol: hotstuff, idle: 20ms, rotation: carousel}';
    expect(parse(`name: other\nnodes: [4]\n${engine}\n`).engine).toEqual({
      protocol: 'hotstuff',
      baseTimeoutMs: 1000,
      idleDelayMs: 20,
      batchTxMax: 4000,
      batchBytesMax: 524_288,
      batchAgeMsMax: 2,
      mempoolTxMax: 100_000,
      forwardLeaders: 3,
      rotation: 'carousel',
    });
  });

  it('hands parameters of a node on as they are, whatever they are called', () => {
    const node = { view_timeout: 3, b2: [1, { c: null }], d: 'x', e: true, f: 0.5, image: {} };
    expect(parse(`${minimal}node: ${JSON.stringify(node)}\n`).node).toEqual(node);
    expect(parse(minimal)).not.toHaveProperty('node');
  });

  it('reads a command as a text or a list, and runs it as a process', () => {
    const read = (command: string) => parse(`${minimal}command: ${command}\n`);
    expect(read('python3  my.py --x=1').command).toEqual(['python3', 'my.py', '--x=1']);
    expect(read(`'./a\\ b "c d\\" $e" ''f g''h ""'`).command).toEqual([
      './a b',
      'c d" $e',
      'f gh',
      '',
    ]);
    expect(read('[./node, "a b", ""]').command).toEqual(['./node', 'a b', '']);
    expect(read('./node')).toMatchObject({ runtime: 'process', resources: { cpus: null } });
  });

  it('lifts limits with none and gives processes none', () => {
    const lifted = parse(`${minimal}resources: {cpus: none, memory: none}\n`).resources;
    const process = parse(`${minimal}runtime: process\n`).resources;
    expect([lifted.cpus, lifted.memoryBytes]).toEqual([null, null]);
    expect([process.cpus, process.memoryBytes]).toEqual([null, null]);
  });

  it('takes ready limits, and changes what else is said', () => {
    const limits = (yaml: string) => parse(`${minimal}resources: ${yaml}\n`).resources;
    const GiB = 1024 ** 3;
    expect(limits('minimal')).toEqual({ cpus: 1, memoryBytes: GiB / 2, pidsMax: 256 });
    expect(limits('{profile: heavy, cpus: 0.2}')).toEqual({
      cpus: 0.2,
      memoryBytes: 4 * GiB,
      pidsMax: 256,
    });
    expect(limits('{cpus: fair}').cpus).toBe('fair');
    expect(limits('{profile: light, memory: none}').memoryBytes).toBeNull();
  });

  it('reads a timeline in order of time', () => {
    const { timeline } = parse(
      `${minimal}timeline:\n  - {at: 20s, heal: true}\n  - {at: 0s, partition: [[0], [1, 2]], one-way: true}\n`,
    );
    expect(timeline).toEqual([
      { atMs: 0, action: { kind: 'partition', sides: [[0], [1, 2]], oneWay: true } },
      { atMs: 20_000, action: { kind: 'heal' } },
    ]);
  });

  it('lets options stand in for parts of what a word means', () => {
    const text = `${minimal}resources: light\nnetwork: wan\n`;
    const override = (path: string, value: unknown) => ({
      path: path.split('.'),
      value,
      option: `--${path}`,
    });
    const changed = parse(text, [override('resources.cpus', 0.5), override('network', '20ms')]);
    expect(changed.resources).toMatchObject({ cpus: 0.5, memoryBytes: 1024 ** 3 });
    expect(changed.network.title).toBe('20 ms');
    const both = parse(minimal, [
      override('resources', 'light'),
      override('resources.cpus', 'fair'),
    ]);
    expect(both.resources).toMatchObject({ cpus: 'fair', memoryBytes: 1024 ** 3 });
    const lossy = parse(text, [override('network.profile.loss', '3%')]);
    expect(lossy.network.links[0]?.profile).toMatchObject({
      rtt: { meanMs: 75, jitterMs: 25 },
      loss: { kind: 'independent', ratio: 0.03 },
    });
    const error = refusal(() => parse(text, [override('network', 'wam')]));
    expect(error).toMatchObject({ code: 'USAGE', message: expect.stringContaining('"wan"') });
  });

  it('follows a few aliases', () => {
    const scenario = parse(`${minimal}phases: {warmup: &t 5s, drain: *t}\n`);
    expect(scenario.phases).toMatchObject({ warmupMs: 5000, drainMsMax: 5000 });
  });

  it('freezes what it returns in depth', () => {
    const scenario = parse(minimal);
    expect(Object.isFrozen(scenario) && Object.isFrozen(scenario.engine)).toBe(true);
    expect(Object.isFrozen(scenario.nodes)).toBe(true);
  });

  it('lets options stand in for the file', () => {
    const scenario = parse(`${minimal}load: {rate: 5}\n`, [
      { path: ['load', 'rate'], value: 900, option: '--rate' },
      { path: ['nodes'], value: [10, 7], option: '--nodes' },
      { path: ['phases', 'measure'], value: '5s', option: '--measure' },
    ]);
    expect(scenario.load.rateTxPerSec).toBe(900);
    expect(scenario.nodes).toEqual([7, 10]);
    expect(scenario.phases.measureMs).toBe(5000);
  });

  it('points at the option when an option is wrong, and calls it usage', () => {
    const error = refusal(() =>
      parse(minimal, [{ path: ['load', 'rate'], value: 'fast', option: '--rate' }]),
    );
    expect(error.code).toBe('USAGE');
    expect(error.message).toContain('--rate\n  found "fast"');
  });

  it('points at the file when an option contradicts it', () => {
    const error = refusal(() =>
      parse(`${minimal}resources: {cpus: 2}\n`, [
        { path: ['runtime'], value: 'process', option: '--runtime' },
      ]),
    );
    expect(error.code).toBe('CONFIG_INVALID');
    expect(problemsOf(error)).toMatchObject([{ line: 3, column: 19, code: 'conflict' }]);
  });

  it('asks for the option when there is no file', () => {
    const error = refusal(() =>
      parseScenario({
        file: 'the command line',
        text: undefined,
        overrides: [{ path: ['name'], value: 'sweep', option: '--name' }],
        optionFor: (path) => `--${path.join('-')}`,
      }),
    );
    expect(error.code).toBe('USAGE');
    expect(problemsOf(error)).toMatchObject([{ option: '--nodes', code: 'missing-key' }]);
  });
});
