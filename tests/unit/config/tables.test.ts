import { describe, expect, it } from '@jest/globals';
import { parseMatrix } from '../../../controller/src/config/parse-matrix.ts';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import type { NetworkSpec } from '../../../controller/src/model/network-spec.ts';
import { describeMatrix } from '../../../controller/src/plan/describe-matrix.ts';
import { expectPair } from '../../../controller/src/plan/expect-link.ts';
import { planNetwork } from '../../../controller/src/plan/plan-network.ts';

/** A scenario of one size with this block as its network and this text as its table. */
function read(network: string, table: string, file = 'm.csv', nodes = 8) {
  return parseScenario({
    file: 'a.yaml',
    text: `name: a\nnodes: [${nodes}]\nnetwork:\n${network.replace(/^/gm, '  ')}\n`,
    matrices: new Map([[file, { file, text: table }]]),
  });
}

function specOf(network: string, table: string, file = 'm.csv'): NetworkSpec {
  return read(`matrix: ${file}\n${network}`, table, file).network;
}

function rttOf({ links }: NetworkSpec, from: string, to: string) {
  const rtt = links.find((link) => link.from === from && link.to === to)?.profile.rtt;
  if (rtt === undefined) throw new Error(`no link from ${from} to ${to}`);
  return rtt;
}

/** `low-high` of what a ping will show between two regions, by their names. */
function pingOf(network: string, table: string, from: string, to: string): string {
  const scenario = read(`matrix: m.csv\n${network}`, table);
  const cell = planNetwork(scenario, 8, 'netem');
  const indexOf = (name: string) => cell.regions.findIndex((one) => one.name === name);
  return expectPair(cell, cell.initial, indexOf(from), indexOf(to)).asked.rtt;
}

function problemsOf(action: () => unknown): { line: number; column: number; message: string }[] {
  try {
    action();
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    return error.details.problems as { line: number; column: number; message: string }[]; // ours
  }
  return [];
}

const table = 'from,eu,us,asia\neu,0,38,100\nus,38,0,88\nasia,104,88,0\n';

describe('delays of a table', () => {
  it('are round trips unless the scenario says one-way, and what pings is told', () => {
    expect(pingOf('', table, 'eu', 'us')).toBe('38 ms');
    expect(pingOf('matrix-values: round-trip', table, 'eu', 'asia')).toBe('102 ms');
    expect(pingOf('matrix-values: one-way', table, 'eu', 'us')).toBe('76 ms');
    expect(pingOf('matrix-values: one-way', table, 'eu', 'asia')).toBe('204 ms');
    expect(describeMatrix(specOf('', table))).toBe(
      'm.csv, read as round trips; eu to us 38 ms, half of it in each direction: a ping shows 38 ms; if these are one-way delays, say matrix-values: one-way',
    );
    expect(describeMatrix(specOf('matrix-values: one-way', table))).toBe(
      'm.csv, read as one-way delays; eu to us 38 ms and as much back: a ping shows 76 ms',
    );
    expect(describeMatrix(specOf('matrix-values: one-way\nregions: [eu, asia]', table))).toBe(
      'm.csv, read as one-way delays; eu to asia 100 ms, back 104 ms: a ping shows 204 ms',
    );
  });

  it('keep their jitter and range: one-way ones are wider as round trips', () => {
    const ranges = 'from,eu,us\neu,,20-40ms\nus,,\n';
    expect(pingOf('matrix-values: one-way', ranges, 'eu', 'us')).toBe('40-80 ms');
    const jittered = specOf('matrix-values: one-way\nbetween: {jitter: 5ms}', table);
    expect(rttOf(jittered, 'eu', 'us')).toMatchObject({ meanMs: 76, jitterMs: 5 });
    const named = specOf('matrix-values: one-way', 'from,eu,us\neu,,wan\nus,,\n');
    expect(rttOf(named, 'eu', 'us')).toMatchObject({ meanMs: 75, jitterMs: 25 });
  });

  it('are one-way in a block of the scenario too, and how they were read is stored', () => {
    const block = 'matrix: {eu: {us: 38ms}}\nmatrix-values: one-way';
    const { network } = read(block, '');
    expect(rttOf(network, 'us', 'eu').meanMs).toBe(76);
    expect(network.matrix).toEqual({
      source: null,
      values: 'one-way',
      tableNames: [],
      example: { from: 'eu', to: 'us' },
    });
    expect(specOf('', table).matrix).toMatchObject({ source: 'm.csv', values: 'round-trip' });
    expect(read('profile: wan', '').network).not.toHaveProperty('matrix');
  });

  it.each([
    ['a round trip by name', 'matrix: {eu: {us: {rtt: 38ms}}}', 'rtt is a round trip, and'],
    ['what is too long there and back', 'matrix: {eu: {us: 31s}}', 'one way it takes 31000 ms'],
    ['no matrix at all', 'regions: [eu, us]\nbetween: 5ms', 'there is none'],
  ])('refuse to be one-way with %s', (_title, network, message) => {
    const found = problemsOf(() => read(`${network}\nmatrix-values: one-way`, ''));
    expect(found.map((one) => one.message)).toEqual([expect.stringContaining(message)]);
  });
});

describe('the diagonal of a table', () => {
  it('says nothing where it is zero', () => {
    const spec = specOf('within: 1-2ms\nbetween: {jitter: 2ms}', table);
    expect(rttOf(spec, 'eu', 'eu')).toMatchObject({ meanMs: 1.5, jitterMs: 0.5 });
    expect(rttOf(spec, 'eu', 'us')).toMatchObject({ meanMs: 38, jitterMs: 2 });
    expect(rttOf(specOf('', table), 'us', 'us')).toMatchObject({ meanMs: 3, jitterMs: 2 });
    const block = read('matrix: {eu: {eu: 0ms, us: 80ms}}\nwithin: 4ms', '').network;
    expect(rttOf(block, 'eu', 'eu').meanMs).toBe(4);
  });

  const inside = 'from,eu,us\neu,4,80\nus,80,0\n';

  it('is what within says where it is something else, and takes the rest from there', () => {
    const spec = specOf('within: {loss: 1%}\nbetween: {jitter: 5ms, loss: 2%}', inside);
    expect(rttOf(spec, 'eu', 'eu')).toMatchObject({ meanMs: 4, jitterMs: 0 });
    const lossOf = (from: string, to: string) =>
      spec.links.find((link) => link.from === from && link.to === to)?.profile.loss;
    expect(lossOf('eu', 'eu')).toEqual({ kind: 'independent', ratio: 0.01 });
    expect(lossOf('eu', 'us')).toEqual({ kind: 'independent', ratio: 0.02 });
    const oneWay = specOf('matrix-values: one-way', inside);
    expect(rttOf(oneWay, 'eu', 'eu').meanMs).toBe(8);
    // The same said twice is no conflict.
    expect(rttOf(specOf('within: 4ms', inside), 'us', 'us').meanMs).toBe(4);
  });

  it('is refused beside another round trip, once, at its place', () => {
    const more = 'from,eu,us,asia\neu,4,80,90\nus,80,5,90\nasia,1,1,6\n';
    const found = problemsOf(() => specOf('within: 1-2ms', more));
    expect(found).toMatchObject([
      {
        line: 5,
        message:
          'the matrix has a round trip of its own inside eu, and 2 other regions (m.csv:2:4)',
      },
    ]);
  });

  it('goes before within in a block of the scenario, for its own region', () => {
    const { network } = read('matrix: {eu: {eu: 4ms, us: 80ms}}\nwithin: 2ms', '');
    expect([rttOf(network, 'eu', 'eu').meanMs, rttOf(network, 'us', 'us').meanMs]).toEqual([4, 2]);
  });

  it('and every other value is told once for all where it contradicts a jitter', () => {
    const short = 'from,eu,us,asia\neu,0,3,4\nus,3,0,80\nasia,4,80,0\n';
    const found = problemsOf(() => specOf('between: {jitter: 10ms}', short));
    expect(found).toMatchObject([
      {
        file: 'm.csv',
        line: 2,
        column: 6,
        message:
          'a round trip of 3 ms cannot vary by 10 ms: it would be negative; the jitter is that of between (and 3 more of this kind)',
      },
    ]);
  });
});

describe('a table of many cities', () => {
  const names = Array.from({ length: 217 }, (_, index) => `City${index}`);
  const rows = names.map((from, i) => `${from},${names.map((_, j) => Math.abs(i - j))},`);
  const huge = `,${names},\n${rows.join('\n')}\n`;

  it('is read for those that are wanted, whatever else is in it', () => {
    const wrong = huge
      .replace('City100,100,99', 'City100,abc,99')
      .replace(/^City90,.*$/m, 'City90,1,2');
    const spec = specOf('regions: [City3, City216]', wrong);
    expect(rttOf(spec, 'City3', 'City216').meanMs).toBe(213);
    expect(spec.links).toHaveLength(4);
  });

  it('is too much as a whole, told once', () => {
    const found = problemsOf(() => specOf('', huge));
    expect(found.map(({ message }) => message)).toEqual(['these are 217 regions']);
  });

  it('offers some of its names for one that it does not know', () => {
    const found = problemsOf(() => specOf('regions: [City3, Paris]', huge));
    expect(found).toMatchObject([
      {
        message: 'the matrix knows no region Paris',
        expected: expect.stringMatching(/^some of City0, .*City11, \.\.\. \(217 in all\)$/),
      },
    ]);
  });
});

describe('names that no region can have', () => {
  const cloud =
    ',EU (Frankfurt) eu-central-1,"São Paulo, Brasil",Łódź\n' +
    'EU (Frankfurt) eu-central-1,3,200,20\n"São Paulo, Brasil",201,2,210\nŁódź,20,210,1\n';

  it('get one: the code of a cloud region, or what is left of them', () => {
    const { matrix, problems } = parseMatrix(cloud, 'm.csv');
    expect(problems).toEqual([]);
    expect(matrix.regions).toEqual(['eu-central-1', 'Sao-Paulo-Brasil', 'odz']);
    const spec = specOf('regions: [Sao-Paulo-Brasil, eu-central-1]', cloud);
    expect(rttOf(spec, 'Sao-Paulo-Brasil', 'eu-central-1').meanMs).toBe(201);
    expect(describeMatrix(spec)).toContain(
      'Sao-Paulo-Brasil is "São Paulo, Brasil", eu-central-1 is "EU (Frankfurt) eu-central-1" there',
    );
  });

  it('take the one that the scenario gives', () => {
    const names =
      'matrix-names: {lodz: Łódź, frankfurt: eu-central-1, rio: "São Paulo, Brasil"}\nregions: [lodz, frankfurt]';
    const spec = specOf(names, cloud);
    expect(rttOf(spec, 'lodz', 'frankfurt').meanMs).toBe(20);
    expect(spec.matrix?.tableNames).toEqual([
      { region: 'lodz', name: 'Łódź' },
      { region: 'frankfurt', name: 'EU (Frankfurt) eu-central-1' },
    ]);
  });

  it.each([
    [
      'what the table does not know',
      'matrix-names: {a: Paris}',
      'the matrix knows no region Paris',
    ],
    [
      'two for one',
      'matrix-names: {a: odz, b: Łódź}',
      'the matrix has one region Łódź, which is a already',
    ],
  ])('are refused for %s', (_title, names, message) => {
    expect(problemsOf(() => specOf(names, cloud)).map((one) => one.message)).toEqual([message]);
  });

  it('are offered for what is near to them', () => {
    const found = problemsOf(() => specOf('regions: [frankfurt, sao-paulo, odz]', cloud));
    expect(found).toMatchObject([
      { suggestion: 'eu-central-1' },
      { suggestion: 'Sao-Paulo-Brasil' },
    ]);
  });

  it('are told together where nothing can be made of them', () => {
    const strange = ',東京,São José,Sao Jose\n東京,,80,90\n';
    const found = problemsOf(() => specOf('between: 5ms', strange));
    expect(found).toMatchObject([
      {
        message: '"東京" cannot be the name of a region; nor can "São José", "Sao Jose"',
        expected: expect.stringContaining('matrix-names'),
      },
    ]);
    const own = specOf('matrix-names: {tokyo: 東京, sj: São José}\nregions: [tokyo, sj]', strange);
    expect(rttOf(own, 'tokyo', 'sj').meanMs).toBe(80);
  });
});

describe('tables in other forms', () => {
  const cells = [
    { from: 'eu', to: 'us', profile: { lowMs: 80.5, highMs: 80.5 } },
    { from: 'us', to: 'eu', profile: { lowMs: 90, highMs: 90 } },
  ];

  it.each([
    ['semicolons and decimal commas', '\ufefffrom;eu;us\r\neu;;80,5\r\nus;90;\r\n;;\r\n'],
    ['sep= of a spreadsheet', 'sep=;\nfrom;eu;us\neu;;80,5\nus;90;\n'],
    ['another separator that sep= names', '"sep=|"\n|eu|us\neu||80.5\nus|90|\n'],
    ['tabs', 'from\teu\tus\neu\t\t80.5\nus\t90\t\n'],
    ['quotes around everything', '"from";"eu";"us"\n"eu";"";"80,5"\n"us";"90";""\n'],
    ['a comma at the end of every line', ',eu,us,\neu,,80.5,\nus,90,,\n'],
    ['a header that is a comment', '# A table\n# From/to,eu,us\neu,-,80.5\nus,90,-\n'],
    ['no corner', 'eu,us\neu,,80.5\nus,90,\n'],
    ['a list of pairs', 'source,destination,ms\neu,us,80.5\nus,eu,90\n'],
    ['a list of pairs without a header', 'eu;us;80,5;\nus;eu;90;\n'],
    ['JSON', '{"eu": {"us": 80.5}, "us": {"eu": 90, "us": null}}'],
    [
      'JSON inside a key',
      '\ufeff{"at": "2026", "data": {"eu": {"us": "80.5ms"}, "us": {"eu": 90}}}',
    ],
  ])('are read: %s', (_title, text) => {
    const { matrix, problems } = parseMatrix(text, 'm.csv');
    expect(problems).toEqual([]);
    expect(matrix.regions).toEqual(['eu', 'us']);
    expect(matrix.cells).toMatchObject(cells);
    expect(matrix.cells).toHaveLength(2);
  });

  it.each([
    ['no header', 'eu,0,80\nus,80,0\n', '1:4 the first line holds values where the names'],
    ['no names of rows', 'eu,us,asia\n0,80,90\n80,0,70\n', '2:1 the rows hold values where'],
    [
      'a list with two values',
      'from,to,p50,p90\neu,us,80,90\nus,asia,1,2\n',
      '2:10 this is a list of pairs with 2 values',
    ],
    ['spaces', 'from eu us\neu 0 80\nus 80 0\n', '1:1 the first line names no region'],
    [
      'commas and points',
      'from;eu;us\neu;;80,5\nus;1.234;\n',
      '3:4 found "1.234" where other values',
    ],
    [
      'decimal commas between commas',
      'from,eu,us\neu,,"80,5"\nus,"90,5",\n',
      '2:6 found "80,5": commas part the values here (and 1 more',
    ],
    ['a quote without an end', 'from,"eu,us\neu,0,80\n', '1:7 the quote that is opened here'],
    [
      'units of others everywhere',
      'from,eu,us\neu,,80msec\nus,90msec,\n',
      '2:5 found "80msec": the unit "msec" is not known; write 80ms (and 1 more',
    ],
    [
      'rows that are too short',
      'from,eu,us\neu,80\nus,90\n',
      '2:1 this row has 1 value for 2 regions (and 1 more',
    ],
    ['a row without a name', ',eu,us\n,1,2\neu,0,80\n', '2:1 the first line names no region ""'],
    [
      'rows of strangers',
      'from,eu,us\na,1,2\nb,1,2\nc,1,2\n',
      '2:1 the first line names no region "a" (and 2 more',
    ],
    ['a pair that comes twice', 'eu,us,80\nus,eu,90\neu,us,81\n', '3:7 eu to us was given before'],
    ['JSON that stops', '{"eu": {"us": 80}', '1:18 this is not JSON from here on'],
    ['JSON with a key twice', '{"eu": {"us": 80, "us": 81}}', '1:25 eu to us was given before'],
    ['JSON lists', '[{"from": "eu", "to": "us", "ms": 80}]', '1:1 this JSON holds a list'],
    [
      'JSON of several tables',
      '{"p50": {"eu": {"us": 80}},\n "p90": {"eu": {"us": 90}}}',
      '1:1 this JSON holds several tables',
    ],
    ['JSON of something else', '{"eu": 80}', '1:1 this JSON holds no table of delays'],
    ['a delay in JSON that is none', '{"eu": {"us": true, "asia": -1}}', '1:15 found "true"'],
  ])('are named in one message: %s', (title, text, says) => {
    const { problems } = parseMatrix(text, 'm.csv');
    const told = problems.map(({ place, message }) =>
      place.kind === 'file' ? `${place.line}:${place.column} ${message}` : '',
    );
    expect(told[0]).toContain(says);
    expect(told).toHaveLength(title === 'a delay in JSON that is none' ? 2 : 1);
  });

  it('are read from a .json file beside the scenario', () => {
    const spec = specOf('', '{"data": {"eu-west-1": {"us-east-1": 79.97800000000001}}}', 'm.json');
    expect(rttOf(spec, 'us-east-1', 'eu-west-1').meanMs).toBeCloseTo(79.978);
  });
});
