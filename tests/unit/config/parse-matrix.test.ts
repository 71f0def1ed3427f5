import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseMatrix } from '../../../controller/src/config/parse-matrix.ts';

function problemsOf(text: string): string[] {
  return parseMatrix(text, 'm.csv').problems.map(({ code, place, message, suggestion }) => {
    const at = place.kind === 'file' ? `${place.file}:${place.line}:${place.column}` : place.option;
    return `${code} ${at} ${message}${suggestion === undefined ? '' : ` (${suggestion}?)`}`;
  });
}

describe('parseMatrix', () => {
  it('reads round trips row by row, with or without units', () => {
    const text =
      '\ufeff# a comment\r\nfrom,eu, us ,"asia"\r\n\r\neu,,80,180-220ms\r\nus, 90 ,0.5,lan\r\n  # end\r\nasia,-,,\r\n';
    const { matrix, problems } = parseMatrix(text, 'm.csv');
    expect(problems).toEqual([]);
    expect(matrix).toMatchObject({
      regions: ['eu', 'us', 'asia'],
      cells: [
        { from: 'eu', to: 'us', profile: { lowMs: 80, highMs: 80 } },
        { from: 'eu', to: 'asia', profile: { lowMs: 180, highMs: 220 } },
        { from: 'us', to: 'eu', profile: { lowMs: 90, highMs: 90 } },
        { from: 'us', to: 'us', profile: { lowMs: 0.5, highMs: 0.5 } },
        { from: 'us', to: 'asia', profile: 'lan' },
      ],
    });
  });

  it.each([
    ['an empty file', '', ['empty m.csv:1:1 the file holds no matrix']],
    ['only comments', '# later\n', ['empty m.csv:1:1 the file holds no matrix']],
    [
      'no columns',
      'from\n',
      ['wrong-form m.csv:1:1 the first line names no region that packets go to'],
    ],
    [
      'names that make none',
      'from,東京,eu,3 km,"2nd, left"\n',
      ['wrong-form m.csv:1:6 "東京" cannot be the name of a region; nor can "3 km", "2nd, left"'],
    ],
    [
      'a repeated column',
      'from,eu,us,eu\n',
      ['duplicate-key m.csv:1:12 the region eu has a column already'],
    ],
    [
      'a repeated row',
      'from,eu,us\neu,,1\neu,,2\n',
      ['duplicate-key m.csv:3:1 the region eu has a row already'],
    ],
    [
      'a row of nobody',
      'from,asia,us\nasiaa,,80\n',
      ['unknown-key m.csv:2:1 the first line names no region "asiaa" (asia?)'],
    ],
    [
      'a short row',
      'from,eu,us\neu,80\n',
      ['wrong-form m.csv:2:1 this row has 1 value for 2 regions'],
    ],
    [
      'a long row',
      'from,eu,us\neu,,80,90\n',
      ['wrong-form m.csv:2:1 this row has 3 values for 2 regions'],
    ],
    [
      'a cell in seconds of another tool',
      'from,eu,us\neu,, 80msec\n',
      ['wrong-unit m.csv:2:6 found "80msec": the unit "msec" is not known; write 80ms'],
    ],
    [
      'a misspelt profile',
      'from,eu,us\neu,,wann\n',
      ['not-one-of m.csv:2:5 found "wann": there is no such profile (wan?)'],
    ],
    [
      'a negative cell',
      'from,eu,us\neu,,-5\n',
      ['wrong-unit m.csv:2:5 found "-5": it is negative'],
    ],
    [
      'a cell beyond a minute',
      'from,eu,us\neu,,80000\n',
      ['out-of-range m.csv:2:5 found "80000": it is too large'],
    ],
  ])('explains %s with its line and column', (_title, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});

describe('the matrix of cloud regions', () => {
  const file = join(import.meta.dirname, '../../../topologies/cloud-regions.csv');
  const text = readFileSync(file, 'utf8');
  const { matrix, problems } = parseMatrix(text, 'cloud-regions.csv');

  it('names its source, and knows every way between at least ten regions', () => {
    expect(problems).toEqual([]);
    expect(text).toMatch(/^#.*\n(#.*\n)*# Source: .*cloud\.ibm\.com|https:\/\/cloud\.ibm\.com/m);
    expect(matrix.regions.length).toBeGreaterThanOrEqual(10);
    expect(matrix.cells).toHaveLength(matrix.regions.length * (matrix.regions.length - 1));
  });

  it('is nearly the same in both directions, as measured round trips are', () => {
    const rtt = (from: string, to: string): number => {
      const profile = matrix.cells.find((one) => one.from === from && one.to === to)?.profile;
      return typeof profile === 'object' && 'lowMs' in profile ? profile.lowMs : Number.NaN;
    };
    for (const { from, to } of matrix.cells) {
      const difference = Math.abs(rtt(from, to) - rtt(to, from));
      expect({ from, to, isNear: difference <= 6 }).toEqual({ from, to, isNear: true });
    }
  });
});
