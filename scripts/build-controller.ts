import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles the controller into dist/testbed.mjs, the program of the npm package: Node.js strips
 * types everywhere but inside node_modules. Packages stay outside and are installed by npm. A
 * checkout does not need this; it runs its sources.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outfile = join(root, 'dist', 'testbed.mjs');

mkdirSync(dirname(outfile), { recursive: true });
await build({
  entryPoints: [join(root, 'controller', 'src', 'main.ts')],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node24',
  legalComments: 'none',
  logLevel: 'warning',
});
chmodSync(outfile, 0o755);
process.stdout.write(`${JSON.stringify({ bundle: 'dist/testbed.mjs' })}\n`);
