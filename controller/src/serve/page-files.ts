/**
 * Adapter: the files of the page, as esbuild has put them into one folder. What is not in the list that
 * was read at the start is not there: no address leads out of it.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { type Answer, pagePolicy } from './http/answer.ts';
import { renderIndex } from './page/index-page.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** @param folder of the built page; where there is none, an index of the API stands in */
export async function openPageFiles(
  folder: string,
  version: string,
): Promise<(path: string) => Promise<Answer | null>> {
  const files = new Map<string, string>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(`/${relative(folder, path).split(sep).join('/')}`, path);
  }
  const index = files.get('/index.html');
  return async (path) => {
    const file = files.get(path);
    if (file !== undefined) return fileOf(file);
    // Everything that is no file and no address of the API is a place inside the page.
    if (!isPlace(path)) return null;
    return index === undefined ? page(renderIndex(version)) : fileOf(index);
  };
}

/** `/`, `/run/...`: without a dot in its last part, and not where the API lives. */
function isPlace(path: string): boolean {
  return /^\/(?!api\/|nodes\/|sd\/)[\w/-]{0,200}$/.test(path);
}

async function fileOf(path: string): Promise<Answer> {
  const type = types[extname(path)] ?? 'application/octet-stream';
  return page(await readFile(path), type);
}

function page(text: string | Uint8Array, type = 'text/html; charset=utf-8'): Answer {
  const headers = { 'content-security-policy': pagePolicy, 'cache-control': 'no-cache' };
  return { kind: 'text', type, text, headers };
}
