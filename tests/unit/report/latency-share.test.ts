import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import type { StoredRun, VerdictReason } from '../../../controller/src/model/record.ts';
import { renderCsv } from '../../../controller/src/report/render-csv.ts';
import { renderHtml } from '../../../controller/src/report/render-html.ts';
import { buildReportDocument } from '../../../controller/src/report/render-json.ts';
import { renderTerminal } from '../../../controller/src/report/render-terminal.ts';
import { findAll, parseHtml, textOf } from '../../fixtures/parse-html.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const small = { sizes: [4, 7], repetitions: 1, measureMs: 2000, withTrouble: false };
const clean = generateStoredRun(small);

function reason(code: string, text: string, value: number): VerdictReason {
  return { code, verdict: 'suspect', text, value, limit: 0.01 };
}

/** At n = 7 a quarter was committed and most of the rest refused, on a host that others used. */
const overloaded: StoredRun = {
  ...clean,
  repetitions: clean.repetitions.map((record) =>
    record.nodeCount === 4
      ? record
      : {
          ...record,
          verdict: 'suspect',
          reasons: [
            reason('foreign-load', 'Programs that are not ours used 20 % of all cores.', 0.2),
            reason('transactions-rejected', '900 transactions were rejected.', 0.739),
          ],
          nodes: record.nodes.map((node) =>
            node.results === null
              ? node
              : {
                  ...node,
                  results: { ...node.results, scheduledInWindow: 1000, committedOfWindow: 250 },
                },
          ),
        },
  ),
};
const finding = analyseRun(overloaded);
const whole = analyseRun(clean);

describe('a load that was not carried', () => {
  it('is the first thing said, before the host and once', () => {
    expect(finding.headline).toEqual({
      kind: 'suspect',
      text: 'The load was not carried at n = 7: 25 % of the transactions due were committed, up to 73.9 % were rejected, latencies are of those committed. Check before use: n = 7 is suspect; programs that are not ours used 20 % of all cores.',
    });
    expect(whole.headline.text).not.toContain('carried');
  });

  it('stands beside the latencies in the terminal', () => {
    const text = renderTerminal(finding, { columns: 80, color: false });
    expect(text).toMatch(/^ *n +of due +mean ms/m);
    expect(text).toMatch(/^ *7 +25 % +[\d.]+/m);
    expect(text).toMatch(/█ [\d.]+ of 25 %$/m);
    const other = renderTerminal(whole, { columns: 80, color: false });
    expect(other).not.toContain('of due');
  });

  it('stands beside them in tiles, tables and charts', () => {
    const page = parseHtml(renderHtml(finding));
    const tiles = findAll(page, ({ attributes }) => attributes.class === 'tile').map((tile) =>
      textOf(tile),
    );
    expect(tiles.filter((text) => text.includes('of 100 % → 25 % of the transactions'))).toEqual([
      expect.stringContaining('Median latency'),
      expect.stringContaining('99th percentile'),
    ]);
    const cells = findAll(page, ({ attributes }) => attributes['data-cell'] === 'n7');
    const told = cells.filter((cell) => textOf(cell).endsWith('of 25 %'));
    expect(told.map(({ attributes }) => attributes['data-figure'])).toEqual(
      ['mean', 'p50', 'p95', 'p99', 'max'].map((name) => `latency-${name}`),
    );
    const captions = findAll(page, ({ name }) => name === 'figcaption').map((one) => textOf(one));
    const noted = captions.filter((text) => text.includes('of the transactions due, of 25 %'));
    expect(noted).toHaveLength(2);
  });

  it('stands beside them in the files', () => {
    expect(buildReportDocument(finding, overloaded).cells[1]?.latency.shareOfDue).toBe(0.25);
    for (const name of ['cells.csv', 'repetitions.csv']) {
      const file = renderCsv(finding, overloaded).find((one) => one.name === name);
      const [header = '', , row = ''] = (file?.text ?? '').split('\r\n');
      const at = header.split(',').indexOf('commit_latency_share_of_due');
      expect(header.split(',')[at + 1]).toMatch(/^commit_latency_mean_ms/);
      expect(row.split(',')[at]).toBe('0.25');
    }
  });
});
