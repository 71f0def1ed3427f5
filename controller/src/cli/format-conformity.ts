/** The checks of `conform` as a table for people: those that fail say why. */
import type { Check, Outcome } from '../conform/check-list.ts';
import { wrapText } from '../lib/wrap-text.ts';

export interface CheckCounts {
  readonly pass: number;
  readonly fail: number;
  readonly notApplicable: number;
}

const marks: Readonly<Record<Outcome, string>> = {
  pass: 'pass',
  fail: 'FAIL',
  'not-applicable': '-   ',
};
const INDENT = ' '.repeat(6);

export function countChecks(checks: readonly Check[]): CheckCounts {
  const count = (wanted: Outcome): number =>
    checks.filter(({ outcome }) => outcome === wanted).length;
  return { pass: count('pass'), fail: count('fail'), notApplicable: count('not-applicable') };
}

export function formatConformity(checks: readonly Check[], columns: number): string {
  const width = Math.max(...checks.map(({ request }) => request.length), 0);
  const { pass, fail, notApplicable } = countChecks(checks);
  const lines = checks.map((check) => formatCheck(check, width, columns));
  const others = notApplicable === 0 ? '' : `, ${notApplicable} not applicable`;
  return `${lines.join('\n')}\n\n${pass} pass, ${fail} fail${others}`;
}

function formatCheck(check: Check, width: number, columns: number): string {
  const { request, what, outcome, field, found } = check;
  const head = `${marks[outcome]}  ${request.padEnd(width)}  `;
  const line = wrapText(`${head}${what}`, columns, ' '.repeat(head.length));
  if (found === null) return line;
  const why = field === null || field === '' ? found : `${field}: ${found}`;
  return `${line}\n${wrapText(`${INDENT}${why}`, columns, INDENT)}`;
}
