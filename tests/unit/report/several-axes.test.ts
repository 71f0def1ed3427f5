import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { layOutCharts } from '../../../controller/src/report/chart-layout.ts';
import { describeLoad } from '../../../controller/src/report/describe-run.ts';
import { renderCsv } from '../../../controller/src/report/render-csv.ts';
import { renderHtml } from '../../../controller/src/report/render-html.ts';
import { buildReportDocument } from '../../../controller/src/report/render-json.ts';
import { renderTerminal } from '../../../controller/src/report/render-terminal.ts';
import { generateCrossedRun } from '../../fixtures/crossed-run.ts';
import { expectGolden } from '../../fixtures/golden.ts';
import { findAll, type HtmlElement, parseHtml, textOf } from '../../fixtures/parse-html.ts';

const stored = generateCrossedRun({ sizes: [4, 16], measureMs: 2_000 });
const finding = analyseRun(stored);
const builds = analyseRun(
  generateCrossedRun({
    sizes: [4],
    repetitions: 2,
    measureMs: 1_000,
    vary: { image: ['team/node:v1', 'team/node:v2'], network: ['lan', 'wan', 'poor'] },
  }),
);

function withClass(from: HtmlElement, name: string): HtmlElement[] {
  return findAll(from, ({ attributes }) => attributes.class?.split(' ').includes(name) === true);
}

describe('a run with several axes in the terminal', () => {
  it('has them as leading columns, and says where something is by its coordinates', () => {
    expectGolden(
      'report/axes-80.txt',
      `${renderTerminal(finding, { columns: 80, color: false })}\n`,
    );
  });

  it.each([40, 60, 80, 120])('breaks no line at %i columns', (columns) => {
    const lines = renderTerminal(finding, { columns, color: false }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  it('calls cells by their names where the axes would leave no room for figures', () => {
    const text = renderTerminal(finding, { columns: 40, color: false });
    expect(text).toMatch(/^cell +tx\/s/m);
    expect(text).toMatch(/^n16-wan-r1000 +\d/m);
  });

  it('tells what is varied in place of one value', () => {
    expect(describeLoad(finding.run)).toContain('netem (lan | wan), 200 | 1,000 tx/s offered');
    const both = generateCrossedRun({
      sizes: [4],
      repetitions: 1,
      measureMs: 1_000,
      vary: { network: ['wan'], shaper: ['netem', 'userspace'] },
    });
    expect(describeLoad(both.run)).toContain('netem | userspace (wan), ');
    expect(describeLoad(both.run)).not.toContain('; shaper');
    expect(describeLoad(builds.run)).toMatch(/; image team\/node:v1 \| team\/node:v2$/);
  });
});

describe('charts of a run with several axes', () => {
  it('have the first numeric axis along x, the next one as series, further ones as panels', () => {
    const { x, seriesNames, panels } = layOutCharts(finding);
    expect(x.field).toBe('nodes');
    expect(seriesNames).toEqual(['lan', 'wan']);
    expect(panels.map(({ title }) => title)).toEqual(['rate = 200', 'rate = 1000']);
    expect(panels[1]?.series[0]?.cells.map(({ cellId }) => cellId)).toEqual([
      'n4-lan-r1000',
      'n16-lan-r1000',
    ]);
  });

  it('have names along x where no number is varied', () => {
    const { x, isNumeric, seriesNames, panels } = layOutCharts(builds);
    expect([x.field, isNumeric, panels.length]).toEqual(['image', false, 1]);
    expect(seriesNames).toEqual(['lan', 'wan', 'poor']);
  });

  it('tell series apart by shape as well as by colour, with a legend in words', () => {
    const page = parseHtml(renderHtml(finding));
    const legends = withClass(page, 'legend').map((one) => textOf(one).trim());
    expect(new Set(legends)).toEqual(new Set(['lan wan']));
    const [chart] = findAll(
      page,
      ({ attributes }) =>
        attributes['aria-labelledby'] === 'chart-throughput-2-title chart-throughput-2-desc',
    );
    const dots = chart === undefined ? [] : withClass(chart, 'dot');
    const looks = new Set(
      dots.map(({ name, attributes }) => `${name} ${attributes.class?.split(' ')[1]}`),
    );
    expect(looks).toEqual(new Set(['circle s0', 'path s1']));
    expect(dots).toHaveLength(2 * 2 * 3);
  });

  it('set means of names beside each other, unjoined', () => {
    const page = parseHtml(renderHtml(builds));
    const [chart] = findAll(
      page,
      ({ attributes }) => attributes['aria-labelledby'] === 'chart-cpu-title chart-cpu-desc',
    );
    const strokes = chart === undefined ? [] : withClass(chart, 'stroke');
    expect(strokes).toHaveLength(2 * 3);
    const middles = strokes.map(({ attributes }) => {
      const [from = 0, , to = 0] = (attributes.points ?? '').split(/[ ,]/).map(Number);
      return Math.round((from + to) / 2);
    });
    expect(new Set(middles).size).toBe(6);
  });
});

describe('tables of a run with several axes', () => {
  it('lead with a column for each in the page', () => {
    const [table] = findAll(parseHtml(renderHtml(finding)), ({ name }) => name === 'table');
    const rows = table === undefined ? [] : findAll(table, ({ name }) => name === 'tr');
    const texts = rows.map((row) =>
      findAll(row, ({ name }) => name === 'th' || name === 'td')
        .slice(0, 3)
        .map((one) => textOf(one)),
    );
    expect(texts[0]).toEqual(['n', 'network', 'rate tx/s']);
    expect(texts[4]).toEqual(['4', 'wan', '1000']);
  });

  it('have a column for each in CSV, called by its field', () => {
    for (const { name, text } of renderCsv(finding, stored)) {
      const [header = '', line] = text.split('\r\n');
      expect(header).toMatch(/^run_id,cell,network,load\.rate,nodes,/);
      if (name === 'cells.csv') {
        expect(line).toMatch(/^[^,]+,n4-lan-r200,lan,200,4,netem,valid,/);
      }
    }
  });

  it('come with the axes in JSON', () => {
    const { axes, cells } = buildReportDocument(finding, stored);
    expect(axes.map(({ field }) => field)).toEqual(['nodes', 'network', 'load.rate']);
    expect(cells[3]?.coordinates).toMatchObject([{ value: 4 }, { value: 'wan' }, { value: 1000 }]);
  });
});
