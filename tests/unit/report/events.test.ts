import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { measureRepetition } from '../../../controller/src/analyse/measure-repetition.ts';
import type { StoredRun } from '../../../controller/src/model/record.ts';
import type { TimelineRecord } from '../../../controller/src/model/timeline.ts';
import { renderCsv } from '../../../controller/src/report/render-csv.ts';
import { renderHtml } from '../../../controller/src/report/render-html.ts';
import { renderJson } from '../../../controller/src/report/render-json.ts';
import { renderTerminal } from '../../../controller/src/report/render-terminal.ts';
import { eventfulRun } from '../../fixtures/eventful-run.ts';
import { expectGolden } from '../../fixtures/golden.ts';
import { findAll, type HtmlElement, parseHtml, textOf } from '../../fixtures/parse-html.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const stored = eventfulRun();
const finding = analyseRun(stored);
const page = parseHtml(renderHtml(finding));

function withClass(from: HtmlElement, name: string): HtmlElement[] {
  return findAll(from, ({ attributes }) => attributes.class?.split(' ').includes(name) === true);
}

function inTerminal(run: StoredRun, columns = 100): string {
  return renderTerminal(analyseRun(run), { columns, color: false });
}

function eventLines(text: string): string {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.startsWith('Events at'));
  const length = lines.slice(first).indexOf('');
  return lines.slice(first, first + length).join('\n');
}

/** The first event of the first repetition, altered. */
function altered(change: Partial<TimelineRecord>): StoredRun {
  const [first, ...others] = stored.repetitions;
  if (first === undefined) throw new Error('no repetition');
  const timeline = first.timeline.map((event, i) => (i === 0 ? { ...event, ...change } : event));
  return { ...stored, repetitions: [{ ...first, timeline }, ...others] };
}

describe('events in the terminal', () => {
  it('have a line each, under the figures', () => {
    expectGolden('report/events-100.txt', `${eventLines(inTerminal(stored))}\n`);
  });

  it.each([40, 80, 120])('break no line at %i columns', (columns) => {
    const lines = eventLines(inTerminal(stored, columns)).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  it('say what was not done, and where', () => {
    const text = eventLines(inTerminal(altered({ begunAt: null, error: 'Nobody led.' }), 160));
    expect(text).toContain('done in 2 of 3');
    expect(text).toContain('Nobody led.');
  });

  it('are not there without a timeline', () => {
    expect(inTerminal(generateStoredRun({ sizes: [4], repetitions: 1 }))).not.toMatch(/^Events/m);
  });
});

describe('events in the HTML report', () => {
  it('shade the time in which they held, and say so in words', () => {
    const shades = withClass(page, 'held');
    expect(shades).toHaveLength(2);
    const [crash, cut] = shades.map(({ attributes }) => Number(attributes.width));
    expect((crash ?? 0) / (cut ?? 1)).toBeCloseTo(5 / 3, 1);
    const [described] = findAll(page, ({ attributes }) => attributes.id === 'chart-series-n7-desc');
    expect(described && textOf(described)).toContain(
      'Shaded: crash: leader (node 3), from 5 s to 10 s; partition: node 6 | nodes 0-5, from 13 s to 16 s.',
    );
    expect(withClass(page, 'named').map((one) => textOf(one))).toEqual(['crash', 'partition']);
  });

  it('have a table', () => {
    const row = findAll(page, ({ name }) => name === 'tr').find((one) =>
      textOf(one).startsWith('crash: leader'),
    );
    const cells = row ? findAll(row, ({ name }) => name === 'td').map((one) => textOf(one)) : [];
    expect(cells.slice(0, 4)).toEqual(['crash: leader (node 3)', '5 s', '10 s', '700']);
    expect(cells).toContain('0.6 s');
    expect(cells).toContain('agree');
    expect(cells.at(-1)).toContain('the process of node 3 was gone');
  });
});

describe('events as data', () => {
  it('are lines of events.csv, one for each repetition', () => {
    const text = renderCsv(finding, stored).find(({ name }) => name === 'events.csv')?.text ?? '';
    const [head = '', ...lines] = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(6);
    const values = lines[0]?.split(',') ?? [];
    const value = (name: string): string | undefined => values[head.split(',').indexOf(name)];
    expect(value('silence_ms')).toBe('600');
    expect(value('recovery')).toBe('back');
    expect(Number(value('kept_ratio'))).toBeCloseTo((4.4 * 600) / 5 / 700);
  });

  it('are in the JSON document, with what they can be computed from again', () => {
    const document = JSON.parse(renderJson(finding, stored));
    expect(document.cells[0].events).toHaveLength(2);
    expect(document.cells[0].repetitions[0].impacts[0].silenceMs).toBe(600);
    const [record] = document.repetitions;
    const again = measureRepetition(record).finding;
    expect(JSON.parse(JSON.stringify(again.impacts))).toEqual(
      document.cells[0].repetitions[record.repetition].impacts,
    );
  });
});
