import { describe, expect, it } from '@jest/globals';
import { parseEdges } from '../../../controller/src/config/parse-edges.ts';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import { createPlan } from '../../../controller/src/plan/create-plan.ts';

const square = [
  [0, 1],
  [1, 2],
  [3, 2],
  [0, 3],
];

const scenario = 'name: a\nruntime: process\nnodes: [4]\ntopology: {kind: edges, file: e.csv}\n';

function parse(text: string, yaml = scenario) {
  const edges = new Map([['e.csv', { file: 'some/e.csv', text }]]);
  return parseScenario({ file: 'a.yaml', text: yaml, edges });
}

/** `file:line:column message` of each problem. */
function problemsOf(text: string, yaml = scenario): string[] {
  try {
    parse(text, yaml);
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    const problems = error.details.problems as Record<string, unknown>[];
    return problems.map(
      ({ file, line, column, message }) => `${file}:${line}:${column} ${message}`,
    );
  }
  return [];
}

describe('parseEdges', () => {
  it.each([
    ['plain', '0,1\n1,2\n3,2\n0,3\n'],
    [
      'with a header, comments and empty lines',
      '# a square\nfrom,to\n0,1\n\n1,2,\n# half\n3,2\n0,3',
    ],
    ['of a spreadsheet', '\ufefffrom;to\r\n0;1\r\n"1";2\r\n3;2\r\n0;3\r\n'],
    ['parted by blanks', '0 1\n1  2\n 3 2\n0\t3\n'],
  ])('reads a file that is %s', (_, text) => {
    const { table, problems } = parseEdges(text, 'e.csv');
    expect(problems).toEqual([]);
    expect(table.edges.map(({ ends }) => ends)).toEqual(square);
  });

  it('makes the same plan as a list in the scenario, apart from where it stands', () => {
    const cellOf = (one: ReturnType<typeof parse>) => createPlan(one, 'process', 'none').cells[0];
    const listed = scenario.replace('file: e.csv', `edges: ${JSON.stringify(square)}`);
    const own = cellOf(parse('0,1\n1,2\n3,2\n0,3\n'));
    expect(own?.network).toEqual(cellOf(parse('', listed))?.network);
    expect(own?.settings.topology).toMatchObject({ file: 'e.csv' });
    const { hash } = createPlan(parse('0,1\n1,2\n3,2\n0,3\n'), 'process', 'none');
    expect(hash).not.toBe(createPlan(parse('0,1\n1,2\n2,3\n1,3\n'), 'process', 'none').hash);
  });

  it.each([
    ['a word', '0,1\n1,x2\n', ['some/e.csv:2:3 found "x2", which is no index of a node']],
    ['a fraction', '0,1.5\n', ['some/e.csv:1:3 found "1.5", which is no index of a node']],
    ['a third column', 'a,b\n0,1,7\n', ['some/e.csv:2:5 found 3 numbers on this line']],
    ['one index', '0,1\n2\n', ['some/e.csv:2:1 found one index on this line']],
    ['nothing', '# none\n', ['some/e.csv:1:1 this file lists no edges']],
    [
      'several of a kind',
      '0,a\n0,b\n0,1\n',
      ['some/e.csv:1:3 found "a", which is no index of a node (and 1 more of this kind)'],
    ],
    [
      'a node that is not there',
      '0,1\n1,2\n2,3\n3,4\n',
      ['some/e.csv:4:1 there is no node 4 among 4'],
    ],
    ['a loop', '0,1\n2,2\n', ['some/e.csv:2:1 node 2 is linked to itself']],
    ['a pair twice', '0,1\n1,2\n2,3\n 1,0\n', ['some/e.csv:4:2 0-1 is listed twice']],
    [
      'a graph in two parts',
      '0,1\n2,3\n',
      ['a.yaml:4:31 with 4 nodes there is no path from node 0 to nodes 2, 3'],
    ],
  ])('tells %s at its place', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  it('is an axis: one file after the other, each with its own mistakes', () => {
    const yaml =
      'name: a\nruntime: process\nnodes: [3]\ntopology: {kind: edges}\nvary: {topology.file: [e.csv, f.csv], load.rate: [5, 6]}\n';
    const edges = new Map([
      ['e.csv', { file: 'e.csv', text: '0,1\n1,2\n' }],
      ['f.csv', { file: 'f.csv', text: '0,1\n0,2\n' }],
    ]);
    const plan = createPlan(
      parseScenario({ file: 'a.yaml', text: yaml, edges }),
      'process',
      'none',
    );
    expect(plan.cells.map(({ network }) => network.edges?.length)).toEqual([2, 2, 2, 2]);
    const broken = new Map([...edges, ['f.csv', { file: 'f.csv', text: '0,1\n0,9\n' }]]);
    expect(() => parseScenario({ file: 'a.yaml', text: yaml, edges: broken })).toThrow(
      /f\.csv:2:1/,
    );
  });

  it.each([
    [
      'both lists and a file',
      '{kind: edges, file: e.csv, edges: [[0, 1]]}',
      'a.yaml:4:25 the edges are listed here and in a file',
    ],
    [
      'a file for another kind',
      '{kind: ring, file: e.csv}',
      'a.yaml:4:24 a topology of kind ring has no file',
    ],
    ['neither', '{kind: edges}', 'a.yaml:4:1 no edges are listed'],
  ])('refuses %s', (_, topology, expected) => {
    const yaml = scenario.replace('{kind: edges, file: e.csv}', topology);
    expect(problemsOf('0,1\n1,2\n2,3\n', yaml)).toEqual([expected]);
  });
});
