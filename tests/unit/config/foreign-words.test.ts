import { describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';

const header = 'name: example\nnodes: [4, 7]\n';

interface FlatProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly expected?: string;
  readonly suggestion?: string;
  readonly uses?: readonly { readonly line: number; readonly column: number }[];
}

function parse(body: string) {
  return parseScenario({ file: 'a.yaml', text: header + body });
}

function refusal(body: string): TestbedError {
  try {
    parse(body);
  } catch (error) {
    if (error instanceof TestbedError) return error;
    throw error;
  }
  throw new Error('the scenario was accepted');
}

function problemsOf(body: string): readonly FlatProblem[] {
  return refusal(body).details.problems as readonly FlatProblem[]; // shape asserted below
}

/** `line:column message` of each. */
function told(body: string): string[] {
  return problemsOf(body).map(({ line, column, message }) => `${line}:${column} ${message}`);
}

const inProfile = (text: string): string => `network: {profile: {${text}}}\n`;

describe('words of other tools', () => {
  it.each([
    ['latency: 80ms', 'write rtt: 160ms if 80ms is one way, rtt: 80ms if a ping shows it'],
    ['delay: 40', 'write rtt: 80ms if 40ms is one way, rtt: 40ms if a ping shows it'],
    ['latency: 45s', 'write rtt: 45s if a ping shows it'],
    ['latency: 10-20ms', 'write rtt: 20-40ms if 10-20ms is one way, rtt: 10-20ms if'],
    ['ping: 80ms', 'write rtt: 80ms'],
    [
      'packet-loss: 0.0001',
      'write loss: 0.01% if it is a ratio, loss: 0.0001% if it is a percentage',
    ],
    ['lossPercent: 5', 'write loss: 5%'],
    ['loss: 0.0001', 'write 0.01% if it is a ratio, 0.0001% if it is a percentage'],
    ['bandwidth: 10Mibit', 'write rate: 10.48576Mbit'],
    ['bandwidth: 512kbps', 'write rate: 512kbit if it is in bits, rate: 4096kbit if it is in'],
    ['bandwidth: 2MiB/s', 'write rate: 16.777216Mbit'],
    ['bandwidth_up: 5mbit', 'write rate: {up: 5Mbit}'],
    ['jitter: 500us', 'write 0.5ms'],
    ['jitter_us: 500', 'write jitter: 0.5ms'],
    ['rtt: 80ms 5ms', 'write {rtt: 80ms, jitter: 5ms}'],
    ['rtt: 100 msec', 'write 100ms'],
    ['limit: 1000', 'write queue: 1000'],
    ['reorder: 25%', 'write true'],
    ['loss: {burst: {enter: 1%, leave: 30%, 1-h: 0.5}}', 'write bad: 50% if it is a ratio'],
    ['slot: 5ms', 'links do not do this here'],
    ['delay: {time: 3000, jitter: 50}', 'write rtt: 6000ms if 3000ms is one way, rtt: 3000ms if'],
    ['delay: {latency: 10ms}', 'write rtt: 20ms if 10ms is one way'],
    ['latency: 0', 'write rtt: 0ms'],
  ])('of a link: %s', (text, advice) => {
    const [problem, ...others] = problemsOf(inProfile(text));
    expect(problem?.message).toContain(advice);
    expect(others).toEqual([]);
  });

  it.each([
    ['validators: 4', 'write nodes: [4]'],
    ['tps: 500', 'write load: {rate: 500}'],
    ['duration: 60s', 'write phases: {measure: 60s}'],
    ['duration_ms: 60000', 'write phases: {measure: 60000ms}'],
    ['vus: 10', 'say load.rate'],
    ['latency: 80ms', 'write network: {profile: {rtt: 160ms}} if 80ms is one way'],
    ['runs: 3', 'write repetitions: 3'],
    ['version: "3"', 'not a file of Compose'],
    ['resources: {mem_limit: 512m}', 'write memory: 512MiB'],
    ['resources: {cpu: 500m}', 'write cpus: 0.5'],
    ['resources: {cpus: 250m}', 'write 0.25'],
    ['resources: {memory: 1Gi}', 'write 1GiB'],
    ['load: {tx_size: 256}', 'write size: 256B'],
    ['load: {rate: 100 tps}', 'write 100/s'],
    ['phases: {warmup_s: 5}', 'write warmup: 5s'],
    ['phases: {measure: 1m30s}', 'write 90s'],
    ['engine: {batch_size: 500}', 'write batch: {count: 500}'],
    ['repetitions: "3"', 'write 3'],
    ['node_count: "4"', 'write nodes: [4]'],
    ['network: {profile: {loss: {percent: 5}}}', 'write loss: 5% in "network.profile"'],
    ['network: {groups: {a: {instances: 2}}}', 'write nodes: 2'],
    ['network: {groups: {a: {nodes: 2, resources: {cpu: 500m}}}}', 'write cpus: 0.5'],
    ['network: {latency: 80ms}', 'write profile: {rtt: 160ms} if'],
    ['timeline: [{at: 1s, degrade: {delay: 50ms}}]', 'write add: {rtt: 100ms} if 50ms is one way'],
  ])('of a scenario: %s', (text, advice) => {
    expect(problemsOf(`${text}\n`).map(({ message }) => message)).toContainEqual(
      expect.stringContaining(advice),
    );
  });

  it.each([
    ['shaper: tc', 'netem'],
    ['runtime: containers', 'docker'],
    ['load: {arrivals: uniform}', 'constant'],
  ])('as values: %s', (text, suggestion) => {
    expect(problemsOf(`${text}\n`)).toMatchObject([{ suggestion }]);
  });

  it('are advised as they are accepted', () => {
    const rows = ['latency: 80ms', 'packetLoss: 0.02', 'bw: 10MB/s', 'stddev: 0ms', 'limit: 9'];
    for (const row of rows) {
      const { message = '' } = problemsOf(inProfile(row))[0] ?? {};
      const written = [...message.matchAll(/(?:write |, )([a-z]+: \S+?)(?:,| if|$)/g)];
      expect(written.length).toBeGreaterThan(0);
      for (const [, text = ''] of written) {
        const body = text.startsWith('jitter') ? `rtt: 9ms, distribution: fixed, ${text}` : text;
        expect(() => parse(inProfile(body))).not.toThrow();
      }
    }
  });
});

describe('a comma in braces', () => {
  it.each([
    ['load: {rate: 1,000}\n', ['3:14 a comma ends a value here, and digits are', 'write 1000']],
    ['load: {rate: 1,000,000}\n', ['3:14 a comma ends a value here', 'write 1000000']],
    ['load: {rate: 1.000,5}\n', ['3:14 a comma ends a value here', 'write 1000.5']],
    ['load: {size: 1,024B}\n', ['3:14 a comma ends a value here', 'write 1024B']],
    ['phases: {measure: 1,5m}\n', ['3:19 a comma ends a value here', 'write 1.5m']],
  ])('is no part of a number: %s', (body, [place = '', advice = '']) => {
    expect(told(body)).toEqual([expect.stringContaining(place)]);
    expect(told(body)).toEqual([expect.stringContaining(advice)]);
  });

  it('is no part of a size either, and two sizes are two sizes', () => {
    const text = (nodes: string) => ({ file: 'a.yaml', text: `name: a\nnodes: ${nodes}\n` });
    expect(() => parseScenario(text('[1,000]'))).toThrow('write 1000');
    expect(parseScenario(text('[4,100]')).nodes).toEqual([4, 100]);
  });
});

describe('aliases and merges', () => {
  it('takes the keys of other blocks in, own ones first', () => {
    const { network } = parse(
      'network:\n  regions: [eu, us]\n  between: &b {rtt: 80ms, loss: 1%}\n  within: {<<: *b, rtt: 5ms}\n',
    );
    const rtts = network.links.map(({ profile }) => profile.rtt.meanMs);
    expect(rtts).toEqual([5, 80, 80, 5]);
    expect(network.links.every(({ profile }) => profile.loss.kind === 'independent')).toBe(true);
    expect(parse('<<: [{seed: 5}, {seed: 6, repetitions: 3}]\n')).toMatchObject({
      seed: 5,
      repetitions: 3,
    });
  });

  it.each([['<<: 5\n'], ['load: {<<: [{rate: 5}, 6]}\n']])(
    'tells of a merge of no block: %s',
    (body) => {
      expect(told(body)).toEqual([expect.stringContaining('here is no block')]);
    },
  );

  it('says once what is wrong in a block, and where it is used', () => {
    const body =
      'network:\n  regions: [eu, us]\n  between: &b {rtt: 80, los: 1%}\n  within: *b\n  matrix: {eu: {us: {<<: *b}}}\n';
    expect(told(body)).toEqual([
      expect.stringMatching(/^5:21 found 80: it has no unit/),
      expect.stringMatching(/^5:25 there is no key "los" in "network.between"/),
    ]);
    expect(problemsOf(body)[0]?.uses).toEqual([
      { alias: '*b', line: 6, column: 11 },
      { alias: '*b', line: 7, column: 26 },
    ]);
    expect(refusal(body).message).toContain('used as *b at a.yaml:6:11, *b at a.yaml:7:26');
  });
});

describe('all problems at once', () => {
  it.each([
    [
      'shares, a value and a name of a matrix',
      'network: {regions: {eu: 60%, us: 60%}, matrix: {eu: {uss: 8}}}\n',
      ['add up to 120 %', 'there is no region uss', 'found 8'],
    ],
    [
      'shares of regions and of groups, and an access link',
      'network:\n  regions: {eu: 60%, us: 60%}\n  between: {rtt: 80}\n  groups: {a: {nodes: 70%}, b: {nodes: 70%, profile: {rtt: 1ms, jitter: 5ms}}}\n',
      ['add up to 120 %', 'found 80', 'add up to 140 %', 'cannot vary by 5 ms'],
    ],
    [
      'two regions without nodes',
      'network: {regions: {eu: 5%, us: 5%, asia: rest}, between: wan}\n',
      ['the region eu gets none', 'the region us gets none'],
    ],
    [
      'a change beside one without a unit',
      'timeline: [{at: 5, partition: [[0], [9]]}, {at: 5h, profile: wan}]\n',
      ['found 5', 'has no node 9', '5 h after its start'],
    ],
    [
      'what is under a misspelt key',
      'lod: {rte: 5, size: 128}\n',
      ['no key "lod"', 'no key "rte"', 'found 128'],
    ],
    [
      'what is under a name that is none',
      'network: {regions: {1eu: 0.4, us: rest}, between: wan}\n',
      ['"1eu" cannot be a name', 'found 0.4'],
    ],
    [
      'a group without nodes, and the rest of the network',
      'network: {groups: {a: {profile: poor}}}\nengine: {idle: 900ms}\n',
      ['the key is missing', 'an idle leader would wait 900 ms'],
    ],
    ['no region at all', 'network: {regions: {}, matrix: {eu: {us: 8ms}}}\n', ['no regions are']],
  ])('%s', (_title, body, parts) => {
    expect(told(body)).toEqual(parts.map((part) => expect.stringContaining(part)));
  });
});
