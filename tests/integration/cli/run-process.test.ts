import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  buildNodeProgram,
  type RunningProgram,
  startProgram,
} from '../../fixtures/testbed-program.ts';

/** The whole program on the process runtime with its own database: what a person gets. */

const limitMs = 120_000;
let home = '';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'testbed-run-'));
  buildNodeProgram();
}, limitMs);
afterAll(() => rm(home, { recursive: true, force: true }));

const testbed = (...words: readonly string[]): RunningProgram => startProgram(home, words);

/** Resolves when stderr says it; a program that ends first fails the test with what it said. */
async function says({ output, ended }: RunningProgram, text: string): Promise<void> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!output.stderr.includes(text)) {
    if (isOver) throw new Error(`ended before "${text}":\n${output.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Node processes of this data folder that are still there. */
function nodesLeft(): string[] {
  const listing = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return listing.split('\n').filter((line) => line.includes(home) && line.includes('main.mjs'));
}

const sizes = ['--nodes', '4', '--runtime', 'process', '--rate', '100', '--warmup', '1s'];

describe('testbed on the process runtime', () => {
  it(
    'measures, stores, reports, exports, and tells the same later',
    async () => {
      const words = ['sweep', ...sizes, '--measure', '3s', '--repetitions', '1', '--json'];
      const running = testbed(...words);
      const code = await running.ended;
      // A test machine is seldom quiet enough for a valid result; everything else must be right.
      expect([0, 6]).toContain(code);
      const document = JSON.parse(running.output.stdout);
      expect(document.repetitions.at(-1)).toMatchObject({ nodeCount: 4, failure: null });
      const runId: string = document.run.id;
      expect((await readdir(join(home, 'runs', runId))).sort()).toEqual(
        expect.arrayContaining(['cells.csv', 'report.html', 'result.json']),
      );

      const again = testbed('report', 'latest', '--json');
      expect(await again.ended).toBe(0);
      const reread = JSON.parse(again.output.stdout);
      expect(reread.cells).toEqual(document.cells);
      expect(reread.headline).toEqual(document.headline);

      const listing = testbed('runs', '--json');
      expect(await listing.ended).toBe(0);
      expect(JSON.parse(listing.output.stdout).runs).toMatchObject([
        { id: runId, status: 'completed', sizes: [4] },
      ]);
      expect(nodesLeft()).toEqual([]);
    },
    limitMs,
  );

  it(
    'collects and removes on the first Ctrl-C, and keeps what was measured',
    async () => {
      const running = testbed('sweep', ...sizes, '--measure', '60s', '--repetitions', '2');
      await says(running, 'measuring, 1 min');
      running.child.kill('SIGINT');
      expect(await running.ended).toBe(130);
      expect(running.output.stderr).toContain('press again to remove at once');
      expect(running.output.stderr).toContain('INTERRUPTED');
      expect(running.output.stderr).not.toContain('This is a bug');
      expect(nodesLeft()).toEqual([]);
      const listing = testbed('runs', '--limit', '1', '--json');
      await listing.ended;
      expect(JSON.parse(listing.output.stdout).runs).toMatchObject([{ status: 'interrupted' }]);
    },
    limitMs,
  );

  it(
    'removes at once on the second Ctrl-C',
    async () => {
      const running = testbed('sweep', ...sizes, '--measure', '60s', '--repetitions', '2');
      await says(running, 'measuring, 1 min');
      running.child.kill('SIGINT');
      await says(running, 'stopping');
      running.child.kill('SIGTERM');
      expect(await running.ended).toBe(130);
      expect(nodesLeft()).toEqual([]);
    },
    limitMs,
  );

  it(
    'removes what a killed controller left, and only that, with clean',
    async () => {
      const running = testbed('sweep', ...sizes, '--measure', '60s', '--repetitions', '1');
      await says(running, 'measuring, 1 min');
      running.child.kill('SIGKILL');
      await running.ended;
      const dry = testbed('clean', '--runtime', 'process', '--dry-run', '--json');
      expect(await dry.ended).toBe(0);
      expect(JSON.parse(dry.output.stdout).removed.length).toBeGreaterThan(0);
      const clean = testbed('clean', '--runtime', 'process', '--json');
      expect(await clean.ended).toBe(0);
      expect(nodesLeft()).toEqual([]);
      const empty = testbed('clean', '--runtime', 'process');
      expect(await empty.ended).toBe(0);
      // Runs of others on this machine may be listed as left alone.
      expect(empty.output.stdout).toMatch(/^Nothing is left over\.\n/);
    },
    limitMs,
  );
});
