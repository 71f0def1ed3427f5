import { expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { reasonCodes } from '../../../controller/src/model/reason-kinds.ts';
import type { RepetitionRecord, StoredRun } from '../../../controller/src/model/record.ts';
import type { GraphReading } from '../../../controller/src/model/topology.ts';
import { renderHtml } from '../../../controller/src/report/render-html.ts';
import { generateCrossedRun } from '../../fixtures/crossed-run.ts';
import { findAll, type HtmlElement, parseHtml, textOf } from '../../fixtures/parse-html.ts';

const vary = { topology: ['ring'] };
const stored = generateCrossedRun({ sizes: [7], repetitions: 3, measureMs: 1_000, vary });

function pageOf(graphOf: (index: number) => Partial<GraphReading>, from = stored): HtmlElement {
  const readings = (record: RepetitionRecord, index: number): RepetitionRecord => {
    const found = { silent: [], kept: [], missing: [], extra: [], ...graphOf(index) };
    const isOff = found.missing.length + found.extra.length > 0;
    const reason = { code: reasonCodes.topologyNotKept, verdict: 'invalid', text: '' } as const;
    return {
      ...record,
      graphs: [{ occasion: 'end', at: record.endedAt, ...found }],
      reasons: isOff ? [{ ...reason, value: null, limit: null }] : [],
    };
  };
  const run: StoredRun = { ...from, repetitions: from.repetitions.map(readings) };
  return parseHtml(renderHtml(analyseRun(run)));
}

function linesOf(page: HtmlElement): readonly string[] {
  return findAll(page, ({ attributes }) => /^edge\b/.test(attributes.class ?? '')).map(
    (line) => `${line.attributes.class}${textOf(line) === '' ? '' : `: ${textOf(line)}`}`,
  );
}

it('draws a ring, and says that nodes were asked and had it', () => {
  const page = pageOf(() => ({}));
  expect(linesOf(page)).toEqual(Array.from({ length: 7 }, () => 'edge'));
  expect(textOf(page)).toContain('Nodes were asked for their links 3 times: as planned.');
});

it('marks what was missing and what was in excess, and names both', () => {
  const page = pageOf((index) => (index === 1 ? { missing: [[2, 3]], extra: [[0, 4]] } : {}));
  const marked = linesOf(page).filter((line) => line !== 'edge');
  expect(linesOf(page)).toHaveLength(8);
  expect(marked).toEqual(['edge missing: 2-3 missing', 'edge extra: 0-4 extra']);
  expect(textOf(page)).toContain('links missing: 2-3; in excess: 0-4.');
});

it('leaves out what is missing as planned', () => {
  const page = pageOf(() => ({ silent: [5] }));
  expect(linesOf(page)).not.toContain('edge missing');
  expect(textOf(page)).toContain('3 times, 3 times not all of them told: as planned.');
});

it('draws nothing where everybody is linked to everybody, unless somebody was not', () => {
  const full = generateCrossedRun({ sizes: [4], repetitions: 1, measureMs: 1_000, vary: {} });
  expect(linesOf(pageOf(() => ({}), full))).toEqual([]);
  expect(linesOf(pageOf(() => ({ missing: [[0, 1]] }), full))).toEqual([
    'edge missing: 0-1 missing',
  ]);
});
