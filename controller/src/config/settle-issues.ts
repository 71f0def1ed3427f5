/**
 * zod says of a union that no alternative fits, and why each does not. A person means one of them:
 * the one whose kind of value is there. Settled issues speak of that alternative alone.
 */
import type { z } from 'zod';
import type { Path } from './path.ts';
import { valueAt } from './value-at.ts';

export type Issue = z.core.$ZodIssue;

/** @returns issues without any of a union, with paths from the root */
export function settleIssues(issues: readonly Issue[], root: unknown): Issue[] {
  return issues.flatMap((issue) => settle(issue, root));
}

export function pathOf(issue: Issue): Path {
  return issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
}

function settle(issue: Issue, root: unknown): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const value = valueAt(root, pathOf(issue));
  const branches = issue.errors.map((branch) => branch.flatMap((one) => settle(one, value)));
  const meant = branches.find((branch) => !branch.some((one) => isOtherKind(one, value)));
  if (meant !== undefined) {
    return meant.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
  }
  const { path, message } = issue;
  const params = { problem: 'wrong-type', why: '' };
  return [{ code: 'custom', path, message, params, input: value }];
}

/** The value is not even of the kind that the alternative takes: a list where a word stands. */
function isOtherKind(issue: Issue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'custom') return issue.params?.problem === 'wrong-type';
  if (issue.code === 'invalid_value') return typeof value !== 'string';
  return issue.code === 'invalid_type';
}
