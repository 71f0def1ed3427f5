/** A result as files and as printed text. The only place of cli/ that writes results. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { TestbedError } from '../errors/testbed-error.ts';
import { errorCodeOf } from '../lib/error-code.ts';
import { messageOf } from '../lib/message-of.ts';
import { renderCsv } from '../report/render-csv.ts';
import { renderHtml } from '../report/render-html.ts';
import { buildReportDocument, renderJson } from '../report/render-json.ts';
import { renderTerminal } from '../report/render-terminal.ts';
import type { CommandContext } from './command.ts';
import type { Environment } from './environment.ts';
import type { Result } from './load-result.ts';
import type { Output } from './output.ts';

export interface ResultFile {
  readonly label: string;
  readonly path: string;
}

export type ResultFormat = 'html' | 'json' | 'csv';

/** `<data folder>/runs/<run>/` gets report.html, result.json and the CSV tables. */
export async function writeResultFiles(
  result: Result,
  { wiring }: Pick<CommandContext, 'wiring'>,
): Promise<readonly ResultFile[]> {
  const folder = join(wiring.dataFolder, 'runs', result.finding.run.id);
  return writeFormats(result, { folder, formats: ['html', 'json', 'csv'] });
}

/** @throws TestbedError REPORT_UNWRITABLE, DISK_FULL */
export async function writeFormats(
  result: Result,
  { folder, formats }: { readonly folder: string; readonly formats: readonly ResultFormat[] },
): Promise<readonly ResultFile[]> {
  const { finding, stored } = result;
  const files: ResultFile[] = [];
  const write = async (label: string, name: string, text: string): Promise<void> => {
    const path = join(folder, name);
    await writeText(path, text);
    files.push({ label, path });
  };
  if (formats.includes('html')) await write('report', 'report.html', renderReport(result));
  if (formats.includes('json')) await write('JSON', 'result.json', renderJson(finding, stored));
  if (formats.includes('csv')) {
    for (const { name, text } of renderCsv(finding, stored)) await write('CSV', name, text);
  }
  return files;
}

/** The HTML report; the same records give the same bytes, so it has no date of its own. */
export function renderReport({ finding, hostSamples }: Result): string {
  return renderHtml(finding, { hostSamples });
}

/** Writes one file and the folders above it. @throws TestbedError REPORT_UNWRITABLE, DISK_FULL */
export async function writeText(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
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
  output.print(renderTerminal(finding, { columns, color, files: files.map(shorten(output)) }));
}

/** The result as data, the same for `run --json` and `report --json`. */
export function jsonResult({ finding, stored }: Result): Record<string, unknown> {
  return { ...buildReportDocument(finding, stored) };
}

/** A path from where the person stands, if that is shorter. */
function shorten({ cwd }: Pick<Output, 'cwd'>): (file: ResultFile) => ResultFile {
  return ({ label, path }) => {
    const short = relative(cwd, path);
    return { label, path: short.length < path.length && !short.startsWith('..') ? short : path };
  };
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
  return new TestbedError(
    'REPORT_UNWRITABLE',
    `Cannot write ${path} (${code || messageOf(error)}).`,
    {
      hint: 'Name a place that this user may write, with --output. The run itself is stored.',
      cause: error,
    },
  );
}
