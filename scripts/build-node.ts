import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/**
 * Bundles the node into one file, dist/node/main.mjs, the sidecar into another, and prints the hash of its sources, of this
 * script and of the lock file: two bundles with the same hash are the same software. It is part of the
 * node's `software` and the image's label `testbed.source`.
 *
 * Bundling takes the import of the node from a fifth of a second to a few hundredths; minified,
 * so that less text is parsed at every start (identifiers are kept for readable stacks).
 */

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lazyCipher = join(root, 'node-image', 'src', 'shell', 'transport', 'lazy-chacha.ts');

/**
 * An `import` of a built-in module reads all its exports, lazy ones too: `node:http` alone makes
 * Node load its whole fetch() (30 ms, 8 MB). Taken this way, only what is used is loaded.
 */
const leanBuiltins: Plugin = {
  name: 'lean-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z0-9:_/]+$/ }, ({ path }) =>
      isBuiltin(path) ? { path: path.replace(/^node:/, ''), namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(`node:${path}`)})`,
      loader: 'js',
    }));
  },
};

/** Parts of packages that the node never calls but that load much of Node at every start. */
const unused = /^@opentelemetry\/api$|^\.\/lib\/(pushgateway|cluster)$/;

/** WebAssembly or JavaScript that Node has natively: a megabyte less of code to keep in memory. */
const natives: Readonly<Record<string, string>> = {
  '@chainsafe/as-sha256': `
    const { hash } = process.getBuiltinModule('node:crypto');
    export const digest = (bytes) => hash('sha256', bytes, 'buffer');`,
  pako: `
    const { deflateSync, inflateSync } = process.getBuiltinModule('node:zlib');
    export const deflate = deflateSync, inflate = inflateSync;`,
  // The node measures the lag of its event loop itself: shell/metrics/event-loop-lag.ts.
  './metrics/eventLoopLag': 'module.exports = () => undefined',
  // Keys of other kinds than the node's Ed25519.
  '@noble/curves/secp256k1.js': 'export const secp256k1 = undefined',
  // What Noise would do in JavaScript: see shell/transport/lean-noise.ts.
  '@noble/curves/ed25519.js': 'export const ed25519 = undefined, x25519 = undefined',
  '@noble/ciphers/chacha.js': 'export const chacha20poly1305 = undefined',
  '@noble/hashes/hkdf.js': 'export const extract = undefined, expand = undefined',
  '@noble/hashes/sha2.js': 'export const sha256 = undefined',
  // The WebAssembly flavour of hdr-histogram-js, which the node does not ask for.
  './wasm': 'export class WasmHistogram {}',
};

const replaced: Plugin = {
  name: 'replaced',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: unused }, ({ path }) => ({ path, namespace: 'unused' }));
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({
      contents: 'module.exports = {}',
      loader: 'js',
    }));
    onResolve({ filter: /^@chainsafe\/as-chacha20poly1305$/ }, ({ importer }) =>
      importer === lazyCipher ? undefined : { path: lazyCipher },
    );
    onResolve({ filter: /^[@.a-z]/ }, ({ path, importer }) => {
      const isTheirs = !path.startsWith('.') || /hdr-histogram-js|prom-client/.test(importer);
      return path in natives && isTheirs ? { path, namespace: 'native' } : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'native' }, ({ path }) => ({
      contents: natives[path] ?? '',
      loader: 'js',
    }));
  },
};

const outputFolder = join(root, 'dist', 'node');

const sourceHash = hashSources();
await bundle('main.ts', 'main.mjs');
await bundle('sidecar/main.ts', 'sidecar.mjs');
await bundle('simulation/worker.ts', 'simulation.mjs');
copyNative();
process.stdout.write(`${JSON.stringify({ bundle: 'dist/node/main.mjs', sourceHash })}\n`);

function hashSources(): string {
  const sourceFolder = join(root, 'node-image', 'src');
  const files = readdirSync(sourceFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  const recipe = ['package-lock.json', 'scripts/build-node.ts'].map((name) => join(root, name));
  for (const file of [...files, ...recipe]) {
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * The native library of BLS for Linux, for where there are no packages: the image of the node. Every
 * other node finds the package first. It is loaded by nodes that are told to sign with it.
 */
function copyNative(): void {
  const name = `blst-linux-${process.arch}-gnu`;
  const packed = join(root, `node_modules/@chainsafe/${name}/blst.linux-${process.arch}-gnu.node`);
  const target = join(outputFolder, 'blst.node');
  if (!existsSync(packed)) {
    rmSync(target, { force: true });
    return;
  }
  const draft = `${target}.${process.pid}`;
  copyFileSync(packed, draft);
  renameSync(draft, target);
}

/** Written beside and then renamed: a node that starts meanwhile reads the old bundle or the new. */
async function bundle(entry: string, name: string): Promise<void> {
  mkdirSync(outputFolder, { recursive: true });
  const draft = join(outputFolder, `${name}.${process.pid}.mjs`);
  await build({
    entryPoints: [join(root, 'node-image', 'src', entry)],
    outfile: draft,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [leanBuiltins, replaced],
    define: {
      TESTBED_SOURCE_HASH: JSON.stringify(sourceHash),
      // A WebAssembly loader asks `typeof Response`, which makes Node load all of its fetch().
      Response: 'undefined',
    },
  });
  renameSync(draft, join(outputFolder, name));
}
