/** A result as printed text. */
import { isAbsolute, join, relative } from 'node:path';
import type { Result } from '../conduct/load-result.ts';
import type { ResultFile } from '../conduct/write-results.ts';
import { renderTerminal } from '../report/render-terminal.ts';
import type { Environment } from './environment.ts';
import type { Output } from './output.ts';

/** The result as it is printed after a run, and again by `report`. */
export function printResult(
  { finding }: Pick<Result, 'finding'>,
  files: readonly ResultFile[],
  output: Output,
): void {
  const { columns, color } = output;
  const shown = files.map(({ label, path }) => ({ label, path: shortenPath(path, output) }));
  // An empty line parts the result from what is said after it.
  output.print(`${renderTerminal(finding, { columns, color, files: shown })}\n\n`);
}

/** A path from where the person stands, or from home, if that is shorter. */
export function shortenPath(
  path: string,
  { cwd, homeFolder }: Pick<Output, 'cwd' | 'homeFolder'>,
): string {
  const near = relative(cwd, path);
  const isBelow = near !== '' && !near.startsWith('..') && !isAbsolute(near);
  const home = homeFolder.length > 1 && path.startsWith(`${homeFolder}/`);
  const candidates = [
    path,
    ...(isBelow ? [near] : []),
    ...(home ? [`~${path.slice(homeFolder.length)}`] : []),
  ];
  return candidates.reduce((best, one) => (one.length < best.length ? one : best));
}

/** A path as typed, from where the person stands. */
export function resolvePath(typed: string, { cwd }: Pick<Environment, 'cwd'>): string {
  return isAbsolute(typed) ? typed : join(cwd, typed);
}
