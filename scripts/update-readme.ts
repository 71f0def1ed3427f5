import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What README's first screen shows, made from a real run: the terminal's result as text and the top of
 * the report as a picture. `npm run readme` takes the latest stored run, `npm run readme -- RUN` another
 * one; measure first (`./scripts/quickstart`). Only a valid result is shown, whatever else looks nicer.
 */

export const pictureFile = 'docs/images/report.png';
const begin = '<!-- result: made by `npm run readme` from a real run; do not edit -->';
const end = '<!-- /result -->';

/** What follows are warnings and files: worth reading there, not on a first screen. */
const furtherSections = ['Why not all is valid:', 'Before you use these numbers:', 'report  '];
/** Two columns of charts, and as much of the page as explains itself. */
const pageSizePx = { width: 1160, height: 990 };

/** README with `result` between its two marks. Throws where the marks are missing. */
export function placeResult(readme: string, runId: string, result: string): string {
  const [before, rest] = split(readme, begin);
  const [, after] = split(rest, end);
  const picture = `![The top of the report of run ${runId}](${pictureFile})`;
  const command = './scripts/quickstart';
  const block = `\`\`\`text\n$ ${command}\n...\n${result}\n\`\`\``;
  return `${before}${begin}\n${block}\n\n${picture}\n${end}${after}`;
}

/** The part of `testbed report`'s text from the verdict to the links. */
export function firstScreenOf(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const cut = lines.findIndex((line) => furtherSections.some((start) => line.startsWith(start)));
  return lines
    .slice(0, cut === -1 ? undefined : cut)
    .join('\n')
    .trim();
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`README.md has no line "${mark}".`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function report(run: string, ...options: readonly string[]): string {
  return execFileSync(join(import.meta.dirname, 'testbed'), ['report', run, ...options], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function takePicture(page: string, file: string): void {
  const { width, height } = pageSizePx;
  try {
    execFileSync(
      process.env.CHROMIUM ?? 'chromium',
      // Root has no sandbox; the page is ours and loads nothing.
      [
        '--headless=new',
        '--no-sandbox',
        '--hide-scrollbars',
        `--window-size=${width},${height}`,
      ].concat(`--screenshot=${file}`, `file://${page}`),
      { stdio: 'ignore' },
    );
  } catch (error) {
    throw new Error(
      'The picture needs a headless Chromium: apt-get install chromium fonts-dejavu-core, or name ' +
        'another one in the environment variable CHROMIUM.',
      { cause: error },
    );
  }
}

if (import.meta.main) {
  const run = process.argv[2] ?? 'latest';
  const folder = mkdtempSync(join(tmpdir(), 'testbed-readme-'));
  try {
    const page = join(folder, 'report.html');
    const { headline, run: stored } = JSON.parse(report(run, '--json'));
    if (headline.kind !== 'valid')
      throw new Error(`Run ${stored.id} is ${headline.kind}, not valid: ${headline.text}`);
    const text = report(run, '--output', page);
    mkdirSync('docs/images', { recursive: true });
    takePicture(page, join(process.cwd(), pictureFile));
    writeFileSync(
      'README.md',
      placeResult(readFileSync('README.md', 'utf8'), stored.id, firstScreenOf(text)),
    );
    process.stdout.write(
      `README.md shows run ${stored.id}; ${pictureFile}: ${statSync(pictureFile).size} bytes\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
