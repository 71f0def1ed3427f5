import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import type { StoredRun } from '../../../controller/src/model/record.ts';
import { renderTerminal } from '../../../controller/src/report/render-terminal.ts';
import { expectGolden } from '../../fixtures/golden.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const stored = generateStoredRun();
const finding = analyseRun(stored);
const files = [
  { label: 'report', path: '/data/runs/20261123-093000-f4bi/report.html' },
  { label: 'JSON', path: '/data/runs/20261123-093000-f4bi/result.json' },
];
/** Nothing counts: somebody else used the host, at larger sizes a little more. */
function spoilt({ run, repetitions }: StoredRun): StoredRun {
  return {
    run,
    repetitions: repetitions.map((record) => ({
      ...record,
      verdict: 'invalid',
      reasons: [
        {
          code: 'foreign-load',
          verdict: 'invalid',
          text: `Programs that are not ours used ${25 + record.nodeCount} % of all cores.`,
          value: (25 + record.nodeCount) / 100,
          limit: 0.25,
        },
      ],
    })),
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const escapes = /\u001b\[[0-9;]*m/g;

describe('renderTerminal', () => {
  it.each([80, 120])('prints the whole result in %i columns', (columns) => {
    const text = renderTerminal(finding, { columns, color: false, files });
    expectGolden(`report/terminal-${columns}.txt`, `${text}\n`);
  });

  it.each([80, 100, 120, 160, 200])('breaks no line at %i columns', (columns) => {
    const text = renderTerminal(finding, { columns, color: false, files });
    const longest = Math.max(...text.split('\n').map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(columns);
  });

  it('spreads the columns over more tables where there is little room', () => {
    const text = renderTerminal(finding, { columns: 40, color: false });
    const rows = text.split('\n').filter((line) => /^ *16 /.test(line));
    expect(rows.length).toBeGreaterThan(3);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
  });

  it('says the headline first, as a word even without colour', () => {
    const plain = renderTerminal(finding, { columns: 400, color: false });
    expect(plain.split('\n')[0]).toBe(`HOST-LIMITED  ${finding.headline.text}`);
    expect(plain).not.toMatch(escapes);
  });

  it('changes nothing but the colour when colour is allowed', () => {
    const plain = renderTerminal(finding, { columns: 80, color: false });
    const colored = renderTerminal(finding, { columns: 80, color: true });
    expect(colored.startsWith('\u001b[1;33mHOST-LIMITED\u001b[0m')).toBe(true);
    expect(colored.replace(escapes, '')).toBe(plain);
  });

  it.each([
    ['valid', { withTrouble: false }, '\u001b[1;32mVALID'],
    ['invalid', { repetitions: 2 }, '\u001b[1;31mINVALID'],
  ] as const)('paints %s in its colour', (_, options, start) => {
    const other = analyseRun(generateStoredRun({ ...options, measureMs: 2000 }));
    expect(renderTerminal(other, { columns: 80, color: true }).startsWith(start)).toBe(true);
  });

  it('shows figures of which none counts in parentheses, and says what these mean', () => {
    const text = renderTerminal(analyseRun(spoilt(stored)), { columns: 80, color: false });
    expect(text).toMatch(/^ 4 +\(599\) +- +\(46\.6\)$/m);
    expect(text).toContain('\n( ) = not valid: do not use.\n');
    expect(text).toMatch(/n = 4 .*█ \(599\)/);
    expect(text).not.toContain('t interval');
  });

  it('marks nothing where all is valid', () => {
    const clean = generateStoredRun({ withTrouble: false, repetitions: 3, measureMs: 2000 });
    const text = renderTerminal(analyseRun(clean), { columns: 80, color: false });
    expect(text).not.toMatch(/\( \)|Why not all|\(\d/);
  });

  it('says a reason that holds for several sizes once, with the worst of them', () => {
    const text = renderTerminal(analyseRun(spoilt(stored)), { columns: 200, color: false });
    expect(text.match(/programs that are not ours used 41/gi)).toHaveLength(1);
    expect(text).toContain(
      'invalid  n = 4, 7, 10, 16 (all 20 repetitions, worst at n = 16): Programs that are not ours ' +
        'used 41 % of all cores.',
    );
  });

  it('shows a dash and says what it means where there is no value', () => {
    const none = analyseRun({ run: stored.run, repetitions: [] });
    const text = renderTerminal(none, { columns: 80, color: false });
    expect(text).toMatch(/^ 4 +- +- +- +- +- +- +- +-$/m);
    expect(text).toContain('A - stands where there is no value');
    expect(text).not.toMatch(/█|NaN|null|undefined/);
  });
});
