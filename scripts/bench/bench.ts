import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm run bench`: every figure that the project promises, measured here and now. Nothing passes
 * or fails: timings on a shared machine are noisy, so what matters is printed as ratios of things
 * measured in turns within one run. Run it on an otherwise idle machine.
 *
 *   npm run bench                # all parts
 *   npm run bench -- throughput  # one part
 */
const here = dirname(fileURLToPath(import.meta.url));
const parts: Readonly<Record<string, readonly string[]>> = {
  throughput: ['throughput.ts', '--tenth'],
  topologies: [
    'throughput.ts',
    ...['--nodes', '7,16,31', '--rate', '200'],
    ...['--topology', 'full,ring,star,mesh,hierarchical,random'],
  ],
  signatures: ['signatures.ts'],
  'killed-relay': ['killed-relay.ts'],
  'many-nodes': ['many-nodes.ts'],
  overload: ['overload.ts'],
  'engine-cost': ['engine-cost.ts', '--nodes', '4,10,20,40'],
  'bare-loop': ['bare-loop.ts'],
  'leader-crash': ['leader-crash.ts'],
  idle: ['idle-node.ts'],
  scraping: ['scraping.ts'],
  store: ['store.ts'],
  'bring-up': ['bring-up.ts'],
  serve: ['serve.ts'],
};
/** As scripts/testbed starts the controller, whose memory one part tells. */
const nodeOptions = ['--max-semi-space-size=4'];
const environment = { ...process.env, MALLOC_ARENA_MAX: '1' };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0) {
  process.stderr.write(
    `No such part: ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  if (!existsSync(join(here, '..', '..', 'dist', 'node', 'main.mjs'))) run('../build-node.ts', []);
  for (const [name, [file = '', ...options]] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stdout.write(`\n== ${name}\n`);
    run(file, options);
  }
}

function run(file: string, options: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [...nodeOptions, join(here, file), ...options], {
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exitCode = 1;
}
