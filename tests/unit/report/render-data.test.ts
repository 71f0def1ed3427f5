import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import type { StoredRun } from '../../../controller/src/model/record.ts';
import { allFigures } from '../../../controller/src/report/figures.ts';
import { formatJson } from '../../../controller/src/report/format-json.ts';
import { renderCsv } from '../../../controller/src/report/render-csv.ts';
import {
  buildReportDocument,
  renderJson,
  reportSchemaVersion,
} from '../../../controller/src/report/render-json.ts';
import { expectGolden } from '../../fixtures/golden.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const stored = generateStoredRun();
const finding = analyseRun(stored);
/** Small enough to be read; `counts` because compressed bytes depend on the zlib of the day. */
const small = generateStoredRun({
  sizes: [4, 7],
  repetitions: 2,
  measureMs: 2000,
  rateTxPerSec: 24,
  encoding: 'counts',
});

/** Strict RFC 4180: CRLF after every record, quotes doubled inside quotes. */
function parseCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  const fields = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/gy;
  let end = 0;
  for (let match = fields.exec(text); match !== null; match = fields.exec(text)) {
    end = fields.lastIndex;
    const [, field = '', separator] = match;
    const value = field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
    rows.at(-1)?.push(value);
    if (separator === '\r\n' && end < text.length) rows.push([]);
    if (end === text.length) break;
  }
  expect(end).toBe(text.length);
  const [header = [], ...records] = rows;
  expect(new Set(header).size).toBe(header.length);
  return records.map((record) => {
    expect(record).toHaveLength(header.length);
    return Object.fromEntries(header.map((name, i) => [name, record[i] ?? '']));
  });
}

describe('renderCsv', () => {
  const [cells = [], repetitions = [], nodes = []] = renderCsv(finding, stored).map(({ text }) =>
    parseCsv(text),
  );

  it('writes the five files of a run', () => {
    const files = renderCsv(analyseRun(small), small);
    expect(files.map(({ name }) => name)).toEqual([
      'cells.csv',
      'repetitions.csv',
      'nodes.csv',
      'links.csv',
      'changes.csv',
      'events.csv',
      'byzantine.csv',
      'evidence.csv',
    ]);
    for (const { name, text } of files.slice(0, 3)) expectGolden(`report/${name}`, text);
  });

  it('writes every figure of every size without rounding', () => {
    expect(cells.map((row) => row.nodes)).toEqual(['4', '7', '10', '16']);
    for (const [i, cell] of finding.cells.entries()) {
      for (const figure of allFigures) {
        const estimate = figure.ofCell(cell);
        const { mean, interval = null, values } = estimate ?? { values: [] };
        expect(cells[i]?.[`${figure.column}_mean`]).toBe(`${mean ?? ''}`);
        expect(cells[i]?.[`${figure.column}_ci95_low`]).toBe(`${interval?.low ?? ''}`);
        expect(cells[i]?.[`${figure.column}_ci95_high`]).toBe(`${interval?.high ?? ''}`);
        expect(cells[i]?.[`${figure.column}_repetitions`]).toBe(`${values.length}`);
      }
    }
  });

  it('writes every figure of every repetition', () => {
    const all = finding.cells.flatMap((cell) => cell.repetitions);
    expect(repetitions).toHaveLength(all.length);
    for (const [i, one] of all.entries()) {
      expect(repetitions[i]?.is_counted).toBe(`${one.isCounted}`);
      for (const figure of allFigures) {
        expect(repetitions[i]?.[figure.column]).toBe(`${figure.ofRepetition(one.figures) ?? ''}`);
      }
    }
    expect(repetitions.filter((row) => row.is_counted === 'false')).toHaveLength(1);
    expect(repetitions.find((row) => row.failure_code !== '')?.reasons).toBe('node-out-of-memory');
  });

  it('writes every node of every attempt, with nothing for what it did not deliver', () => {
    const expected = stored.repetitions.reduce((sum, one) => sum + one.nodes.length, 0);
    expect(nodes).toHaveLength(expected);
    const dead = nodes.find((row) => row.is_oom_killed === 'true');
    expect(dead).toMatchObject({ exit_code: '137', window_start: '', bytes_sent: '' });
    const total = nodes
      .filter((row) => row.cell === 'n4' && row.repetition === '2')
      .reduce((sum, row) => sum + Number(row.committed_in_window), 0);
    expect(total / 20).toBeCloseTo(Number(repetitions[2]?.throughput_tx_per_sec), 9);
  });

  it('names the host of each node where there are several', () => {
    const hosts = stored.run.hosts.flatMap((host) => [host, { ...host, hostname: 'bench-2' }]);
    const spread = stored.repetitions.map((one) => ({
      ...one,
      nodes: one.nodes.map((node) => ({ ...node, host: node.nodeIndex % 2 })),
    }));
    const both = { run: { ...stored.run, hosts }, repetitions: spread };
    const [, , file] = renderCsv(analyseRun(both), both);
    const [header = '', ...lines] = (file?.text ?? '').trim().split(/\r?\n/);
    const column = header.split(',').indexOf('host');
    const named = lines.slice(0, 4).map((line) => line.split(',')[column]);
    expect(named).toEqual(['bench-1', 'bench-2', 'bench-1', 'bench-2']);
  });

  it('quotes what needs it and defuses formulas', () => {
    const evil: StoredRun = {
      ...small,
      repetitions: small.repetitions.map((one) => ({
        ...one,
        nodes: one.nodes.map((node) => ({ ...node, name: '=HYPERLINK("x,y")', region: 'a\r\nb' })),
      })),
    };
    const [, , file] = renderCsv(analyseRun(evil), evil);
    const [row] = parseCsv(file?.text ?? '');
    expect(row).toMatchObject({ name: `'=HYPERLINK("x,y")`, region: 'a\r\nb' });
  });
});

describe('renderJson', () => {
  it('writes its parts in the documented order, and nothing else', () => {
    const document = buildReportDocument(finding, stored);
    const parts = 'schema schemaVersion headline warnings run axes cells repetitions';
    expect(Object.keys(document)).toEqual(parts.split(' '));
    expect(renderJson(finding, stored)).toBe(`${formatJson(document)}\n`);
  });

  it('writes the documented shape of a run, of a size and of an attempt', () => {
    const one = generateStoredRun({
      sizes: [4],
      repetitions: 2,
      measureMs: 1000,
      rateTxPerSec: 8,
      encoding: 'counts',
    });
    const document = buildReportDocument(analyseRun(one), one);
    const { repetitions, cells: sizes, ...top } = document;
    // It has golden files of its own.
    const { plan: _plan, ...run } = document.run;
    const [attempt] = repetitions;
    const [size] = sizes;
    // Of what there is several times, the first.
    const shown = {
      run: { ...top, run },
      size: size && { ...size, repetitions: size.repetitions.slice(0, 1) },
      attempt: attempt && { ...attempt, nodes: attempt.nodes.slice(0, 1) },
    };
    for (const [name, part] of Object.entries(shown)) {
      expectGolden(`report/json/${name}.json`, `${formatJson(part)}\n`);
    }
  });

  it('reduces logs to the highest height that all nodes still report', () => {
    const logs = [
      { committedHeight: 12, digests: [9, 10, 11, 12] },
      { committedHeight: 11, digests: [9, 10, 11] },
      { committedHeight: 0, digests: [] },
      { committedHeight: 14, digests: [10, 11, 13, 14] },
    ];
    const [first] = small.repetitions;
    if (first === undefined) throw new Error('the fixture has a repetition');
    const nodes = first.nodes.map((node, index) => {
      const { committedHeight = 0, digests = [] } = logs[index] ?? {};
      const made = digests.map((height) => ({ height, digestHex: `d${height}` }));
      return { ...node, log: { committedHeight, digests: made } };
    });
    const changed: StoredRun = { ...small, repetitions: [{ ...first, nodes }] };
    const document = buildReportDocument(analyseRun(changed), changed);
    expect(document.repetitions[0]?.nodes.map(({ log }) => log)).toEqual([
      { committedHeight: 12, commonHeight: 11, digestHex: 'd11' },
      { committedHeight: 11, commonHeight: 11, digestHex: 'd11' },
      { committedHeight: 0, commonHeight: 11, digestHex: null },
      { committedHeight: 14, commonHeight: 11, digestHex: 'd11' },
    ]);
  });

  it('keeps every figure and every stored record', () => {
    const parsed = JSON.parse(renderJson(finding, stored));
    expect(parsed).toEqual(JSON.parse(JSON.stringify(buildReportDocument(finding, stored))));
    expect(parsed).toMatchObject({
      schema: 'prsm-testbed/report',
      schemaVersion: reportSchemaVersion,
      headline: finding.headline,
    });
    expect(parsed.cells[3].throughputTxPerSec.mean).toBe(
      finding.cells[3]?.throughputTxPerSec?.mean,
    );
    expect(parsed.repetitions).toHaveLength(stored.repetitions.length);
    expect(parsed.run.startedAt).toBe('2026-11-23T09:30:00.000Z');
  });

  it('can be analysed again to the same finding', () => {
    // Dates come back as text; nothing of the figures depends on them.
    const { run, repetitions } = JSON.parse(renderJson(finding, stored));
    const again = analyseRun({ run, repetitions });
    expect(JSON.parse(JSON.stringify(again))).toEqual(JSON.parse(JSON.stringify(finding)));
  });
});

describe('formatJson', () => {
  it('keeps short values and lists of numbers on one line', () => {
    const long = Array.from({ length: 60 }, (_, i) => [i, i * i]);
    const text = formatJson({ a: { b: [1, null, 'x'] }, long, none: Number.NaN });
    expect(text.split('\n')).toHaveLength(5);
    expect(JSON.parse(text)).toEqual({ a: { b: [1, null, 'x'] }, long, none: null });
  });

  it('breaks long objects and lists by two spaces', () => {
    const words = Array.from({ length: 30 }, (_, i) => `word ${i}`);
    const text = formatJson({ words });
    expect(text.startsWith('{\n  "words": [\n    "word 0",\n')).toBe(true);
  });
});
