/** A result as files: the only place that writes them. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TestbedError } from '../errors/testbed-error.ts';
import type { Clock } from '../lib/clock.ts';
import { errorCodeOf } from '../lib/error-code.ts';
import { fileReason } from '../lib/file-reason.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { renderCsv } from '../report/render-csv.ts';
import { renderHtml } from '../report/render-html.ts';
import { buildReportDocument, renderJson } from '../report/render-json.ts';
import type { Result } from './load-result.ts';

export interface ResultFile {
  readonly label: string;
  readonly path: string;
}

export type ResultFormat = 'html' | 'json' | 'csv';

/** `<data folder>/runs/<run>/` gets report.html, result.json and the CSV tables. */
export async function writeResultFiles(
  result: Result,
  { dataFolder, clock }: { readonly dataFolder: string; readonly clock: Clock },
): Promise<readonly ResultFile[]> {
  const folder = join(dataFolder, 'runs', result.finding.run.id);
  return writeFormats(result, { folder, formats: ['html', 'json', 'csv'], environment: { clock } });
}

export interface WriteOptions {
  readonly folder: string;
  readonly formats: readonly ResultFormat[];
  readonly environment: { readonly clock: Clock };
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
  { clock }: { readonly clock: Clock },
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

/** The result as data, the same for `run --json` and `report --json`. */
export function jsonResult({ finding, stored }: Result): Record<string, unknown> {
  return { ...buildReportDocument(finding, stored) };
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
