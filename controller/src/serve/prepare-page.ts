/** Where the built page is. In a checkout it is built on first need, and again when its sources have changed. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../lib/message-of.ts';

/** Beside the built files: the hash of what they were built from. */
export const pageHashFile = 'source-hash';

export function pageFolderOf(packageFolder: string): string {
  return join(packageFolder, 'dist', 'page');
}

/**
 * @param packageFolder the checkout, or the installed package, which has the page built
 * @param warn told where it cannot be built: the server then answers without it, or with the last one
 * @returns the folder with index.html, page.js, page.css and icon.svg
 */
export async function preparePage(
  packageFolder: string,
  warn: (text: string) => void,
): Promise<string> {
  const folder = pageFolderOf(packageFolder);
  const builder = join(packageFolder, 'scripts', 'build-page.ts');
  if (!existsSync(builder)) return folder;
  const built = await readFile(join(folder, pageHashFile), 'utf8').catch(() => '');
  if (built.trim() === hashPageSources(packageFolder)) return folder;
  try {
    await promisify(execFile)(process.execPath, [builder]);
  } catch (error) {
    warn(`the page could not be built: ${messageOf(error)}`);
  }
  return folder;
}

/** Of everything that the bundle is made from: the page, what it takes from elsewhere, the packages. */
export function hashPageSources(packageFolder: string): string {
  const folders = ['serve/page', 'serve/panels', 'serve/api', 'lib', 'model', 'report', 'plan'];
  const files = folders.flatMap((name) => {
    const folder = join(packageFolder, 'controller', 'src', name);
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  });
  const recipe = ['package-lock.json', 'scripts/build-page.ts'].map((name) =>
    join(packageFolder, name),
  );
  const hash = createHash('sha256');
  for (const file of [...files.sort(), ...recipe]) {
    hash.update(relative(packageFolder, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}
