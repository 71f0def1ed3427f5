import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { VerdictLimit } from '../../../controller/src/judge/verdict-limit.ts';
import { verdictLimits } from '../../../controller/src/judge/verdict-limits.ts';
import { formatValue } from '../../../controller/src/judge/verdict-reasons.ts';
import {
  type ReasonCode,
  reasonCodes,
  reasonKindOf,
} from '../../../controller/src/model/reason-kinds.ts';

const docs = readFileSync(new URL('../../../docs/verdicts.md', import.meta.url), 'utf8');
const limits: readonly VerdictLimit[] = Object.values(verdictLimits);

/** The line of docs/verdicts.md that states a limit. */
function lineOf(limit: VerdictLimit): string {
  const { quantity, unit, bad, suspect, invalid, orOfLatency, source } = limit;
  const or =
    orOfLatency === undefined
      ? ''
      : ` or ${formatValue('ratio', orOfLatency)} of the median latency, whichever is more`;
  const bounds = [
    suspect === null ? '' : `suspect ${bad} ${formatValue(unit, suspect)}${or}`,
    invalid === null ? '' : `invalid ${bad} ${formatValue(unit, invalid)}`,
  ].filter((text) => text !== '');
  const said = unit === 'yes/no' ? (invalid === null ? 'suspect' : 'invalid') : bounds.join(', ');
  return `- ${quantity}: **${said}**. Source: ${source}.`;
}

/** Sections of the document by their code. */
const sections = new Map(
  docs
    .split(/^### /m)
    .slice(1)
    .map((text) => {
      const [heading = '', ...rest] = text.split('\n');
      return [heading.replaceAll('`', ''), rest.join('\n')] as const;
    }),
);

/** Given by the analysis, which has no table of limits. */
const analysisCodes: readonly ReasonCode[] = ['too-few-repetitions', 'unsteady'];

describe('docs/verdicts.md', () => {
  it.each(analysisCodes)('explains %s, which the analysis gives', (code) => {
    const [name] = Object.entries(reasonCodes).find(([, one]) => one === code) ?? [];
    const analysis = globSync('controller/src/analyse/*.ts').map((file) =>
      readFileSync(file, 'utf8'),
    );
    expect(analysis.some((text) => text.includes(`code: reasonCodes.${name}`))).toBe(true);
    expect(sections.get(code)).toMatch(/^- .*: \*\*(suspect|invalid)\*\*\. Source: /m);
  });

  it('has each code in the part that it is a kind of', () => {
    const parts = docs.split(/^## /m).slice(1);
    const kinds = parts.flatMap((part) => {
      const kind = /^(?:Verdicts of the )?(\w+)/.exec(part)?.[1]?.toLowerCase() ?? '';
      return [...part.matchAll(/^### `(.*)`$/gm)].map(([, code]) => [code, kind]);
    });
    expect(kinds.length).toBeGreaterThan(30);
    expect(kinds).toEqual(kinds.map(([code = '']) => [code, reasonKindOf(code)]));
  });

  it('has one section for each code, and no other', () => {
    const codes = new Set<string>([...limits.map(({ code }) => code), ...analysisCodes]);
    expect([...sections.keys()].sort()).toEqual([...codes].sort());
    expect(Object.values<string>(reasonCodes).sort()).toEqual([...codes].sort());
  });

  it.each([...new Set(limits.map(({ code }) => code))])('states the limits of %s', (code) => {
    const stated = (sections.get(code) ?? '').split('\n').filter((line) => line.startsWith('- '));
    const expected = limits.filter((limit) => limit.code === code).map(lineOf);
    expect(stated).toEqual(expected);
  });

  it.each([...sections.keys()])('says of %s what it means and what to do', (code) => {
    const section = sections.get(code) ?? '';
    expect(section).toMatch(/^[A-Z].{40,}/m);
    expect(section).toMatch(/^\*\*Do:\*\* .{20,}/m);
  });
});

describe('formatValue', () => {
  it.each([
    ['ratio', 0.314159, '31.4 %'],
    ['ratio', 0.05, '5 %'],
    ['ratio', 0.00123, '0.12 %'],
    ['ms', 5.04, '5 ms'],
    ['ms', 12.36, '12.4 ms'],
    ['times', 1.234, '1.23 times'],
    ['pages', 3, '3 pages'],
  ] as const)('writes %s %d as %s', (unit, value, text) => {
    expect(formatValue(unit, value)).toBe(text);
  });
});
