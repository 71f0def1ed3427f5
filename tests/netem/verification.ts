/** What `testbed verify-net --json` prints, as far as these tests look at it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  EndedCommand,
  RunningCommand,
  StartOptions,
  TestHome,
} from '../fixtures/e2e-testbed.ts';

export interface Check {
  readonly fromRegion: string;
  readonly toRegion: string;
  readonly quantity: 'rtt-median' | 'rtt-range' | 'loss' | 'rate';
  readonly planned: number;
  readonly measured: number | null;
  readonly samples: number;
  readonly isWithin: boolean;
}

export interface Verification extends EndedCommand {
  readonly isWithin: boolean;
  readonly shaper: string;
  readonly checks: readonly Check[];
  readonly shapedMs: number;
  readonly verifiedMs: number;
}

/** @param scenario YAML text */
export async function verifyNet(
  home: TestHome,
  scenario: string,
  options?: StartOptions,
): Promise<Verification> {
  const file = join(home.path, 'scenario.yaml');
  await writeFile(file, scenario);
  const ended = await home.run(['verify-net', file, '--json'], options);
  if (ended.stdout === '') throw new Error(`ended with ${ended.code}: ${ended.stderr}`);
  const { isWithin, shaper, cells } = JSON.parse(ended.stdout);
  if (cells === undefined) throw new Error(`ended with ${ended.code}: ${ended.stdout}`);
  const [{ network, shapedMs, verifiedMs }] = cells;
  return { ...ended, isWithin, shaper, checks: network.checks, shapedMs, verifiedMs };
}

/**
 * Waits for the end of the first repetition and ends the run there: one that is invalid would be
 * done once more. @returns the stored report
 */
export async function firstAttempt(
  home: TestHome,
  running: RunningCommand,
): Promise<ReturnType<typeof JSON.parse>> {
  await running.says(/repetition 1: /);
  running.child.kill('SIGINT');
  await running.ended;
  return home.json(['report', await running.runId()]);
}

/**
 * Whether `count` of `samples` is inside the central `level` of a binomial distribution. Computed
 * here once more, from its definition.
 */
export function isInsideBinomial(
  count: number,
  samples: number,
  ratio: number,
  level: number,
): boolean {
  if (ratio === 0) return count === 0;
  let logProbability = samples * Math.log1p(-ratio);
  let below = 0;
  for (let at = 0; at < count; at++) {
    below += Math.exp(logProbability);
    logProbability += Math.log((samples - at) / (at + 1)) + Math.log(ratio) - Math.log1p(-ratio);
  }
  const upTo = below + Math.exp(logProbability);
  const tail = (1 - level) / 2;
  return upTo > tail && below < 1 - tail;
}
