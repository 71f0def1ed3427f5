import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import {
  hashPageSources,
  pageFolderOf,
  pageHashFile,
} from '../controller/src/serve/prepare-page.ts';

/**
 * Bundles the controller's own page into dist/page: index.html, page.js, page.css, icon.svg. Nothing
 * is loaded from elsewhere, and nothing is inline, so the strictest policy of the server holds.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'controller', 'src', 'serve', 'page');
const folder = pageFolderOf(root);
const sourceHash = hashPageSources(root);

mkdirSync(dirname(folder), { recursive: true });
const draft = mkdtempSync(`${folder}.`);
try {
  await build({
    entryPoints: { page: join(source, 'main.tsx') },
    outdir: draft,
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: ['es2022', 'chrome120', 'firefox121', 'safari17'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    tsconfig: join(source, 'tsconfig.json'),
  });
  for (const name of ['index.html', 'icon.svg']) cpSync(join(source, name), join(draft, name));
  chmodSync(draft, 0o755);
  writeFileSync(join(draft, pageHashFile), `${sourceHash}\n`);
  // A server that reads meanwhile has the old folder or the new.
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
} finally {
  rmSync(draft, { recursive: true, force: true });
}
process.stdout.write(`${JSON.stringify({ page: 'dist/page', sourceHash })}\n`);
