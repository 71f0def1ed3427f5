import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { firstScreenOf, pictureFile, placeResult } from '../../scripts/update-readme.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe("README's first screen", () => {
  test('shows a valid result with shaping asked and measured, within 80 columns', () => {
    const shown = /```text\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    expect(shown).toMatch(/^VALID /m);
    expect(shown).toMatch(/Network \((netem|userspace)\), measured: /);
    expect(shown).toMatch(/rtt asked +planned +measured/);
    expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('text and picture are of one run, and the picture is a small PNG', () => {
    const run = /!\[[^\]]*run (\S+)\]\((\S+)\)/.exec(readme);
    expect(run?.[2]).toBe(pictureFile);
    expect(readme).toContain(`run ${run?.[1]}:`);
    const picture = readFileSync(join(root, pictureFile));
    expect(picture.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect(picture.length).toBeLessThan(400_000);
  });

  test('is placed between its marks, whole, as often as one likes', () => {
    const twice = placeResult(placeResult(readme, 'one', 'VALID a'), 'two', 'VALID b');
    expect(twice).toContain('VALID b');
    expect(twice).not.toContain('VALID a');
    expect(twice).toBe(placeResult(readme, 'two', 'VALID b'));
    expect(() => placeResult('nothing here', 'one', 'VALID')).toThrow(/has no line/);
  });

  test('ends before warnings and files', () => {
    const text = 'VALID  fine\n\nn  tx/s\n4   122  \n\nBefore you use these numbers:\n  - x\n';
    expect(firstScreenOf(text)).toBe('VALID  fine\n\nn  tx/s\n4   122');
  });
});
