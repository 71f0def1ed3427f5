import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import { createPrng } from '../../../controller/src/lib/prng.ts';

const seeds = 1000;
const insertions = [...'{}[]:,#&*!|>"\'%@`\t\n -0aZ\u00e9\u0000'];
const folder = join(import.meta.dirname, '../../../topologies');

function read(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

/** One to four insertions, deletions or repetitions of a stretch of the healthy file. */
function mutate(healthy: string, seed: number): string {
  const prng = createPrng(seed);
  let text = healthy;
  for (let step = prng.below(4); step >= 0; step--) {
    const at = prng.below(text.length);
    const kind = prng.below(3);
    if (kind === 0)
      text = text.slice(0, at) + insertions[prng.below(insertions.length)] + text.slice(at);
    else if (kind === 1) text = text.slice(0, at) + text.slice(at + 1 + prng.below(8));
    else text = text.slice(0, at) + text.slice(prng.below(text.length));
  }
  return text;
}

/** The same problem twice, a list of nothing, and what has no words. */
function flawsOf(message: string): string[] {
  const problems = message.split('\n\n');
  const repeated = problems.filter((one, index) => problems.indexOf(one) !== index);
  const empty = problems.filter((one) => /(one|some) of *(?:$|\n {2}\S)|undefined|NaN/.test(one));
  return [...repeated, ...empty];
}

describe('parseScenario on mutated files', () => {
  it.each([['quickstart.yaml'], ['cloud-and-edge.yaml'], ['partition.yaml']])(
    `accepts or explains each of ${seeds} of %s, within 80 columns`,
    (file) => {
      const healthy = read(file);
      let refused = 0;
      for (let seed = 1; seed <= seeds; seed++) {
        const text = mutate(healthy, seed);
        try {
          parseScenario({ file, text });
        } catch (error) {
          refused++;
          if (!(error instanceof TestbedError)) {
            throw new Error(`Seed ${seed} is neither accepted nor explained`, { cause: error });
          }
          const widest = Math.max(...error.message.split('\n').map((line) => line.length));
          expect({ seed, fits: widest <= 80 }).toEqual({ seed, fits: true });
          expect(error.message).toMatch(/\.(yaml|csv):\d+:\d+\n/);
          expect(flawsOf(error.message)).toEqual([]);
        }
      }
      expect(refused).toBeGreaterThan(seeds / 2);
    },
    60_000,
  );
});
