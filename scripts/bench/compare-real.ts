/**
 * The same question with real runs: pairs of identical quick runs in interleaved blocks, and pairs
 * of which one is slowed down by a CPU limit. Needs Docker, and hours; see docs/comparing.md.
 *
 *   node scripts/bench/compare-real.ts --pairs 40 --slowed 20
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'compare-real-'));

function numberAfter(option: string, fallback: number): number {
  const at = process.argv.indexOf(option);
  return at === -1 ? fallback : Number(process.argv[at + 1]);
}

/** Two values of an axis, of which the second is slower by `share`; 0: two that do the same. */
function scenario(seed: number, share: number): string {
  const slow = Number((0.4 * (1 - share)).toFixed(3));
  // What does nothing to a node without a limit on memory, and makes two cells of one.
  const values =
    share === 0 ? 'resources.memory: [512MiB, 513MiB]' : `resources.cpus: [0.4, ${slow}]`;
  return [
    `name: compare-real-${share === 0 ? 'same' : 'slowed'}`,
    'nodes: [4]',
    'repetitions: 5',
    `seed: ${seed}`,
    'load: {rate: 3000}',
    'resources: {cpus: 0.4, memory: 512MiB}',
    'phases: {warmup: 3s, measure: 10s, drain: 3s}',
    `vary: {${values}}`,
  ].join('\n');
}

function outcomeOf(seed: number, share: number): string {
  const file = join(folder, `${seed}.yaml`);
  writeFileSync(file, scenario(seed, share));
  testbed(['run', file]);
  const axis = share === 0 ? 'resources.memory' : 'resources.cpus';
  const { comparison } = JSON.parse(testbed(['compare', 'latest', '--axis', axis, '--json']));
  return comparison.outcome;
}

/** A verb that has something bad to say exits with a code of its own, and says it all the same. */
function testbed(words: readonly string[]): string {
  try {
    return execFileSync(join(root, 'scripts/testbed'), words, { encoding: 'utf8' });
  } catch (error) {
    const { stdout } = error as { stdout?: string }; // of execFileSync
    if (stdout === undefined || stdout === '') throw error;
    return stdout;
  }
}

for (const [name, count, share] of [
  ['identical', numberAfter('--pairs', 40), 0],
  ['20 % less CPU', numberAfter('--slowed', 20), 0.2],
] as const) {
  const outcomes = Array.from({ length: count }, (_, seed) => outcomeOf(seed + 1, share));
  const worse = outcomes.filter((outcome) => outcome === 'regression').length;
  process.stdout.write(
    `${name}: ${worse} of ${count} called a regression (${outcomes.join(', ')})\n`,
  );
}
