import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles the node into one file, dist/node/main.mjs, and prints the hash of its sources and of
 * the lock file: two bundles with the same hash are the same software. The hash is part of the
 * node's `software` and the image's label `testbed.source`.
 *
 * Bundling takes the import of the node from a fifth of a second to a few hundredths; minified,
 * so that less text is parsed at every start (identifiers are kept for readable stacks).
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outputFolder = join(root, 'dist', 'node');

const sourceHash = hashSources();
await bundle();
process.stdout.write(`${JSON.stringify({ bundle: 'dist/node/main.mjs', sourceHash })}\n`);

function hashSources(): string {
  const sourceFolder = join(root, 'node-image', 'src');
  const files = readdirSync(sourceFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of [...files, join(root, 'package-lock.json')]) {
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/** Written beside and then renamed: a node that starts meanwhile reads the old bundle or the new. */
async function bundle(): Promise<void> {
  mkdirSync(outputFolder, { recursive: true });
  const draft = join(outputFolder, `main.${process.pid}.mjs`);
  await build({
    entryPoints: [join(root, 'node-image', 'src', 'main.ts')],
    outfile: draft,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    define: { TESTBED_SOURCE_HASH: JSON.stringify(sourceHash) },
    banner: {
      // CommonJS packages inside an ES module still call require() for Node's own modules.
      js: "import{createRequire as testbedRequire}from'node:module';const require=testbedRequire(import.meta.url);",
    },
  });
  renameSync(draft, join(outputFolder, 'main.mjs'));
}
