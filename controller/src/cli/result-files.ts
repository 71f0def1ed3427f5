/** A result as files and as printed text. The only place of cli/ that writes results. */
import { writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import type { Result } from '../conduct/load-result.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { errorCodeOf } from '../lib/error-code.ts';
import { fileReason } from '../lib/file-reason.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { renderCsv } from '../report/render-csv.ts';
import { renderHtml } from '../report/render-html.ts';
import { buildReportDocument, renderJson } from '../report/render-json.ts';
import { renderTerminal } from '../report/render-terminal.ts';
import type { CommandContext } from './command.ts';
import type { Environment } from './environment.ts';
import type { Output } from './output.ts';

export interface ResultFile {
  readonly label: string;
  readonly path: string;
}

export type ResultFormat = 'html' | 'json' | 'csv';

/** `<data folder>/runs/<run>/` gets report.html, result.json and the CSV tables. */
export async function writeResultFiles(
  result: Result,
  { wiring, environment }: Pick<CommandContext, 'wiring' | 'environment'>,
): Promise<readonly ResultFile[]> {
  const folder = join(wiring.dataFolder, 'runs', result.finding.run.id);
  return writeFormats(result, { folder, formats: ['html', 'json', 'csv'], environment });
}

export interface WriteOptions {
  readonly folder: string;
  readonly formats: readonly ResultFormat[];
  readonly environment: Pick<Environment, 'clock'>;
}

/** @throws TestbedError REPORT_UNWRITABLE, DISK_FULL */
export async function writeFormats(
  result: Result,
  { folder, formats, environment }: WriteOptions,
): Promise<readonly ResultFile[]> {
  const { finding, stored } = result;
  const files: ResultFile[] = [];
  const write = async (label: string, name: string, text: string): Promise<void> => {
    const path = join(folder, name);
    await writeText(path, text);
    files.push({ label, path });
  };
  if (formats.includes('html'))
    await write('report', 'report.html', renderReport(result, environment));
  if (formats.includes('json')) await write('JSON', 'result.json', renderJson(finding, stored));
  if (formats.includes('csv')) {
    for (const { name, text } of renderCsv(finding, stored)) await write('CSV', name, text);
  }
  return files;
}

/** The HTML report, with the time of writing in its footer. */
export function renderReport(
  { finding, hostSamples }: Result,
  { clock }: Pick<Environment, 'clock'>,
): string {
  return renderHtml(finding, { hostSamples, generatedAt: clock.now() });
}

/** Writes one file and the folders above it. @throws TestbedError REPORT_UNWRITABLE, DISK_FULL */
export async function writeText(path: string, text: string): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await writeFile(path, text);
  } catch (error) {
    throw explainWriteError(error, path);
  }
}

/** The result as it is printed after a run, and again by `report`. */
export function printResult(
  { finding }: Result,
  files: readonly ResultFile[],
  output: Output,
): void {
  const { columns, color } = output;
  const shown = files.map(({ label, path }) => ({ label, path: shortenPath(path, output) }));
  // An empty line parts the result from what is said after it.
  output.print(`${renderTerminal(finding, { columns, color, files: shown })}\n\n`);
}

/** The result as data, the same for `run --json` and `report --json`. */
export function jsonResult({ finding, stored }: Result): Record<string, unknown> {
  return { ...buildReportDocument(finding, stored) };
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

function explainWriteError(error: unknown, path: string): TestbedError {
  const code = errorCodeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new TestbedError('DISK_FULL', `There is no room left to write ${path}.`, {
      hint: `Free some space: df -h ${dirname(path)}. The run itself is stored.`,
      cause: error,
    });
  }
  return new TestbedError('REPORT_UNWRITABLE', `${path} cannot be written: ${fileReason(error)}.`, {
    hint: 'Name a place that this user may write, with --output. The run itself is stored.',
    cause: error,
  });
}
